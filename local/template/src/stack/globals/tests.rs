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
    let twice = function_with("MemorySize: 128") + &function_with("MemorySize: 128").replace("  F:", "  G:");
    let found = lines(parse(&template("  Function:\n    Layers: [x]\n  HttpApi: {}\n", &twice), &[]));
    assert_eq!(
        found,
        [
            "t.yaml:4: F.Layers: `Layers` isn't emulated on one machine (or is misspelt): take it out",
            "t.yaml:5: Globals.HttpApi: `HttpApi` isn't emulated on one machine (or is misspelt)"
        ]
    );
}
