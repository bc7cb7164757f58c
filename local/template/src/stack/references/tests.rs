use crate::testing::{problems, system, value, valued};

const OTHERS: &str = "  Q: {Type: AWS::SQS::Queue}
  Named: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${AWS::StackName}-jobs'}}
  Plain:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Streamed:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Key: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {}}}
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: live}}
  FRole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Alerts: {Type: AWS::SNS::Topic}
  Late: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Alerts]}}
";

fn of(expression: &str) -> String {
    value(&system(&valued(expression, OTHERS))).to_owned()
}

fn problem(expression: &str) -> String {
    let found = problems(&valued(expression, OTHERS));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].strip_prefix("t.yaml:6: F.Environment.Variables.XX: ").expect("line and place").to_owned()
}

#[test]
fn ref_gives_what_cloudformation_gives() {
    assert_eq!(of("!Ref Q"), "http://sqs.us-east-1.localhost/000000000000/Q");
    assert_eq!(of("{Ref: Named}"), "http://sqs.us-east-1.localhost/000000000000/local-jobs");
    assert_eq!(of("!Ref Streamed"), "Streamed");
    assert_eq!(of("!Ref Key"), "arn:aws:secretsmanager:us-east-1:000000000000:secret:Key-000000");
    assert_eq!(of("!Ref Api"), "Api");
    assert_eq!(of("!Ref Api.Stage"), "live");
    assert_eq!(of("!Ref FRole"), "FRole");
}

#[test]
fn get_att_takes_both_forms() {
    assert_eq!(of("!GetAtt Named.Arn"), "arn:aws:sqs:us-east-1:000000000000:local-jobs");
    assert_eq!(of("!GetAtt [Named, QueueName]"), "local-jobs");
    assert_eq!(of("{'Fn::GetAtt': [Named, QueueUrl]}"), "http://sqs.us-east-1.localhost/000000000000/local-jobs");
    assert_eq!(
        of("{'Fn::GetAtt': Streamed.StreamArn}"),
        "arn:aws:dynamodb:us-east-1:000000000000:table/Streamed/stream/local"
    );
    assert_eq!(of("!GetAtt FRole.Arn"), "arn:aws:iam::000000000000:role/FRole");
}

#[test]
fn pseudo_parameters_have_local_values() {
    let all = "!Sub '${AWS::Region} ${AWS::AccountId} ${AWS::Partition} ${AWS::StackName} ${AWS::URLSuffix}'";
    assert_eq!(of(all), "us-east-1 000000000000 aws local amazonaws.com");
    assert_eq!(problem("!Ref AWS::NotificationARNs"), "`AWS::NotificationARNs` has no value on one machine");
}

#[test]
fn what_is_not_there_is_named() {
    assert_eq!(problem("!Ref Nowhere"), "no parameter or resource is called `Nowhere`");
    assert_eq!(problem("!GetAtt Nowhere.Arn"), "no parameter or resource is called `Nowhere`");
    assert_eq!(problem("!Sub '${Nowhere}'"), "no parameter or resource is called `Nowhere`");
    assert_eq!(problem("!GetAtt Q.Colour"), "`Colour` of AWS::SQS::Queue (`Q`) is not known here");
    assert_eq!(problem("!GetAtt Plain.StreamArn"), "`Plain` has no stream: give it a StreamSpecification");
    assert_eq!(
        problem("!Sub 'https://${ServerlessRestApi}/'"),
        "there is no implicit API here: write an AWS::Serverless::Api"
    );
}

#[test]
fn an_alias_is_named_by_its_arn() {
    let named = |alias: &str| {
        let properties = format!("{alias}Environment: {{Variables: {{XX: !Sub '${{F.Alias}}'}}}}");
        crate::testing::function_with(&properties)
    };
    let system = system(&named("AutoPublishAlias: live, "));
    assert_eq!(value(&system), "arn:aws:lambda:us-east-1:000000000000:function:F:live");
    assert_eq!(crate::testing::function(&system).alias.as_deref(), Some("live"));
    let found = problems(&named(""));
    assert!(found[0].ends_with("XX: `F` has no alias: give it an AutoPublishAlias"), "{found:?}");
}

/// It is what a function reads in `AWS_LAMBDA_FUNCTION_VERSION`.
#[test]
fn the_version_in_use_is_the_only_one() {
    let named = |alias: &str| {
        let properties = format!("{alias}Environment: {{Variables: {{XX: !GetAtt F.Version.Version}}}}");
        crate::testing::function_with(&properties)
    };
    assert_eq!(value(&system(&named("AutoPublishAlias: live, "))), "$LATEST");
    let found = problems(&named(""));
    assert!(found[0].ends_with("`Version.Version` of AWS::Serverless::Function (`F`) is not known here"), "{found:?}");
}

#[test]
fn a_topic_is_for_alarms_only() {
    assert_eq!(
        problem("!Ref Alerts"),
        "AWS::SNS::Topic (`Alerts`) is not emulated: only alarms and the like may use it"
    );
}

#[test]
fn a_name_made_of_itself_is_refused() {
    let found = problems(
        "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.QueueName}}\n  \
           B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${A.QueueName}-b'}}\n",
    );
    assert!(found[0].contains("is made of itself"), "{found:?}");
}
