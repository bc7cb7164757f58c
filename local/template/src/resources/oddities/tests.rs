use crate::testing::{function_with, system};

fn warnings(resources: &str) -> Vec<String> {
    system(resources).warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_copied_binary_is_told() {
    let second = function_with("Description: x").replace("  F:", "  G:");
    let told = "t.yaml:9: G.Metadata.BuildProperties.Binary: `f` is the binary of `F` too: was it copied?";
    assert_eq!(warnings(&(function_with("Description: x") + &second)), [told]);
    let other = second.replace("Binary: f", "Binary: g");
    assert_eq!(warnings(&(function_with("Description: x") + &other)), [""; 0]);
}

#[test]
fn a_method_that_cors_leaves_out_is_told() {
    let with = |methods: &str, method: &str| {
        let api = format!(
            "  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: s, Cors: {{AllowMethods: \"{methods}\"}}}}}}\n"
        );
        let event = |id: &str, method: &str| {
            format!("{id}: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: /{id}, Method: {method}}}}}")
        };
        api + &function_with(&format!("Events: {{{}, {}}}", event("a", "get"), event("b", method)))
    };
    for methods in ["'GET,PATCH'", "'PATCH, GET,OPTIONS'", "'*'"] {
        assert_eq!(warnings(&with(methods, "patch")), [""; 0], "{methods}");
    }
    let told = |missing: &str| {
        format!(
            "t.yaml:3: Api.Cors.AllowMethods: leaves out {missing}, which a route has: pages of other origins can't use it"
        )
    };
    assert_eq!(warnings(&with("'GET,OPTIONS'", "patch")), [told("PATCH")]);
    assert_eq!(warnings(&with("'GET,POST,PUT'", "any")), [told("DELETE, HEAD, PATCH")]);
}
