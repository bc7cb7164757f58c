use crate::testing::{parse, problems, system, template, value, valued};

/// What SAM CLI's `yaml_parse` makes of each, as CloudFormation hands it to a function.
#[test]
fn plain_scalars_are_what_yaml_1_1_says() {
    for (written, evaluated) in [
        ("yes", "true"),
        ("Yes", "true"),
        ("NO", "false"),
        ("on", "true"),
        ("Off", "false"),
        ("True", "true"),
        ("FALSE", "false"),
        ("3.10", "3.1"),
        ("3.0", "3.0"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("1.5e+3", "1500.0"),
        ("0.1", "0.1"),
        ("0123", "83"),
        ("-0123", "-83"),
        ("00", "0"),
        ("0x1F", "31"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("+12", "12"),
        ("-12", "-12"),
        ("-0", "0"),
        ("12:30:45", "45045"),
        ("1:30.5", "90.5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ] {
        assert_eq!(value(&system(&valued(written, ""))), evaluated, "{written}");
    }
}

#[test]
fn what_yaml_1_1_has_as_text_stays_as_it_is_written() {
    for written in [
        "y",
        "n",
        "yEs",
        "tRUE",
        "0o17",
        "1e3",
        "1.5e3",
        "089",
        "0123456789",
        "12:60",
        "1.2.3",
        "0x",
        "0b2",
        "_1",
        "1.0_x",
        "+",
        "2012-10-17",
        "2026-01-01T10:00:00Z",
        "nUll",
        "http://a:80/",
        ".",
        "arn:aws:s3:::b",
    ] {
        assert_eq!(value(&system(&valued(written, ""))), written, "{written}");
    }
}

#[test]
fn quotes_a_string_tag_and_a_function_leave_the_text_alone() {
    for (written, text) in [
        ("'0123'", "0123"),
        ("\"yes\"", "yes"),
        ("''", ""),
        ("'null'", "null"),
        ("!!str 0123", "0123"),
        ("!!str yes", "yes"),
        ("! 3.10", "3.10"),
        ("!Sub 3.10", "3.10"),
        ("!!int '12'", "12"),
        ("!!bool 'yes'", "true"),
    ] {
        assert_eq!(value(&system(&valued(written, ""))), text, "{written}");
    }
}

#[test]
fn what_has_no_text_is_refused_with_advice() {
    for (written, told) in [
        (".inf", "`.inf` is infinity in YAML: quote it if text is meant"),
        ("-.INF", "`-.INF` is infinity in YAML: quote it if text is meant"),
        (".NaN", "`.NaN` is no number in YAML: quote it if text is meant"),
        ("=", "`=` is a mark of YAML 1.1: quote it"),
        ("<<", "`<<` is a mark of YAML 1.1: quote it"),
        ("!!binary aGk=", "`!!binary` can't be read in a template"),
        ("!!int x", "`x` is not an integer of YAML 1.1"),
    ] {
        let found = problems(&valued(written, ""));
        assert_eq!(found, [format!("t.yaml:6: F.Environment.Variables.XX: {told}")]);
    }
    for written in ["~", "null", "NULL", "!!null ''", ""] {
        let found = problems(&valued(written, ""));
        assert!(found[0].contains("Variables.XX: has no value; CloudFormation refuses null"), "{written}: {found:?}");
    }
}

#[test]
fn a_surprise_is_told_and_no_problem() {
    let warned = |value: &str| {
        let system = parse(&template(&valued(value, "")), &[]).unwrap_or_else(|error| panic!("{error}"));
        system.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let told = |message: &str| vec![format!("t.yaml:6: F.Environment.Variables.XX: {message}")];
    assert_eq!(warned("0123"), told("`0123` is 83 in YAML 1.1: quote it if text is meant"));
    assert_eq!(warned("3.10"), told("`3.10` is 3.1 in YAML 1.1: quote it if text is meant"));
    assert_eq!(warned("on"), told("`on` is true in YAML 1.1: quote it if text is meant"));
    assert_eq!(warned("0.0001"), told("`0.0001` may be written in another way on AWS: quote it if text is meant"));
    for plain in ["True", "false", "3.5", "12", "'0123'", "text"] {
        assert_eq!(warned(plain), [""; 0], "{plain}");
    }
}

#[test]
fn numbers_and_truths_fit_their_properties() {
    let queue = "{VisibilityTimeout: 0x1E, DelaySeconds: 1:00, FifoQueue: no, MessageRetentionPeriod: 1_000}";
    let queues = system(&format!("  Q: {{Type: AWS::SQS::Queue, Properties: {queue}}}\n")).queues;
    let seconds = [queues["Q"].visibility_timeout, queues["Q"].delay, queues["Q"].retention].map(|time| time.as_secs());
    assert_eq!(seconds, [30, 60, 1_000]);
}

#[test]
fn keys_are_scalars_too() {
    let system = system(&crate::testing::function_with("Environment: {Variables: {on: a, 'yes': b, Off_: c}}"));
    let names: Vec<_> = crate::testing::function(&system).environment.keys().map(String::as_str).collect();
    assert_eq!(names, ["Off_", "true", "yes"]);
}
