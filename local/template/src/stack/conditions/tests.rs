use crate::testing::{lines, parse};

fn template(conditions: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters: {{Stage: {{Type: String, Default: dev}}}}\nConditions:\n{conditions}\
         Resources:\n  Q: {{Type: AWS::SQS::Queue, Condition: Wanted}}\n"
    )
}

fn wanted(condition: &str, stage: &str) -> bool {
    let text = template(&format!("  Wanted: {condition}\n  Prod: !Equals [!Ref Stage, prod]\n"));
    let system = parse(&text, &[("Stage", stage)]).unwrap_or_else(|error| panic!("{error}"));
    system.queues.contains_key("Q")
}

#[test]
fn a_resource_is_there_if_its_condition_is_true() {
    assert!(wanted("!Equals [!Ref Stage, prod]", "prod"));
    assert!(!wanted("!Equals [!Ref Stage, prod]", "dev"));
}

#[test]
fn conditions_are_made_of_others_in_any_order_and_form() {
    assert!(wanted("!Not [!Condition Prod]", "dev"));
    assert!(wanted("{'Fn::Not': [{Condition: Prod}]}", "dev"));
    assert!(wanted("!And [!Not [Condition: Prod], !Equals [a, a]]", "dev"));
    assert!(!wanted("!And [!Condition Prod, !Equals [a, a]]", "dev"));
    assert!(wanted("!Or [!Condition Prod, !Equals [a, a]]", "dev"));
    assert!(!wanted("!Or [!Condition Prod, !Equals [a, b]]", "dev"));
}

#[test]
fn wrong_conditions_are_named_once_each() {
    let found = lines(parse(&template("  Wanted: !Not [!Condition Nowhere]\n  B: !Condition B\n  C: 'true'\n"), &[]));
    assert_eq!(
        found,
        [
            "t.yaml:4: Conditions.Wanted: no condition is called `Nowhere`",
            "t.yaml:5: Conditions.B: the condition `B` is made of itself",
            "t.yaml:6: Conditions.C: `true` is neither true nor false"
        ]
    );
}

#[test]
fn a_condition_cannot_look_at_resources() {
    let found = lines(parse(&template("  Wanted: !Equals [!Ref Q, x]\n"), &[]));
    assert_eq!(found, ["t.yaml:4: Conditions.Wanted: no parameter is called `Q`, and resources can't be used here"]);
}
