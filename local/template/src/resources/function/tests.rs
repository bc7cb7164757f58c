use std::time::Duration;

use crate::testing::{function, function_with, problems, system};

#[test]
fn a_bare_function_has_the_defaults_of_lambda() {
    let system = system(&function_with("Description: bare"));
    let function = function(&system);
    assert_eq!((function.name.as_str(), function.binary.as_str()), ("F", "f"));
    assert_eq!(function.arn, "arn:aws:lambda:us-east-1:000000000000:function:F");
    assert_eq!((function.memory_mb, function.timeout), (128, Duration::from_secs(3)));
    assert_eq!(function.reserved_concurrency, None);
    assert!(function.environment.is_empty() && function.sources.is_empty());
}

#[test]
fn its_name_is_in_its_arn() {
    let system = system(&function_with(
        "FunctionName: !Sub '${AWS::StackName}-f', MemorySize: 1769, Timeout: 900, ReservedConcurrentExecutions: 0",
    ));
    let function = function(&system);
    assert_eq!(function.name, "local-f");
    assert_eq!(function.arn, "arn:aws:lambda:us-east-1:000000000000:function:local-f");
    assert_eq!((function.memory_mb, function.timeout.as_secs(), function.reserved_concurrency), (1_769, 900, Some(0)));
}

#[test]
fn a_function_that_is_no_cargo_binary_says_what_it_needs() {
    let found = problems(
        "  F: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023}}
  G: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2}, Metadata: {BuildMethod: makefile}}
",
    );
    assert_eq!(
        found,
        [
            "t.yaml:3: F: needs `Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: its-cargo-binary}}`",
            "t.yaml:4: G.Metadata.BuildMethod: `makefile` is not rust-cargolambda",
        ]
    );
}

#[test]
fn what_would_change_how_it_runs_is_refused() {
    for property in ["Layers: [x]", "VpcConfig: {}", "DeadLetterQueue: {}", "Tiemout: 3"] {
        let name = property.split(':').next().expect("a name");
        let message =
            format!("t.yaml:6: F.{name}: `{name}` isn't emulated on one machine (or is misspelt): take it out");
        assert_eq!(problems(&function_with(property)), [message]);
    }
}

#[test]
fn how_often_an_asynchronous_invocation_is_tried_again_is_read() {
    let of = |properties: &str| {
        let invoke = function(&system(&function_with(properties))).event_invoke;
        (invoke.maximum_retry_attempts, invoke.maximum_event_age.as_secs())
    };
    assert_eq!(of("Description: bare"), (2, 21_600));
    assert_eq!(of("EventInvokeConfig: {}"), (2, 21_600));
    assert_eq!(of("EventInvokeConfig: {MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60}"), (0, 60));
}

#[test]
fn an_asynchronous_invocation_that_lambda_would_not_configure_so_is_refused() {
    let found = problems(&function_with(
        "EventInvokeConfig: {MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 59, DestinationConfig: {}}",
    ));
    assert_eq!(
        found,
        [
            "t.yaml:6: F.EventInvokeConfig.DestinationConfig: `DestinationConfig` isn't emulated on one machine (or is \
             misspelt): take it out",
            "t.yaml:6: F.EventInvokeConfig.MaximumRetryAttempts: `3` is not a whole number from 0 to 2",
            "t.yaml:6: F.EventInvokeConfig.MaximumEventAgeInSeconds: `59` is not a whole number from 60 to 21600",
        ]
    );
}

#[test]
fn values_that_lambda_refuses_are_refused() {
    let found =
        problems(&function_with("MemorySize: 64, Timeout: 901, Environment: {Variables: {AWS_REGION: x, 9X: y}}"));
    assert_eq!(
        found,
        [
            "t.yaml:6: F.MemorySize: `64` is not a whole number from 128 to 10240",
            "t.yaml:6: F.Timeout: `901` is not a whole number from 1 to 900",
            "t.yaml:6: F.Environment.Variables.AWS_REGION: Lambda sets this variable itself and refuses to be given it",
            "t.yaml:6: F.Environment.Variables.9X: the name of a variable is a letter, then at least one letter, digit or `_`",
        ]
    );
    let python = function_with("Description: x").replace("provided.al2023", "python3.13");
    assert_eq!(problems(&python), ["t.yaml:6: F.Runtime: `python3.13` is not provided.al2023 or provided.al2"]);
}

#[test]
fn the_environment_is_four_kilobytes_at_most() {
    // {"LONG":"…","OTHER":"é"} is 24 bytes and the text.
    let with = |length: usize| {
        function_with(&format!("Environment: {{Variables: {{LONG: {}, OTHER: é}}}}", "x".repeat(length)))
    };
    assert_eq!(function(&system(&with(4096 - 24))).environment["LONG"].len(), 4096 - 24);
    let message =
        "t.yaml:6: F.Environment.Variables: a function's variables are 4096 bytes at most, as JSON: these are 4097";
    assert_eq!(problems(&with(4096 - 23)), [message]);
}

#[test]
fn what_else_a_build_is_told_is_refused() {
    let text = function_with("MemorySize: 128").replace("{Binary: f}", "{Binary: f, Flags: [--features=x]}");
    let told = "F.Metadata.BuildProperties.Flags: `Flags` isn't emulated on one machine (or is misspelt): take it out";
    assert_eq!(problems(&text), [format!("t.yaml:5: {told}")]);
}
