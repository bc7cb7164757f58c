//! What holds of every request to Secrets Manager.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Request;
use local_fuzz_inputs::{cases, spoiled, texts};
use local_secretsmanager::SecretsManager;
use local_template::{Secret, SecretValue};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

const OPERATIONS: [&str; 8] = [
    "secretsmanager.GetSecretValue",
    "secretsmanager.PutSecretValue",
    "secretsmanager.DescribeSecret",
    "secretsmanager.ListSecrets",
    "secretsmanager.RotateSecret",
    "secretsmanager.CreateSecret",
    "GetSecretValue",
    "secretsmanager.",
];

const BODIES: [&str; 4] = [
    r#"{"SecretId":"app/key","VersionStage":"AWSCURRENT","MaxResults":1,"NextToken":"1"}"#,
    r#"{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:app/key","VersionId":"v1","Filters":[]}"#,
    r#"{"SecretId":"app/key","SecretString":"é\"\u0000","ClientRequestToken":"0123456789abcdef0123456789abcdef","VersionStages":["AWSPENDING"]}"#,
    r#"{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:app/key-a1B2c3","SecretString":"other","NextToken":"99"}"#,
];

#[test]
fn any_request_is_answered_and_the_secret_stays_readable() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = Secret {
        name: "app/key".into(),
        arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:app/key-a1B2c3".into(),
        value: SecretValue::Given("from the template".into()),
    };
    let manager = SecretsManager::open(folder.path(), [&secret]).unwrap();
    let call = |operation: &str, body: String| {
        let request = Request::post("/").header("x-amz-target", operation).body(body.into()).unwrap();
        let response = runtime.block_on(manager.handle(None, request));
        let said: Value = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), said)
    };
    let bodies = prop_oneof![4 => spoiled(&BODIES), 1 => texts()];
    proptest!(cases(), |(operation in select(&OPERATIONS[..]), body in bodies)| {
        let (status, said) = call(operation, body.clone());
        prop_assert!(status < 500, "{said}");
        if operation.ends_with("PutSecretValue") && status == 200 {
            let sent: Value = serde_json::from_str(&body).unwrap();
            let id = said["VersionId"].as_str().unwrap();
            let kept = call("secretsmanager.GetSecretValue", format!(r#"{{"SecretId":"app/key","VersionId":{}}}"#, Value::from(id)));
            prop_assert_eq!(&kept.1["SecretString"], &sent["SecretString"]);
        }
        let (status, said) = call("secretsmanager.GetSecretValue", r#"{"SecretId":"app/key"}"#.to_owned());
        prop_assert_eq!(status, 200, "{}", said);
    });
}
