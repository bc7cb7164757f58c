use crate::testing::{lines, parse};

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Alarm: {Type: String, Default: ''}
Rules:
  ProdIsWatched:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !Not [!Equals [!Ref Alarm, '']]
        AssertDescription: give an address for alarms
  Known:
    Assertions:
      - Assert: !Contains [[dev, prod], !Ref Stage]
Resources: {Q: {Type: AWS::SQS::Queue}}
";

#[test]
fn an_assertion_counts_where_its_condition_holds() {
    assert!(parse(TEMPLATE, &[]).is_ok());
    assert!(parse(TEMPLATE, &[("Stage", "prod"), ("Alarm", "a@example.com")]).is_ok());
    let found = lines(parse(TEMPLATE, &[("Stage", "prod")]));
    assert_eq!(found, ["t.yaml:9: Rules.ProdIsWatched: give an address for alarms"]);
    let found = lines(parse(TEMPLATE, &[("Stage", "x")]));
    assert_eq!(found, ["t.yaml:13: Rules.Known: the parameters don't satisfy this assertion"]);
}
