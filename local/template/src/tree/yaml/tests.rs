use crate::System;
use crate::testing::{function, function_with, lines, parse, problems, system, template};

fn variables(system: &System) -> Vec<(&str, &str)> {
    function(system).environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn a_flow_list_may_end_and_go_on_in_its_keys_column() {
    let queues = |text: &str| system(text).queues.len();
    assert_eq!(
        queues("  A: {Type: AWS::SQS::Queue}\n  B:\n    Type: AWS::SQS::Queue\n    DependsOn: [\n    A\n    ]\n"),
        2
    );
    assert_eq!(
        queues("  A: {Type: AWS::SQS::Queue}\n  B:\n    Type: AWS::SQS::Queue\n    DependsOn: [\nA,\n# why\n]\n"),
        2
    );
    assert_eq!(queues("  A: {\nType: AWS::SQS::Queue\n}\n"), 1);
}

#[test]
fn an_alias_stands_for_what_its_anchor_is_at() {
    let system = system(
        "  Q: &q {Type: AWS::SQS::Queue, Properties: &p {DelaySeconds: &seconds 7}}\n  R: *q\n  \
           S: {Type: AWS::SQS::Queue, Properties: *p}\n  \
           T: {Type: AWS::SQS::Queue, Properties: {ReceiveMessageWaitTimeSeconds: *seconds}}\n",
    );
    for id in ["Q", "R", "S"] {
        assert_eq!(system.queues[id].delay.as_secs(), 7, "{id}");
    }
    assert_eq!(system.queues["T"].receive_wait.as_secs(), 7);
}

#[test]
fn a_merge_key_adds_what_the_map_does_not_have() {
    let text = "Transform: AWS::Serverless-2016-10-31\nMetadata:\n  one: &one {AA: one, BB: one, CC: one}\n  two: &two {BB: two, CC: two, DD: two}\n\
                Resources:\n";
    for (merged, expected) in [
        ("{AA: own, <<: *one}", [("AA", "own"), ("BB", "one"), ("CC", "one")].to_vec()),
        ("{<<: *one, AA: own}", [("AA", "own"), ("BB", "one"), ("CC", "one")].to_vec()),
        ("{<<: [*one, *two], CC: own}", [("AA", "one"), ("BB", "one"), ("CC", "own"), ("DD", "two")].to_vec()),
        ("{<<: *one, <<: *two}", [("AA", "one"), ("BB", "two"), ("CC", "two"), ("DD", "two")].to_vec()),
        (
            "{<<: [*two, {<<: *one, EE: in}]}",
            [("AA", "one"), ("BB", "two"), ("CC", "two"), ("DD", "two"), ("EE", "in")].to_vec(),
        ),
        ("{<<: {AA: !Ref AWS::Region}}", [("AA", "us-east-1")].to_vec()),
    ] {
        let text = text.to_owned() + &function_with(&format!("Environment: {{Variables: {merged}}}"));
        let system = parse(&text, &[]).unwrap_or_else(|error| panic!("{merged}: {error}"));
        assert_eq!(variables(&system), expected, "{merged}");
    }
}

#[test]
fn a_merge_key_in_quotes_is_a_key() {
    let found = problems(&function_with("Environment: {Variables: {'<<': x}}"));
    assert!(found[0].contains("Variables.<<: the name of a variable"), "{found:?}");
}

#[test]
fn a_merge_of_what_is_no_map_is_refused() {
    let found = problems(&function_with("Environment: {Variables: {<<: [a]}}"));
    let told = "t.yaml:6: F.Environment.Variables: `<<` wants a map, or a list of maps";
    assert_eq!(found, [told]);
}

#[test]
fn an_alias_of_what_it_is_part_of_is_refused() {
    let found = problems("  Q: &q {Type: AWS::SQS::Queue, Properties: {Tags: [*q]}}\n");
    assert_eq!(found, ["t.yaml:3: YAML: an alias stands for a map or list that it is part of"]);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "Transform: AWS::Serverless-2016-10-31\nMetadata:\n  a0: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        let below = level - 1;
        text += &format!("  a{level}: &a{level} [*a{below}, *a{below}, *a{below}, *a{below}]\n");
    }
    let found = lines(parse(&(text + "Resources: {}\n"), &[]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("YAML: aliases make more than 200000 values of it"), "{found:?}");
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let text = format!("Resources: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let found = lines(parse(&text, &[]));
    assert!(found.len() == 1 && found[0].starts_with("t.yaml:1: YAML: "), "{found:?}");
    let text =
        format!("Resources:\n{}", (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth + 1))).collect::<String>());
    let found = lines(parse(&text, &[]));
    assert!(found.iter().any(|line| line.ends_with("YAML: is nested more than 100 deep")), "{found:?}");
}

