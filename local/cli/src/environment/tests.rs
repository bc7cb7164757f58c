use super::*;

/// Functions behind the gateway, one of them behind an authorizer, and the authorizer.
const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: provided.al2023, Handler: bootstrap, CodeUri: .}}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth: {Authorizers: {Bearer: {FunctionArn: !GetAtt Guard.Arn}}}
  Guard:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: guard}}
  Open:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: open-door}}
    Properties:
      Environment: {Variables: {COLOUR: red}}
      Events: {Route: {Type: Api, Properties: {RestApiId: !Ref Api, Method: get, Path: /open}}}
  Keys:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: keys}}
    Properties:
      Events: {Route: {Type: Api, Properties: {RestApiId: !Ref Api, Method: get, Path: /.well-known/jwks.json}}}
  Closed:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: closed-door}}
    Properties:
      Events:
        Route:
          Type: Api
          Properties: {RestApiId: !Ref Api, Method: get, Path: /closed, Auth: {Authorizer: Bearer}}
"#;

fn of(template: &str, engine: Engine) -> Environments {
    let system = System::parse(template, "template.yaml", &BTreeMap::new()).unwrap();
    environments(&system, engine, "http://127.0.0.1:3000", "http://127.0.0.1:9000")
}

#[test]
fn a_function_gets_what_the_template_says_and_where_the_services_are() {
    let all = of(TEMPLATE, Engine::CargoLambda);
    let expected = [
        ("AWS_ACCESS_KEY_ID", "Open"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:3000"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("COLOUR", "red"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(all["open-door"], BTreeMap::from(expected));
}

#[test]
fn functions_have_the_engines_names() {
    let all = of(TEMPLATE, Engine::CargoLambda);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["closed-door", "guard", "keys", "open-door"]);
    let all = of(TEMPLATE, Engine::Sam);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["Closed", "Guard", "Keys", "Open"]);
}

#[test]
fn where_no_authorizer_is_called_the_function_behind_it_gets_the_public_keys() {
    let all = of(TEMPLATE, Engine::CargoLambda);
    assert_eq!(all["closed-door"]["JWKS_URL"], "http://127.0.0.1:9000/.well-known/jwks.json");
    for other in ["open-door", "guard", "keys"] {
        assert!(!all[other].contains_key("JWKS_URL"), "{other}");
    }
    assert!(!of(TEMPLATE, Engine::Sam)["Closed"].contains_key("JWKS_URL"));
    let without_keys = TEMPLATE.replace("/.well-known/jwks.json", "/keys");
    assert!(!of(&without_keys, Engine::CargoLambda)["closed-door"].contains_key("JWKS_URL"));
}

#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let environments = Environments::from([("a".to_owned(), BTreeMap::new())]);
    let files = write(&environments, folder.path()).unwrap();
    write(&environments, folder.path()).unwrap();
    for file in [&files.environment, &files.cargo_config] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_to_string(&files.environment).unwrap(), "{\n  \"a\": {}\n}");
}
