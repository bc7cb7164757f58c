//! What holds of every request to a service.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

const TARGETS: [&str; 6] = [
    "DynamoDB_20120810.TransactWriteItems",
    "DynamoDB_20120810.BatchGetItem",
    "DynamoDB_20120810.Query",
    "DynamoDBStreams_20120810.GetRecords",
    "AmazonSQS.SendMessageBatch",
    "secretsmanager.GetSecretValue",
];

const BODIES: [&str; 5] = [
    r#"{"TransactItems":[{"Put":{"TableName":"T"}},{"Update":{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/U"}},{"Check":7}]}"#,
    r#"{"RequestItems":{"T":{},"arn:aws:dynamodb:us-east-1:000000000000:table/U":[]}}"#,
    r#"{"TableName":"T","IndexName":"by","StreamArn":"arn:s","ShardIterator":"arn:s|1|2"}"#,
    r#"{"QueueUrl":"http://sqs.us-east-1.localhost/000000000000/jobs","QueueName":"jobs"}"#,
    r#"{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:key-000000"}"#,
];

const PATHS: [&str; 2] = [
    "/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:work:live/invocations?Qualifier=live",
    "/2015-03-31/functions/000000000000%3Afunction%3Awork/invocations",
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_call_of_a_service_needs_rights(target in spoiled(&TARGETS), body in prop_oneof![4 => spoiled(&BODIES), 1 => texts()]) {
        let Ok(request) = Request::post("/").header("x-amz-target", &target).body(Bytes::from(body)) else { return Ok(()) };
        if let Some((service, accesses)) = accesses(&System::default(), &request) {
            prop_assert!(!accesses.is_empty());
            let prefix = match service {
                Service::DynamoDb => "dynamodb:",
                Service::Sqs => "sqs:",
                Service::SecretsManager => "secretsmanager:",
                Service::Ses => "ses:",
                Service::Lambda => "lambda:",
            };
            prop_assert!(accesses.iter().all(|access| access.action.starts_with(prefix)), "{accesses:?}");
        }
    }

    #[test]
    fn an_invocation_needs_the_right_to_one_function(path in spoiled(&PATHS)) {
        let Ok(request) = Request::post(&path).body(Bytes::new()) else { return Ok(()) };
        if let Some((Service::Lambda, accesses)) = accesses(&System::default(), &request) {
            prop_assert!(accesses.len() == 1 && accesses[0].action == "lambda:InvokeFunction", "{accesses:?}");
            prop_assert!(accesses[0].resource.starts_with("arn:"), "{accesses:?}");
        }
    }
}
