use crate::testing::{function_with, problems, system};

#[test]
fn a_topic_that_delivers_is_refused() {
    let topic = "  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: x\n      Subscription:\n        - {Protocol: sqs, Endpoint: q}\n";
    assert_eq!(
        problems(topic),
        ["t.yaml:7: T.Subscription: `Subscription` isn't emulated on one machine (or is misspelt): take it out"]
    );
}

#[test]
fn an_alarm_that_calls_a_function_is_refused() {
    let alarm = |action: &str| {
        format!(
            "  A: {{Type: AWS::CloudWatch::Alarm, Properties: {{AlarmActions: [!Ref T, {action}]}}}}\n  T: {{Type: AWS::SNS::Topic}}\n"
        )
    };
    let function = function_with("AutoPublishAlias: live");
    system(&(alarm("!Ref T") + &function));
    for action in ["!GetAtt F.Arn", "!Ref F.Alias"] {
        let told = "t.yaml:3: A.AlarmActions[1]: no alarm goes off on one machine, so it would never call `F`";
        assert_eq!(problems(&(alarm(action) + &function)), [told], "{action}");
    }
}

#[test]
fn a_misspelt_property_of_what_has_no_effect_is_refused() {
    let found = problems("  L: {Type: AWS::Logs::LogGroup, Properties: {RetentionDays: 7}}\n");
    assert_eq!(
        found,
        ["t.yaml:3: L.RetentionDays: `RetentionDays` isn't emulated on one machine (or is misspelt): take it out"]
    );
}

const DENIES: &str = "a resource's policy that denies isn't emulated on one machine: deny it in the functions' roles";

#[test]
fn a_resources_policy_that_denies_is_refused() {
    let document = |statement: &str| format!("PolicyDocument: {{Version: '2012-10-17', Statement: [{statement}]}}");
    let queue = |statement: &str| {
        format!("  P: {{Type: AWS::SQS::QueuePolicy, Properties: {{Queues: [q], {}}}}}\n", document(statement))
    };
    let table = |statement: &str| {
        format!(
            "  T: {{Type: AWS::DynamoDB::Table, Properties: {{BillingMode: PAY_PER_REQUEST, KeySchema: [{{AttributeName: k, KeyType: HASH}}], \
             AttributeDefinitions: [{{AttributeName: k, AttributeType: S}}], ResourcePolicy: {{{}}}}}}}\n",
            document(statement)
        )
    };
    let allow = "{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}";
    let tls =
        "{Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': false}}}";
    let deny = "{Effect: Deny, Principal: '*', Action: '*', Resource: '*'}";
    for statement in [allow, tls] {
        system(&(queue(statement) + &table(statement)));
    }
    assert_eq!(problems(&queue(deny)), [format!("t.yaml:3: P.PolicyDocument.Statement[0]: {DENIES}")]);
    assert_eq!(problems(&table(deny)), [format!("t.yaml:3: T.ResourcePolicy.PolicyDocument.Statement[0]: {DENIES}")]);
}

#[test]
fn a_misspelt_right_is_told_in_every_policy() {
    let document = |action: &str| format!("{{Statement: [{{Effect: Allow, {action}, Resource: '*'}}]}}");
    let (misspelt, other) = (document("Action: [sqs:SendMessages]"), document("NotAction: sqs:SendMessages"));
    for properties in [
        format!("IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {misspelt}}}]}}"),
        format!("IAM::Policy, Properties: {{PolicyName: p, PolicyDocument: {other}}}"),
        format!("IAM::ManagedPolicy, Properties: {{PolicyDocument: {misspelt}}}"),
        format!("SQS::QueuePolicy, Properties: {{PolicyDocument: {misspelt}, Queues: []}}"),
        format!("SNS::TopicPolicy, Properties: {{PolicyDocument: {other}, Topics: []}}"),
    ] {
        let warnings = system(&format!("  X: {{Type: AWS::{properties}}}\n")).warnings;
        let told: Vec<_> = warnings.iter().map(|warning| (warning.line, warning.message.as_str())).collect();
        assert_eq!(told, [(3, "sqs has no action `SendMessages`: is `sqs:SendMessage` meant?")], "{properties}");
    }
}
