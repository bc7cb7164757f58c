use super::*;

/// Two functions behind the gateway, one of them behind an authorizer, and the authorizer.
const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: provided.al2023, Handler: bootstrap, CodeUri: .}}
Resources:
  Key: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 40}}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth: {Authorizers: {Bearer: {FunctionArn: !GetAtt Guard.Arn}}}
  Guard:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: guard}}
    Properties: {Environment: {Variables: {SIGNING_KEY_ARN: !Ref Key, UNRELATED_ARN: other}}}
  Open:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: open-door}}
    Properties:
      Environment: {Variables: {COLOUR: red}}
      Events: {Route: {Type: Api, Properties: {RestApiId: !Ref Api, Method: get, Path: /open}}}
  Closed:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: closed-door}}
    Properties:
      Events:
        Route:
          Type: Api
          Properties: {RestApiId: !Ref Api, Method: get, Path: /closed, Auth: {Authorizer: Bearer}}
"#;

/// The environments, and the secrets for as long as their folder is there.
async fn of(engine: Engine) -> (Environments, SecretsManager, tempfile::TempDir) {
    let system = System::parse(TEMPLATE, "template.yaml", &BTreeMap::new()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secrets = SecretsManager::open(folder.path(), system.secrets.values()).unwrap();
    (environments(&system, engine, "http://127.0.0.1:3000", &secrets).await.unwrap(), secrets, folder)
}

#[tokio::test]
async fn a_function_gets_what_the_template_says_and_where_the_services_are() {
    let (all, ..) = of(Engine::CargoLambda).await;
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

#[tokio::test]
async fn functions_have_the_engines_names() {
    let (all, ..) = of(Engine::CargoLambda).await;
    assert_eq!(all.keys().collect::<Vec<_>>(), ["closed-door", "guard", "open-door"]);
    let (all, ..) = of(Engine::Sam).await;
    assert_eq!(all.keys().collect::<Vec<_>>(), ["Closed", "Guard", "Open"]);
}

#[tokio::test]
async fn where_no_authorizer_is_called_the_function_behind_it_gets_its_secret() {
    let (all, secrets, _folder) = of(Engine::CargoLambda).await;
    let (id, key) = secrets.current("Key").await.unwrap();
    let closed = &all["closed-door"];
    assert_eq!((&closed["SIGNING_KEY_VERSION"], &closed["SIGNING_KEY"]), (&id, &key));
    assert!(!closed.contains_key("UNRELATED"));
    assert!(!all["open-door"].contains_key("SIGNING_KEY"));
    let (all, ..) = of(Engine::Sam).await;
    assert!(!all["Closed"].contains_key("SIGNING_KEY"));
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
