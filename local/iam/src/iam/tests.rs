use http::StatusCode;
use serde_json::{Value, json};

use super::*;

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/T";

/// A function `Worker` that reads a stream and a queue, with a role of these statements.
fn system(statements: &str) -> System {
    let text = format!(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Q: {{Type: AWS::SQS::Queue}}
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{{AttributeName: k, KeyType: HASH}}]
      AttributeDefinitions: [{{AttributeName: k, AttributeType: S}}]
      StreamSpecification: {{StreamViewType: NEW_IMAGE}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: {statements}
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: work}}}}
    Properties:
      Runtime: provided.al2023
      Role: !GetAtt R.Arn
      Events:
        Table:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt T.StreamArn
            StartingPosition: LATEST
            DestinationConfig: {{OnFailure: {{Destination: !GetAtt Q.Arn}}}}
        Queue: {{Type: SQS, Properties: {{Queue: !GetAtt Q.Arn}}}}
"
    );
    System::parse(&text, "t.yaml", &[].into()).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads of its sources, and these statements besides.
fn iam(more: &str) -> Iam {
    let sources = "{Effect: Allow, Action: ['dynamodb:*Stream*', dynamodb:Get*s, dynamodb:GetShardIterator], \
                   Resource: !GetAtt T.StreamArn}, {Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Q.Arn}";
    Iam::new(&system(&format!("[{sources}{more}]"))).unwrap_or_else(|error| panic!("{error}"))
}

fn call(target: &str, body: Value) -> Request<Bytes> {
    Request::post("/").header("x-amz-target", target).body(body.to_string().into()).expect("a request")
}

fn get_item() -> Request<Bytes> {
    call("DynamoDB_20120810.GetItem", json!({"TableName": "T"}))
}

fn refused(iam: &Iam, request: &Request<Bytes>) -> (StatusCode, Value) {
    let Refusal { access, response } = iam.refusal("Worker", request).expect("a refusal");
    let body = String::from_utf8_lossy(response.body());
    assert!(body.contains(&format!("{} on resource: {}", access.action, access.resource)), "{body}");
    (response.status(), serde_json::from_slice(response.body()).expect("JSON"))
}

#[test]
fn a_call_that_the_role_allows_passes_and_is_remembered() {
    let iam = iam(", {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt T.Arn}");
    let before = iam.uses().len();
    for _ in 0..2 {
        assert!(iam.refusal("Worker", &get_item()).is_none());
    }
    let access = Access::new("dynamodb:GetItem", TABLE);
    assert!(iam.uses().contains(&Use { function: "Worker".to_owned(), access }));
    assert_eq!(iam.uses().len(), before + 1);
}

#[test]
fn any_other_call_is_refused_in_the_services_own_words_and_not_remembered() {
    let iam = iam("");
    let before = iam.uses();
    let user = "User: arn:aws:sts::000000000000:assumed-role/R/Worker is not authorized to perform:";
    let told = |action: &str, resource: &str| {
        format!("{user} {action} on resource: {resource} because no identity-based policy allows the {action} action")
    };
    let coral = "com.amazon.coral.service#AccessDeniedException";
    assert_eq!(
        refused(&iam, &get_item()),
        (StatusCode::BAD_REQUEST, json!({"__type": coral, "Message": told("dynamodb:GetItem", TABLE)}))
    );
    assert_eq!(
        refused(&iam, &call("AmazonSQS.SendMessageBatch", json!({"QueueUrl": "http://sqs/000000000000/Other"}))),
        (
            StatusCode::BAD_REQUEST,
            json!({"__type": coral, "message": told("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:Other")})
        )
    );
    let secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:key";
    assert_eq!(
        refused(&iam, &call("secretsmanager.GetSecretValue", json!({"SecretId": secret}))),
        (
            StatusCode::BAD_REQUEST,
            json!({"__type": "AccessDeniedException", "Message": told("secretsmanager:GetSecretValue", secret)})
        )
    );
    let invoke = Request::post("/2015-03-31/functions/Worker/invocations").body(Bytes::new()).expect("a request");
    let worker = "arn:aws:lambda:us-east-1:000000000000:function:Worker";
    assert_eq!(
        refused(&iam, &invoke),
        (StatusCode::FORBIDDEN, json!({"Message": told("lambda:InvokeFunction", worker)}))
    );
    assert_eq!(iam.uses(), before);
}

#[test]
fn one_table_that_is_not_allowed_refuses_the_whole_call() {
    let iam = iam(", {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt T.Arn}");
    let items = json!({"TransactItems": [{"Put": {"TableName": "T"}}, {"Update": {"TableName": "T"}}]});
    let (status, body) = refused(&iam, &call("DynamoDB_20120810.TransactWriteItems", items));
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["Message"].as_str().is_some_and(|told| told.contains("dynamodb:UpdateItem on resource")), "{body}");
}

#[test]
fn a_denial_says_that_it_is_one() {
    let iam =
        iam(", {Effect: Allow, Action: '*', Resource: '*'}, {Effect: Deny, Action: 'dynamodb:*Item', Resource: '*'}");
    let (_, body) = refused(&iam, &get_item());
    let told = body["Message"].as_str().unwrap_or_default();
    assert!(told.ends_with(&format!("{TABLE} with an explicit deny in an identity-based policy")), "{told}");
}

#[test]
fn a_function_of_no_known_role_may_do_nothing() {
    assert!(iam("").refusal("Stranger", &get_item()).is_some());
}

#[test]
fn what_its_event_sources_do_is_in_use_from_the_start() {
    let uses = iam("").uses();
    let actions: Vec<_> = uses.iter().map(|one| one.access.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ]
    );
}

#[test]
fn event_sources_that_the_role_does_not_allow_are_named() {
    let statements = "[{Effect: Allow, Action: ['dynamodb:*', sqs:ReceiveMessage, sqs:DeleteMessage], Resource: '*'}]";
    let error = Iam::new(&system(statements)).expect_err("an error").to_string();
    let queue = "arn:aws:sqs:us-east-1:000000000000:Q";
    assert_eq!(
        error.lines().collect::<Vec<_>>(),
        [
            format!("function Worker, event Table: its role R does not allow sqs:SendMessage on {queue}"),
            format!("function Worker, event Queue: its role R does not allow sqs:GetQueueAttributes on {queue}"),
        ]
    );
}