#[test]
fn a_second_document_is_refused_and_a_marked_one_is_read() {
    let found = lines(parse(&(template("  Q: {Type: AWS::SQS::Queue}\n") + "---\na: b\n"), &[]));
    assert_eq!(found, ["t.yaml:4: YAML: a template is one document; this is a second"]);
    let text = format!("\u{feff}%YAML 1.1\n---\n{}...\n", template("  Q: {Type: AWS::SQS::Queue}\n"));
    assert_eq!(parse(&text, &[]).map(|system| system.queues.len()).map_err(|error| error.to_string()), Ok(1));
}

#[test]
fn json_is_read_as_json() {
    let text = "{\n\t\"Transform\": \"AWS::Serverless-2016-10-31\",\n\t\"Resources\": {\"Q\": {\n\t\t\"Type\": \"AWS::SQS::Queue\",\n\t\t\
                \"Properties\": {\"QueueName\": \"a\\u002db\", \"DelaySeconds\": 10}\n\t}}\n}\n";
    let system = parse(text, &[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((system.queues["Q"].name.as_str(), system.queues["Q"].delay.as_secs()), ("a-b", 10));
    let found = lines(parse(&text.replace("10}", "901}"), &[]));
    assert_eq!(found, ["t.yaml:5: Q.DelaySeconds: `901` is not a whole number from 0 to 900"]);
}

#[test]
fn problems_of_one_line_do_not_hide_each_other() {
    let found = problems(
        "  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: x, RedrivePolicy: {deadLetterTargetArn: y}}}\n  \
                            A: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{}], KeySchema: [{}, {}]}}\n",
    );
    assert_eq!(
        found,
        [
            "t.yaml:3: Q.VisibilityTimeout: `x` is not a whole number from 0 to 43200",
            "t.yaml:3: Q.RedrivePolicy.deadLetterTargetArn: `y` is not the Arn of an AWS::SQS::Queue in this template",
            "t.yaml:3: Q.RedrivePolicy: needs `maxReceiveCount`",
            "t.yaml:4: A.AttributeDefinitions[0]: needs `AttributeName`",
            "t.yaml:4: A.AttributeDefinitions[0]: needs `AttributeType`",
            "t.yaml:4: A.KeySchema[0]: needs `AttributeName`",
            "t.yaml:4: A.KeySchema[0]: needs `KeyType`",
            "t.yaml:4: A.KeySchema[1]: needs `AttributeName`",
            "t.yaml:4: A.KeySchema[1]: needs `KeyType`",
        ]
    );
    let found = problems(
        "  Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: x, SqsManagedSseEnabled: true}}\n  \
                            T: {Type: AWS::DynamoDB::Table, DeletionPolicy: Keep, UpdateReplacePolicy: Keep, DependsOn: [Nil, Nil]}\n",
    );
    assert_eq!(found.iter().filter(|line| line.contains("`Keep` is not")).count(), 2, "{found:?}");
    assert_eq!(found.iter().filter(|line| line.contains("no resource is called `Nil`")).count(), 2, "{found:?}");
}
