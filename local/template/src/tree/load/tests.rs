use crate::testing::{function_with, lines, parse, problems};

#[test]
fn every_duplicate_key_is_reported_with_both_lines() {
    let found =
        problems("  Q: {Type: AWS::SQS::Queue}\n  Q: {Type: AWS::SQS::Queue}\n  R: {Type: AWS::SQS::Queue, Type: X}\n");
    assert_eq!(found, ["t.yaml:4: Q: `Q` is already in line 3", "t.yaml:5: R.Type: `Type` is already in line 5"]);
}

#[test]
fn a_key_without_value_is_reported_at_its_own_line() {
    let found = problems("  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n\n  R:\n    Type: AWS::SQS::Queue\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("t.yaml:5: Q.Properties: has no value"), "{found:?}");
}

#[test]
fn a_file_without_a_template_is_refused() {
    for text in ["", "# later\n"] {
        assert_eq!(lines(parse(text, &[])), ["t.yaml:1: YAML: the file is empty"]);
    }
}

#[test]
fn what_is_no_yaml_is_reported_with_its_line() {
    let found = lines(parse("Resources:\n  A: [\n  B: }\n", &[]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("t.yaml:2: YAML: "), "{found:?}");
}

#[test]
fn functions_that_cannot_be_evaluated_are_refused_in_both_forms() {
    let found = problems(&function_with("Description: !ImportValue x, Role: {'Fn::ImportValue': y}"));
    assert_eq!(
        found,
        [
            "t.yaml:6: F.Description: `!ImportValue` can't be evaluated on one machine",
            "t.yaml:6: F.Role: `Fn::ImportValue` can't be evaluated on one machine"
        ]
    );
}

#[test]
fn a_function_stands_alone_in_its_map() {
    let found = problems(&function_with("Role: {'Fn::Sub': x, Other: y}"));
    assert_eq!(found, ["t.yaml:6: F.Role: `Fn::Sub` has to be the only key of its map"]);
}
