use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::FakeSecretsManager;

/// A status and a body; `None` if there is no response.
type Response = Option<(u16, &'static str)>;

/// The outcome of reading a version from these responses, and how many of them were not used.
async fn asked<const N: usize>(responses: [Response; N]) -> (Result<Option<Version>, SecretError>, usize) {
    let manager = FakeSecretsManager::default();
    for response in responses {
        manager.answers(response.map(|(status, body)| (status, body.to_owned())));
    }
    let version = manager.secret().current().await;
    let left = manager.left();
    (version, left)
}

const GOOD: Response = Some((200, r#"{"ARN":"arn","VersionId":"v1","SecretString":"s"}"#));

#[tokio::test]
async fn a_version_has_an_id_and_perhaps_a_text() {
    let version = asked([GOOD]).await.0.unwrap().unwrap();
    assert_eq!((version.version_id.as_str(), version.secret_string.as_deref()), ("v1", Some("s")));
    let binary = asked([Some((200, r#"{"VersionId":"v1","SecretBinary":"AA=="}"#))]).await.0.unwrap().unwrap();
    assert_eq!(binary.secret_string, None);
}

#[tokio::test]
async fn what_is_not_there_is_none_in_either_spelling() {
    for kind in ["ResourceNotFoundException", "com.amazonaws.secretsmanager#ResourceNotFoundException"] {
        let body = format!(r#"{{"__type":"{kind}","Message":"no"}}"#).leak();
        assert!(asked([Some((400, body))]).await.0.unwrap().is_none(), "{kind}");
    }
}

#[tokio::test]
async fn what_may_be_over_in_a_moment_is_tried_again() {
    let throttled = Some((400, r#"{"__type":"ThrottlingException"}"#));
    for passing in [None, throttled, Some((429, "")), Some((500, "")), Some((503, "<html>"))] {
        let (version, left) = asked([passing, passing, passing, GOOD]).await;
        assert!(version.unwrap().is_some(), "{passing:?}");
        assert_eq!(left, 0);
        let (version, left) = asked([passing, passing, passing, passing, GOOD]).await;
        assert!(version.is_err(), "{passing:?}");
        assert_eq!(left, 1, "four tries");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let (version, left) = asked([Some((400, r#"{"__type":"AccessDeniedException","Message":"no"}"#)), GOOD]).await;
    assert_eq!(
        version.err().map(|error| error.to_string()).as_deref(),
        Some("refused: 400 Bad Request AccessDeniedException")
    );
    assert_eq!(left, 1);
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_not_told() {
    let (version, left) = asked([Some((200, r#"{"VersionId":7,"SecretString":"s3cret"}"#)), GOOD]).await;
    let error = version.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    assert_eq!(left, 1);
}

const BODIES: [&str; 3] = [
    r#"{"ARN":"arn","VersionId":"v1","SecretString":"s3cret","VersionStages":["AWSCURRENT"],"CreatedDate":1.7e9}"#,
    r#"{"VersionId":"v1","SecretBinary":"s3cret"}"#,
    r#"{"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException","Message":"no"}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_answer_is_a_version_or_none_or_an_error_without_the_secret(
        status in select(vec![200, 400, 403]),
        body in prop_oneof![4 => spoiled(&BODIES), 1 => texts()],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        match runtime.block_on(asked([Some((status, body.clone().leak()))])).0 {
            Ok(version) => prop_assert_eq!(version.is_some(), status == 200, "{}", body),
            Err(error) => prop_assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}"),
        }
    }
}
