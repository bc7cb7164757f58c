use crate::testing::{lines, parse, problems, system, valued};

const REFUSED: &str = "Cdn: AWS::CloudFront::Distribution of `Cdn` can't be run on one machine: take it out, or give it a \
                       Condition that is false here";

#[test]
fn a_type_that_cannot_run_here_is_named_with_its_line() {
    let found = problems("  Q: {Type: AWS::SQS::Queue}\n  Cdn:\n    Type: AWS::CloudFront::Distribution\n");
    assert_eq!(found, [format!("t.yaml:5: {REFUSED}")]);
}

#[test]
fn a_reference_to_a_refused_resource_is_no_second_problem() {
    let found = problems(&valued("!GetAtt Cdn.DomainName", "  Cdn: {Type: AWS::CloudFront::Distribution}\n"));
    assert_eq!(found, [format!("t.yaml:7: {REFUSED}")]);
}

const CONDITIONAL: &str = "Transform: AWS::Serverless-2016-10-31\nConditions: {Never: !Equals [a, b]}\nResources:\n";

#[test]
fn what_its_condition_keeps_away_may_be_of_any_type() {
    let cdn = "  Cdn: {Type: AWS::CloudFront::Distribution, Condition: Never}\n  Q: {Type: AWS::SQS::Queue, DependsOn: Cdn}\n";
    assert!(parse(&(CONDITIONAL.to_owned() + cdn), &[]).is_ok());
}

#[test]
fn a_reference_to_what_is_not_created_says_why() {
    let queue = valued("!Ref Q", "  Q: {Type: AWS::SQS::Queue, Condition: Never}\n");
    assert_eq!(
        lines(parse(&(CONDITIONAL.to_owned() + &queue), &[])),
        ["t.yaml:7: F.Environment.Variables.XX: `Q` is not created: its condition `Never` is false"]
    );
}

#[test]
fn attributes_are_checked() {
    let found = problems(
        "  Q: {Type: AWS::SQS::Queue, DependsOn: [Nowhere], DeletionPolicy: Keep, UpdatePolicy: {}}\n  \
           my-queue: {Type: AWS::SQS::Queue}\n",
    );
    assert_eq!(
        found,
        [
            "t.yaml:3: Q.DeletionPolicy: `Keep` is not Delete or Retain or RetainExceptOnCreate or Snapshot",
            "t.yaml:3: Q.UpdatePolicy: `UpdatePolicy` isn't emulated on one machine (or is misspelt): take it out",
            "t.yaml:3: Q.DependsOn: no resource is called `Nowhere`",
            "t.yaml:4: my-queue: a logical id is letters and digits only, `my-queue` is not"
        ]
    );
}

/// CloudFormation: "UpdateReplacePolicy attribute" has three values, and "DeletionPolicy attribute" one more.
#[test]
fn only_a_deletion_may_spare_what_a_creation_left_behind() {
    let queue = |attributes: &str| format!("  Q: {{Type: AWS::SQS::Queue, {attributes}}}\n");
    let spared = system(&queue("DeletionPolicy: RetainExceptOnCreate, UpdateReplacePolicy: Retain"));
    assert_eq!(spared.queues.len(), 1);
    assert_eq!(
        problems(&queue("UpdateReplacePolicy: RetainExceptOnCreate")),
        ["t.yaml:3: Q.UpdateReplacePolicy: `RetainExceptOnCreate` is not Delete or Retain or Snapshot"]
    );
}

#[test]
fn two_resources_of_one_name_are_refused() {
    let found = problems("  A: {Type: AWS::SQS::Queue}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: A}}\n");
    assert_eq!(found, ["t.yaml:4: B: is called `A`, and so is `A` (line 3)"]);
}
