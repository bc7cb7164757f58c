use crate::testing::{lines, parse, problems, system, value, valued};

const TOP: &str = "Transform: AWS::Serverless-2016-10-31
Parameters:
  Origins: {Type: CommaDelimitedList, Default: 'a.example, b.example'}
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Mappings:
  Sizes: {dev: {memory: 128, zones: [x, y]}, prod: {memory: 1024}}
Resources:
";

fn of(expression: &str) -> String {
    let read = parse(&(TOP.to_owned() + &valued(expression, "")), &[]);
    value(&read.unwrap_or_else(|error| panic!("{error}"))).to_owned()
}

fn problem(expression: &str) -> String {
    let found = lines(parse(&(TOP.to_owned() + &valued(expression, "")), &[]));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].strip_prefix("t.yaml:13: F.Environment.Variables.XX: ").expect("line and place").to_owned()
}

#[test]
fn functions_nest() {
    assert_eq!(of("!Join [' ', !Ref Origins]"), "a.example b.example");
    assert_eq!(of("!Join ['-', [a, !Sub '${Stage}', {Ref: Stage}]]"), "a-dev-dev");
    assert_eq!(of("!Select [1, !Ref Origins]"), "b.example");
    assert_eq!(of("!Select [2, !Split ['/', 'a/b/c']]"), "c");
    assert_eq!(of("!FindInMap [Sizes, !Ref Stage, memory]"), "128");
    assert_eq!(of("!Select ['0', {'Fn::FindInMap': [Sizes, dev, zones]}]"), "x");
    assert_eq!(of("!If [IsProd, !Ref Nowhere, {'Fn::Join': ['', [b, c]]}]"), "bc");
}

#[test]
fn sub_takes_variables_of_its_own_and_escapes() {
    assert_eq!(
        of("!Sub ['${Name}/${Stage}/${!Literal}', {Name: !Select [0, !Ref Origins]}]"),
        "a.example/dev/${Literal}"
    );
    assert_eq!(of("{'Fn::Sub': '$5 and ${Stage}'}"), "$5 and dev");
}

#[test]
fn every_unknown_variable_of_a_sub_is_reported() {
    let found = problems(&valued("!Sub '${One} ${Two} ${One}'", ""));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn no_value_leaves_a_property_or_item_out() {
    let resources = "  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref AWS::NoValue}}\n";
    assert_eq!(system(resources).queues["Q"].visibility_timeout.as_secs(), 30);
    assert_eq!(of("!Join [',', [a, !Ref AWS::NoValue, b]]"), "a,b");
}

#[test]
fn wrong_arguments_are_named() {
    assert_eq!(problem("!Join [a]"), "!Join wants a list of 2");
    assert_eq!(problem("!Select [3, !Ref Origins]"), "!Select 3 of a list of 2");
    assert_eq!(problem("!FindInMap [Sizes, dev, colour]"), "Mappings has no Sizes.dev.colour");
    assert_eq!(problem("!Sub '${Origins}'"), "`${Origins}` is a list, not text");
    assert_eq!(problem("!Split ['', a]"), "!Split wants a delimiter that is not empty");
    assert_eq!(problem("!If [Nowhere, a, b]"), "no condition is called `Nowhere`");
    assert_eq!(problem("!Equals [a, b]"), "!Equals gives true or false: it belongs in Conditions");
    assert_eq!(problem("!Sub 'a ${Stage'"), "a `${` is not closed; write `${!…}` for the characters themselves");
}

#[test]
fn a_dynamic_reference_is_never_passed_on_as_text() {
    let message = "a dynamic reference can't be resolved on one machine; !Ref the secret and read it";
    assert_eq!(problem("'{{resolve:secretsmanager:key}}'"), message);
    assert_eq!(problem("!Sub '{{resolve:ssm:/${Stage}/key}}'"), message);
}
