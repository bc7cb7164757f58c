use crate::testing::{lines, parse, value, valued};

fn template(parameter: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters:\n  P: {parameter}\nResources:\n{}",
        valued("!Ref P", "")
    )
}

fn of(parameter: &str, given: &[(&str, &str)]) -> String {
    value(&parse(&template(parameter), given).unwrap_or_else(|error| panic!("{error}"))).to_owned()
}

fn problem(parameter: &str, given: &[(&str, &str)]) -> String {
    let found = lines(parse(&template(parameter), given));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].strip_prefix("t.yaml:3: P: ").expect("line and name").to_owned()
}

#[test]
fn an_override_is_taken_before_the_default() {
    assert_eq!(of("{Type: String, Default: a}", &[]), "a");
    assert_eq!(of("{Type: String, Default: a}", &[("P", "b")]), "b");
    assert_eq!(of("{Type: Number, Default: '010'}", &[]), "010");
    assert_eq!(of("{Type: Number, Default: 010}", &[]), "8", "an octal number, to SAM");
}

#[test]
fn a_template_has_values_of_its_own_for_one_machine() {
    let template = |settings: &str| {
        template("{Type: String, Default: a, MaxLength: 1}")
            .replace("Parameters:\n", &format!("Metadata: {{CargoLocal: {settings}}}\nParameters:\n"))
    };
    let here = template("{Parameters: {P: b}}");
    let of = |given: &[(&str, &str)]| parse(&here, given).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(value(&of(&[])), "b");
    assert_eq!(value(&of(&[("P", "c")])), "c");
    for (settings, told) in [
        ("{Parameters: {Q: b}}", "Q: the template has no parameter `Q`; it has: P"),
        ("{Parameters: {P: bb}}", "t.yaml:4: P: `bb` is longer than 1"),
        ("{Parameters: {P: [b]}}", "t.yaml:2: Metadata.CargoLocal.Parameters.P: a list is not text"),
        ("{Parameters: b}", "t.yaml:2: Metadata.CargoLocal.Parameters: `b` is not a map"),
        ("{Parameter: {P: b}}", "t.yaml:2: Metadata.CargoLocal.Parameter: is not `Parameters`, the only key there is"),
    ] {
        assert_eq!(lines(parse(&template(settings), &[])), [told], "{settings}");
    }
}

#[test]
fn a_parameter_without_value_is_named() {
    assert_eq!(problem("{Type: String}", &[]), "has no Default: give it a value (--parameter-overrides P=…)");
    assert_eq!(of("{Type: String}", &[("P", "b")]), "b");
}

#[test]
fn an_override_of_nothing_is_refused_with_the_names_there_are() {
    let found = lines(parse(&template("{Type: String, Default: a}"), &[("Q", "b")]));
    assert_eq!(found, ["Q: the template has no parameter `Q`; it has: P"]);
}

#[test]
fn constraints_hold_for_defaults_and_overrides() {
    let allowed = "{Type: String, Default: a, AllowedValues: [a, b]}";
    assert_eq!(of(allowed, &[("P", "b")]), "b");
    assert_eq!(problem(allowed, &[("P", "c")]), "`c` is none of a, b");
    assert_eq!(problem("{Type: String, Default: c, AllowedValues: [a, b]}", &[]), "`c` is none of a, b");
    assert_eq!(
        problem("{Type: String, Default: ab1, AllowedPattern: '[a-z]+', ConstraintDescription: letters only}", &[]),
        "`ab1` does not match [a-z]+: letters only"
    );
    assert_eq!(problem("{Type: String, Default: ab, MinLength: 3}", &[]), "`ab` is shorter than 3");
    assert_eq!(problem("{Type: String, Default: abcd, MaxLength: 3}", &[]), "`abcd` is longer than 3");
    assert_eq!(problem("{Type: Number, Default: 1.5, MinValue: 2}", &[]), "`1.5` is below 2");
    assert_eq!(problem("{Type: Number, Default: 9, MaxValue: 8}", &[]), "`9` is above 8");
    assert_eq!(problem("{Type: Number, Default: nine}", &[]), "`nine` is not a number");
    assert_eq!(of("{Type: Number, Default: 8, MinValue: 8, MaxValue: 8}", &[]), "8");
}

#[test]
fn each_item_of_a_list_is_checked() {
    let text =
        template("{Type: CommaDelimitedList, AllowedPattern: '[a-z]+'}").replace("!Ref P", "!Join ['|', !Ref P]");
    let read = parse(&text, &[("P", "a, b,c")]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(value(&read), "a|b|c");
    assert_eq!(lines(parse(&text, &[("P", "a,1")])), ["t.yaml:3: P: `1` does not match [a-z]+"]);
}

#[test]
fn a_hidden_value_stays_hidden() {
    let shown = problem("{Type: String, NoEcho: true, MinLength: 9}", &[("P", "hunter2")]);
    assert_eq!(shown, "its value is shorter than 9");
}

#[test]
fn types_that_need_an_account_are_refused() {
    assert_eq!(
        problem("{Type: 'AWS::SSM::Parameter::Value<String>', Default: x}", &[]),
        "a parameter of type AWS::SSM::Parameter::Value<String> can't be had on one machine; use String"
    );
}
