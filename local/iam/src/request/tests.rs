use serde_json::{Value, json};

use super::*;

const DYNAMODB: &str = "arn:aws:dynamodb:us-east-1:000000000000:table";
const SQS: &str = "arn:aws:sqs:us-east-1:000000000000";
const LAMBDA: &str = "arn:aws:lambda:us-east-1:000000000000:function";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:key-000000";

fn system() -> System {
    let text = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Key: {Type: AWS::SecretsManager::Secret, Properties: {Name: key, SecretString: x}}
  Work:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: work}}
    Properties: {FunctionName: shop-work, Runtime: provided.al2023}
";
    System::parse(text, "t.yaml", &[].into()).unwrap_or_else(|error| panic!("{error}"))
}

/// What a request needs, as `action resource`.
fn needs(request: Request<Bytes>) -> Option<Vec<String>> {
    let (_, accesses) = accesses(&system(), &request)?;
    Some(accesses.into_iter().map(|Access { action, resource }| format!("{action} {resource}")).collect())
}

fn call(target: &str, body: Value) -> Vec<String> {
    let request = Request::post("/").header("x-amz-target", target).body(Bytes::from(body.to_string()));
    needs(request.expect("a request")).expect("a service's")
}

fn dynamodb(operation: &str, body: Value) -> Vec<String> {
    call(&format!("DynamoDB_20120810.{operation}"), body)
}

fn invoke(path: &str) -> Option<Vec<String>> {
    needs(Request::post(path).body(Bytes::new()).expect("a request"))
}

#[test]
fn an_item_is_of_its_table_and_a_query_of_an_index_is_not() {
    assert_eq!(dynamodb("GetItem", json!({"TableName": "T"})), [format!("dynamodb:GetItem {DYNAMODB}/T")]);
    let by_arn = json!({"TableName": format!("{DYNAMODB}/T")});
    assert_eq!(dynamodb("DeleteItem", by_arn), [format!("dynamodb:DeleteItem {DYNAMODB}/T")]);
    assert_eq!(dynamodb("Query", json!({"TableName": "T"})), [format!("dynamodb:Query {DYNAMODB}/T")]);
    let index = json!({"TableName": "T", "IndexName": "by"});
    assert_eq!(dynamodb("Query", index.clone()), [format!("dynamodb:Query {DYNAMODB}/T/index/by")]);
    assert_eq!(dynamodb("Scan", index), [format!("dynamodb:Scan {DYNAMODB}/T/index/by")]);
}

#[test]
fn a_batch_needs_its_own_action_on_each_table() {
    let body = json!({"RequestItems": {"U": {}, "T": {}}});
    for operation in ["BatchGetItem", "BatchWriteItem"] {
        let expected = ["T", "U"].map(|table| format!("dynamodb:{operation} {DYNAMODB}/{table}"));
        assert_eq!(dynamodb(operation, body.clone()), expected);
    }
}

#[test]
fn a_transaction_needs_the_actions_of_its_items() {
    let of = |table: &str| json!({"TableName": table});
    let body = json!({"TransactItems": [
        {"Put": of("T")}, {"Update": of("U")}, {"Delete": of("T")}, {"ConditionCheck": of("V")}, {"Put": of("T")},
    ]});
    assert_eq!(
        dynamodb("TransactWriteItems", body),
        [("ConditionCheckItem", "V"), ("DeleteItem", "T"), ("PutItem", "T"), ("UpdateItem", "U")]
            .map(|(action, table)| format!("dynamodb:{action} {DYNAMODB}/{table}"))
    );
    let body = json!({"TransactItems": [{"Get": of("T")}]});
    assert_eq!(dynamodb("TransactGetItems", body), [format!("dynamodb:GetItem {DYNAMODB}/T")]);
}

#[test]
fn a_stream_goes_by_its_arn_and_its_records_by_their_iterator() {
    let stream = format!("{DYNAMODB}/T/stream/local");
    for (operation, body) in [
        ("DescribeStream", json!({"StreamArn": stream})),
        ("GetShardIterator", json!({"StreamArn": stream, "ShardId": "s", "ShardIteratorType": "LATEST"})),
        ("GetRecords", json!({"ShardIterator": format!("{stream}|100000000000000000000|1800000000")})),
    ] {
        assert_eq!(dynamodb(operation, body), [format!("dynamodb:{operation} {stream}")]);
    }
    assert_eq!(dynamodb("GetRecords", json!({"ShardIterator": "forged"})), ["dynamodb:GetRecords *"]);
}

#[test]
fn a_queue_goes_by_url_name_or_arn_and_a_batch_is_as_good_as_one() {
    let queue = "http://sqs.us-east-1.localhost/000000000000/jobs";
    for (operation, body, action) in [
        ("SendMessage", json!({"QueueUrl": queue}), "SendMessage"),
        ("SendMessageBatch", json!({"QueueUrl": "jobs"}), "SendMessage"),
        ("DeleteMessageBatch", json!({"QueueUrl": queue}), "DeleteMessage"),
        ("ChangeMessageVisibilityBatch", json!({"QueueUrl": queue}), "ChangeMessageVisibility"),
        ("GetQueueUrl", json!({"QueueName": "jobs"}), "GetQueueUrl"),
        ("StartMessageMoveTask", json!({"SourceArn": format!("{SQS}:jobs")}), "StartMessageMoveTask"),
    ] {
        assert_eq!(call(&format!("AmazonSQS.{operation}"), body), [format!("sqs:{action} {SQS}:jobs")]);
    }
}

