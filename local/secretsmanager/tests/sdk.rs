//! The secrets through the real AWS SDK, over HTTP, and what is left of them on disk.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::task::Poll;

use aws_credential_types::Credentials;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;
use local_secretsmanager::{Error, SecretsManager};
use local_template::{Secret, SecretValue};

const KEY_ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:SigningKey-a1B2c3";

fn secrets() -> Vec<Secret> {
    let generated =
        SecretValue::Generated { length: 64, alphabet: ('!'..='~').collect(), require: Vec::new(), template: None };
    let arn = |name: &str| format!("arn:aws:secretsmanager:eu-central-1:000000000000:secret:{name}-a1B2c3");
    vec![
        Secret { name: "SigningKey".into(), arn: KEY_ARN.into(), value: generated },
        Secret {
            name: "app/given".into(),
            arn: arn("app/given"),
            value: SecretValue::Given("from the template".into()),
        },
    ]
}

fn open(folder: &Path) -> SecretsManager {
    SecretsManager::open(folder, &secrets()).unwrap()
}

/// Serves the secrets until the runtime ends.
async fn client(manager: &SecretsManager) -> Client {
    let manager = manager.clone();
    let endpoint = local_testing::http::serve(move |request| {
        let manager = manager.clone();
        async move { manager.handle(Some("tester"), request).await }
    })
    .await;
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::from_keys("key", "secret", None))
        .http_client(local_testing::http::client())
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

async fn value(client: &Client, id: &str, stage: Option<&str>) -> (String, String) {
    let got = client.get_secret_value().secret_id(id).set_version_stage(stage.map(str::to_owned)).send().await.unwrap();
    (got.version_id.unwrap(), got.secret_string.unwrap())
}

#[tokio::test]
async fn a_generated_secret_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let first = value(&client(&open(folder.path())).await, "SigningKey", None).await;
    assert_eq!(first.1.len(), 64);
    let again = value(&client(&open(folder.path())).await, "SigningKey", None).await;
    assert_eq!(first, again);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_ne!(value(&client(&open(elsewhere.path())).await, "SigningKey", None).await.1, first.1);
}

#[tokio::test]
async fn a_secret_is_found_by_its_name_and_its_arn() {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&open(folder.path())).await;
    let by_name = client.get_secret_value().secret_id("SigningKey").send().await.unwrap();
    assert_eq!((by_name.name(), by_name.arn()), (Some("SigningKey"), Some(KEY_ARN)));
    assert_eq!(by_name.version_stages(), ["AWSCURRENT"]);
    assert!(by_name.created_date().unwrap().secs() > 1_700_000_000);
    for id in [KEY_ARN, KEY_ARN.strip_suffix("-a1B2c3").unwrap()] {
        let by_arn = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(by_arn.secret_string(), by_name.secret_string(), "{id}");
    }
    let error = client.get_secret_value().secret_id("nope").send().await.unwrap_err();
    assert_eq!(error.message(), Some("Secrets Manager can't find the specified secret."));
    assert!(error.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_rotation_keeps_the_value_before_as_the_previous_one() {
    let folder = tempfile::tempdir().unwrap();
    let manager = open(folder.path());
    let client = client(&manager).await;
    let old = value(&client, "SigningKey", None).await;
    let none = client.get_secret_value().secret_id("SigningKey").version_stage("AWSPREVIOUS").send().await.unwrap_err();
    assert_eq!(
        none.message(),
        Some("Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS")
    );

    // By another process on the same folder, as a command would do it.
    let id = open(folder.path()).rotate("SigningKey").await.unwrap();
    let new = value(&client, "SigningKey", None).await;
    assert_eq!(new.0, id);
    assert_eq!(new.1.len(), 64);
    assert_ne!(new.1, old.1);
    assert_eq!(value(&client, "SigningKey", Some("AWSPREVIOUS")).await, old);

    let described = client.describe_secret().secret_id(KEY_ARN).send().await.unwrap();
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(stages.len(), 2);
    assert_eq!(
        (stages[&new.0].as_slice(), stages[&old.0].as_slice()),
        (&["AWSCURRENT".into()][..], &["AWSPREVIOUS".into()][..])
    );

    let by_id = client.get_secret_value().secret_id("SigningKey").version_id(&old.0).send().await.unwrap();
    assert_eq!(by_id.secret_string(), Some(old.1.as_str()));
}

#[tokio::test]
async fn a_put_moves_the_labels_and_repeats_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&open(folder.path())).await;
    let old = value(&client, "SigningKey", None).await;
    let token = "0123456789abcdef0123456789abcdef";
    let put = |text: &str| {
        client.put_secret_value().secret_id("SigningKey").client_request_token(token).secret_string(text).send()
    };
    for _ in 0..2 {
        let done = put("mine").await.unwrap();
        assert_eq!((done.version_id(), done.version_stages()), (Some(token), &["AWSCURRENT".to_owned()][..]));
    }
    assert_eq!(value(&client, "SigningKey", None).await, (token.into(), "mine".into()));
    assert_eq!(value(&client, "SigningKey", Some("AWSPREVIOUS")).await, old);
    assert!(put("other").await.unwrap_err().into_service_error().is_resource_exists_exception());
    let binary = client.put_secret_value().secret_id("SigningKey").secret_binary(Blob::new(b"x")).send().await;
    assert!(binary.unwrap_err().into_service_error().is_invalid_parameter_exception());
}

