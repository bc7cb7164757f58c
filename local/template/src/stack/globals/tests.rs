use crate::testing::{function, function_with, lines, parse};

fn template(globals: &str, resources: &str) -> String {
    format!("Transform: AWS::Serverless-2016-10-31\nGlobals:\n{globals}Resources:\n{resources}")
}

#[test]
fn maps_merge_and_what_is_plain_is_the_functions_own() {
    let globals = "  Function: {MemorySize: 256, Timeout: 7, Environment: {Variables: {AA: global, BB: global}}}\n";
    let own = function_with("MemorySize: 512, Environment: {Variables: {BB: !Ref AWS::Region, CC: own}}");
    let system = parse(&template(globals, &own), &[]).unwrap_or_else(|error| panic!("{error}"));
    let function = function(&system);
    assert_eq!((function.memory_mb, function.timeout.as_secs()), (512, 7));
    let environment: Vec<_> =
        function.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(environment, [("AA", "global"), ("BB", "us-east-1"), ("CC", "own")]);
}

#[test]
fn lists_concatenate_with_the_globals_first() {
    let globals = "  Api: {BinaryMediaTypes: [image~1png]}\n";
    let api = "  Api: {Type: AWS::Serverless::Api, Properties: {StageName: s, BinaryMediaTypes: [text/csv]}}\n";
    let system = parse(&template(globals, api), &[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(system.api.map(|api| api.binary_media_types), Some(vec!["image/png".to_owned(), "text/csv".to_owned()]));
}

#[test]
fn a_refused_global_is_reported_once_at_its_own_line() {
    let twice = function_with("MemorySize: 128")
        + &function_with("MemorySize: 128").replace("  F:", "  G:").replace("Binary: f", "Binary: g");
    let found = lines(parse(&template("  Function:\n    Layers: [x]\n", &twice), &[]));
    assert_eq!(found, ["t.yaml:4: F.Layers: `Layers` isn't emulated on one machine (or is misspelt): take it out"]);
}

#[test]
fn what_sam_refuses_among_the_globals_is_refused() {
    let globals = "  Function: {Role: x, Policies: [], FunctionName: f, Events: {}, VersionDescription: v, Metadata: {}}\n  Api: {StageName: x, Tags: {}}\n  \
                   Queue: {}\n  HttpApi: {Cors: true, Tags: {}}\n  SimpleTable: [x]\n";
    let found = lines(parse(&template(globals, &function_with("MemorySize: 128")), &[]));
    let not = |line: usize, section: &str, name: &str| {
        format!(
            "t.yaml:{line}: Globals.{section}.{name}: SAM has no `{name}` among the globals of {section}: write it where it is meant"
        )
    };
    let expected = [
        not(3, "Function", "Role"),
        not(3, "Function", "Policies"),
        not(3, "Function", "FunctionName"),
        not(3, "Function", "Events"),
        not(3, "Function", "VersionDescription"),
        not(3, "Function", "Metadata"),
        not(4, "Api", "StageName"),
        not(4, "Api", "Tags"),
        "t.yaml:5: Globals.Queue: SAM has no globals of `Queue`: it has Api, CapacityProvider, Function, HttpApi, LayerVersion, \
         MicrovmImage, NetworkConnector, SimpleTable, StateMachine, WebSocketApi"
            .to_owned(),
        not(6, "HttpApi", "Cors"),
        "t.yaml:7: Globals.SimpleTable: a list is not a map".to_owned(),
    ];
    assert_eq!(found, expected);
}

#[test]
fn globals_of_what_the_template_does_not_have_do_no_harm() {
    let globals = "  HttpApi: {FailOnWarnings: true}\n  SimpleTable: {SSESpecification: {SSEEnabled: true}}\n";
    assert!(parse(&template(globals, &function_with("MemorySize: 128")), &[]).is_ok());
}

#[test]
fn architectures_are_replaced_and_not_joined() {
    let own = function_with("Architectures: [arm64]");
    let read = parse(&template("  Function: {Architectures: [x86_64]}\n", &own), &[]);
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn a_resource_may_ignore_globals() {
    let globals = "  Function: {MemorySize: 256, Timeout: 7}\n";
    let with = |ignored: &str| {
        let own = function_with("Description: x")
            .replace("    Properties:", &format!("    IgnoreGlobals: {ignored}\n    Properties:"));
        parse(&template(globals, &own), &[])
            .map(|system| (function(&system).memory_mb, function(&system).timeout.as_secs()))
    };
    assert_eq!(with("'*'").ok(), Some((128, 3)));
    assert_eq!(with("[Timeout]").ok(), Some((256, 3)));
    for (ignored, told) in [
        ("[Layers]", "t.yaml:8: F.IgnoreGlobals[0]: `Layers` is none of the globals of its type"),
        ("all", "t.yaml:8: F.IgnoreGlobals: `all` is neither `*` nor a list of globals"),
    ] {
        assert_eq!(with(ignored).expect_err("a problem").to_string(), told);
    }
}