/// The URL of a queue may be where a request is sent.
#[test]
fn a_call_goes_by_its_target_wherever_it_is_sent() {
    let of = |path: &str, target: &str, body: Value| {
        let request = Request::post(path).header("x-amz-target", target).body(Bytes::from(body.to_string()));
        needs(request.expect("a request"))
    };
    let sent = of("/000000000000/jobs", "AmazonSQS.SendMessage", json!({"QueueUrl": "jobs"}));
    assert_eq!(sent, Some(vec![format!("sqs:SendMessage {SQS}:jobs")]));
    let read = of("/2015-03-31/functions/Work/invocations", "DynamoDB_20120810.Scan", json!({"TableName": "T"}));
    assert_eq!(read, Some(vec![format!("dynamodb:Scan {DYNAMODB}/T")]));
    for target in ["Other.Thing", "Other", ""] {
        let invoked = of("/2015-03-31/functions/Work/invocations", target, json!({}));
        assert_eq!(invoked, Some(vec![format!("lambda:InvokeFunction {LAMBDA}:shop-work")]), "{target}");
    }
}

#[test]
fn a_secret_is_its_whole_arn_whatever_it_goes_by() {
    for id in ["key", SECRET, SECRET.trim_end_matches("-000000")] {
        let needed = call("secretsmanager.GetSecretValue", json!({"SecretId": id}));
        assert_eq!(needed, [format!("secretsmanager:GetSecretValue {SECRET}")], "{id}");
    }
    let other = call("secretsmanager.DescribeSecret", json!({"SecretId": "other"}));
    let expected = SECRET.replace("key-000000", "other");
    assert_eq!(other, [format!("secretsmanager:DescribeSecret {expected}")]);
}

#[test]
fn an_invocation_is_of_the_function_or_of_what_qualifies_it() {
    let of = |name: &str| invoke(&format!("/2015-03-31/functions/{name}/invocations"));
    let plain = Some(vec![format!("lambda:InvokeFunction {LAMBDA}:shop-work")]);
    for name in ["shop-work", "Work", &format!("{LAMBDA}:shop-work"), "000000000000:function:shop-work"] {
        assert_eq!(of(name), plain, "{name}");
    }
    let live = Some(vec![format!("lambda:InvokeFunction {LAMBDA}:shop-work:live")]);
    assert_eq!(of(&format!("{LAMBDA}:shop-work:live")), live);
    assert_eq!(of("shop-work:live"), live);
    assert_eq!(invoke("/2015-03-31/functions/shop-work/invocations?Qualifier=live"), live);
    assert_eq!(invoke("/2015-03-31/functions/"), None);
}

#[test]
fn what_names_no_resource_is_about_all_of_them() {
    assert_eq!(dynamodb("ListTables", json!({})), ["dynamodb:ListTables *"]);
    assert_eq!(dynamodb("GetItem", json!(7)), ["dynamodb:GetItem *"]);
    assert_eq!(dynamodb("GetItem", json!({"TableName": 7})), ["dynamodb:GetItem *"]);
    let half_read = json!({"TransactItems": [{"Put": {"TableName": "T"}}, {"Put": 7}]});
    assert_eq!(dynamodb("TransactWriteItems", half_read), ["dynamodb:TransactWriteItems *"]);
    assert_eq!(dynamodb("TransactWriteItems", json!({})), ["dynamodb:TransactWriteItems *"]);
    assert_eq!(dynamodb("TransactWriteItems", json!({"TransactItems": [{"Put": {}}]})), ["dynamodb:PutItem *"]);
    assert_eq!(dynamodb("ExecuteStatement", json!({"Statement": "SELECT * FROM T"})), ["dynamodb:ExecuteStatement *"]);
    assert_eq!(call("AmazonSQS.ListQueues", json!({})), ["sqs:ListQueues *"]);
    assert_eq!(call("secretsmanager.ListSecrets", json!({})), ["secretsmanager:ListSecrets *"]);
}

#[test]
fn a_mail_needs_the_right_to_its_sender() {
    let send =
        |body: &str| needs(Request::post("/v2/email/outbound-emails").body(Bytes::from(body.to_owned())).unwrap());
    let identity = "ses:SendEmail arn:aws:ses:us-east-1:000000000000:identity/shop@example.com".to_owned();
    for from in ["shop@example.com", "Shop <shop@example.com>"] {
        assert_eq!(send(&json!({"FromEmailAddress": from}).to_string()), Some(vec![identity.clone()]), "{from}");
    }
    for body in ["", "{", "{}", r#"{"FromEmailAddress":7}"#] {
        assert_eq!(send(body), Some(vec!["ses:SendEmail *".to_owned()]), "{body}");
    }
    let other = Request::post("/v2/email/outbound-bulk-emails").body(Bytes::new()).unwrap();
    assert_eq!(needs(other), None);
}