#[tokio::test]
async fn racing_changes_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    let managers = [open(folder.path()), open(folder.path())];
    let rotations = (0..16).map(|n| {
        let manager = managers[n % 2].clone();
        tokio::spawn(async move { manager.rotate("SigningKey").await.unwrap() })
    });
    let mut ids = BTreeSet::new();
    for rotation in rotations.collect::<Vec<_>>() {
        ids.insert(rotation.await.unwrap());
    }
    let client = client(&managers[0]).await;
    for id in &ids {
        client.get_secret_value().secret_id("SigningKey").version_id(id).send().await.unwrap();
    }
    assert_eq!(ids.len(), 16);
    let described = client.describe_secret().secret_id("SigningKey").send().await.unwrap();
    let labelled: BTreeSet<_> = described.version_ids_to_stages.unwrap().into_keys().collect();
    assert_eq!(labelled.len(), 2);
    assert!(labelled.is_subset(&ids));
}

#[tokio::test]
async fn openers_racing_for_a_fresh_folder_agree_on_the_value() {
    let folder = tempfile::tempdir().unwrap();
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let path = folder.path().to_owned();
            tokio::task::spawn_blocking(move || open(&path))
        })
        .collect();
    let mut values = BTreeSet::new();
    for opener in openers {
        values.insert(value(&client(&opener.await.unwrap()).await, "SigningKey", None).await);
    }
    assert_eq!(values.len(), 1);
}

#[tokio::test]
async fn a_given_value_follows_the_template_and_is_not_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let manager = open(folder.path());
    assert_eq!(value(&client(&manager).await, "app/given", None).await.1, "from the template");
    assert!(matches!(manager.rotate("app/given").await, Err(Error::InvalidRequest(_))));

    let mut changed = secrets();
    changed[1].value = SecretValue::Given("changed".into());
    let client = client(&SecretsManager::open(folder.path(), &changed).unwrap()).await;
    assert_eq!(value(&client, "app/given", None).await.1, "changed");
    assert_eq!(value(&client, "app/given", Some("AWSPREVIOUS")).await.1, "from the template");
}

#[tokio::test]
async fn secrets_are_listed_by_pages_without_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&open(folder.path())).await;
    let first = client.list_secrets().max_results(1).send().await.unwrap();
    assert_eq!(first.secret_list()[0].name(), Some("SigningKey"));
    assert_eq!(first.secret_list()[0].secret_versions_to_stages().unwrap().len(), 1);
    let rest = client.list_secrets().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!(rest.secret_list().iter().map(|s| s.name()).collect::<Vec<_>>(), [Some("app/given")]);
    assert_eq!(rest.next_token(), None);
}

#[tokio::test]
async fn what_is_not_emulated_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&open(folder.path())).await;
    let rotate = client.rotate_secret().secret_id("SigningKey").send().await.unwrap_err();
    assert!(rotate.into_service_error().is_invalid_request_exception());
    let create = client.create_secret().name("new").send().await.unwrap_err();
    assert_eq!(create.message(), Some("CreateSecret is not emulated: secrets come from the template."));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).rotate("SigningKey").await.unwrap();
    let mode = folder.path().join("secrets.json").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_damaged_file_is_left_alone_and_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets.json");
    std::fs::write(&file, "{\"format\":1,\n\"secrets\":\"hunter2\"}").unwrap();
    let error = SecretsManager::open(folder.path(), &secrets()).unwrap_err();
    assert!(matches!(error, Error::Unreadable { line: 2, .. }));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(std::fs::read_to_string(&file).unwrap().contains("hunter2"));
}

#[test]
fn debug_output_has_no_values() {
    let folder = tempfile::tempdir().unwrap();
    let shown = format!("{:?}", open(folder.path()));
    assert!(shown.contains("SigningKey") && !shown.contains("from the template"), "{shown}");
}

#[tokio::test]
async fn while_they_are_held_no_secret_changes_and_once_they_are_closed_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (manager, copied) = (open(&folder.path().join("secrets")), folder.path().join("copied"));
    let held = manager.hold().await;
    let mut rotating = pin!(manager.rotate("SigningKey"));
    let is_held = poll_fn(|context| Poll::Ready(rotating.as_mut().poll(context).is_pending())).await;
    std::fs::create_dir(&copied).unwrap();
    manager.copy_secrets(&copied).unwrap();
    drop(held);
    assert!(is_held);
    let rotated = rotating.await.unwrap();
    let now = manager.current("SigningKey").await.unwrap();
    let before = open(&copied).current("SigningKey").await.unwrap();
    assert!(now.0 == rotated && before.0 != rotated && before.1 != now.1);
    manager.close().await;
    assert!(matches!(manager.rotate("SigningKey").await, Err(Error::Stopped)));
}
