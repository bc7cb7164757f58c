use envelope::{Failure, Role};
use identity::PublicKeys;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::json;

use super::*;
use crate::Verifier;
use crate::testing::FakeSecretsManager;

const DAY: u64 = 24 * 60 * 60;

/// A secret and the table of keys, and what works on them.
struct World {
    tables: Tables,
    secrets: FakeSecretsManager,
}

impl World {
    async fn new() -> Self {
        Self { tables: Tables::of_template().await, secrets: FakeSecretsManager::default() }
    }

    fn keys(&self) -> PublishedKeys {
        PublishedKeys::new(self.tables.client(), "SigningKeysTable".to_owned())
    }

    /// The next read of the secret finds this version.
    fn version(&self, id: &str) {
        let value = format!("{id}: a secret of thirty-two bytes and more");
        self.secrets.answers(Some((200, json!({"VersionId": id, "SecretString": value}).to_string())));
    }

    async fn signer(&self, version: &str) -> Signer {
        self.version(version);
        Signer::read(self.secrets.secret(), self.keys(), DAY).await.unwrap()
    }

    async fn published(&self) -> Vec<String> {
        self.keys().current().await.unwrap().iter().map(|published| published.key.id().to_owned()).collect()
    }

    fn fail(&self, kind: FaultKind, times: u32) {
        self.tables.dynamodb().faults().inject(Fault { times, ..Fault::next(kind) });
    }
}

fn token(lifetime: u64) -> NewToken<'static> {
    NewToken {
        id: "u1",
        email: "ada@example.com",
        name: "Ada",
        role: Role::Customer,
        session_id: "s1",
        lifetime,
        now: timestamp::epoch_seconds(),
    }
}

/// As if that much time had passed since the last read.
fn later(signer: &Signer, seconds: u64) {
    signer.read_at.set(signer.read_at.get() - seconds);
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_for_longer_than_its_tokens_live() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    assert!(world.published().await.is_empty());
    let signed = signer.sign(token(DAY)).await.unwrap();
    let [published] = &world.keys().current().await.unwrap()[..] else { panic!("one key") };
    let keys = PublicKeys { keys: vec![published.key.clone()] };
    let identity = keys.verify(&signed, timestamp::epoch_seconds()).unwrap();
    assert!(published.expires_at >= identity.expires_at + 60 * 60, "{published:?}");
}

#[tokio::test]
async fn tokens_of_every_version_live_on_however_quickly_the_secret_is_rotated() {
    let world = World::new().await;
    let signer = world.signer("v0").await;
    let verifier = Verifier::new(world.keys());
    let mut tokens = vec![signer.sign(token(DAY)).await.unwrap()];
    for version in ["v1", "v2", "v3"] {
        world.version(version);
        later(&signer, REREAD_SECONDS);
        tokens.push(signer.sign(token(DAY)).await.unwrap());
    }
    assert_eq!(world.published().await, ["v0", "v1", "v2", "v3"]);
    for one in [&verifier, &Verifier::new(world.keys())] {
        for signed in &tokens {
            assert_eq!(one.verify(signed).await.unwrap().id, "u1");
        }
    }
}

#[tokio::test]
async fn a_version_that_no_process_signed_with_is_never_published() {
    let world = World::new().await;
    let signer = world.signer("v0").await;
    signer.sign(token(DAY)).await.unwrap();
    world.version("v2");
    later(&signer, REREAD_SECONDS);
    signer.sign(token(DAY)).await.unwrap();
    assert_eq!(world.published().await, ["v0", "v2"]);
}

#[tokio::test]
async fn a_signer_whose_publication_fails_does_not_sign() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    for _ in 0..2 {
        // One for each attempt of a call.
        world.fail(FaultKind::InternalServerError, 3);
        let refused = signer.sign(token(DAY)).await.unwrap_err();
        assert!(matches!(refused, SignError::Unpublished { .. }), "{refused}");
        assert_eq!(Failure::from(refused).code(), envelope::Code::SERVICE_UNAVAILABLE);
        world.fail(FaultKind::InternalServerError, 3);
        assert!(signer.prepare().await.is_err());
    }
    assert!(world.published().await.is_empty());
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert!(Verifier::new(world.keys()).verify(&signed).await.is_ok());
}

/// After a rotation the key of before is published, and still nothing is signed with the new one until it is too.
#[tokio::test]
async fn a_new_version_is_not_signed_with_unpublished_either() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    signer.sign(token(DAY)).await.unwrap();
    world.version("v2");
    later(&signer, REREAD_SECONDS);
    world.fail(FaultKind::InternalServerError, 3);
    assert!(signer.sign(token(DAY)).await.is_err());
    assert_eq!(world.published().await, ["v1"]);
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert_eq!(identity::UnverifiedToken::read(&signed).unwrap().key_id(), "v2");
    assert_eq!(world.published().await, ["v1", "v2"]);
}

#[tokio::test]
async fn a_kill_between_publication_and_signature_is_harmless() {
    let world = World::new().await;
    world.signer("v1").await.prepare().await.unwrap();
    assert_eq!(world.published().await, ["v1"]);
    let signed = world.signer("v1").await.sign(token(DAY)).await.unwrap();
    assert_eq!(world.published().await, ["v1"]);
    assert!(Verifier::new(world.keys()).verify(&signed).await.is_ok());
}

/// The SDK sends a put whose answer was lost again, and the second one finds the first.
#[tokio::test]
async fn a_publication_whose_answer_is_lost_is_one() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    world.fail(FaultKind::AnswerLost, 1);
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert!(Verifier::new(world.keys()).verify(&signed).await.is_ok());
}

#[tokio::test]
async fn a_key_is_published_again_only_when_its_time_would_not_do() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    signer.sign(token(DAY)).await.unwrap();
    let first = world.keys().current().await.unwrap();
    let faults = world.tables.dynamodb().faults();
    world.fail(FaultKind::InternalServerError, 1);
    signer.prepare().await.unwrap();
    signer.sign(token(DAY)).await.unwrap();
    signer.sign(token(900)).await.unwrap();
    assert_eq!(faults.pending().len(), 1, "no call was made that could have failed");
    faults.clear();
    signer.sign(token(2 * DAY)).await.unwrap();
    let second = world.keys().current().await.unwrap();
    assert!(second[0].expires_at >= first[0].expires_at + DAY);
    // A shorter lifetime, as after a deployment, does not take from the tokens that are out.
    world.signer("v1").await.sign(token(900)).await.unwrap();
    assert_eq!(world.keys().current().await.unwrap(), second);
}

#[tokio::test]
async fn a_key_whose_item_is_lost_is_published_again_when_the_secret_is_read_again() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    signer.sign(token(DAY)).await.unwrap();
    let delete = world.tables.client().delete_item().table_name("SigningKeysTable");
    let kind = aws_sdk_dynamodb::types::AttributeValue::S("v1".to_owned());
    delete.key("kid", kind).send().await.unwrap();
    assert!(world.published().await.is_empty());
    world.version("v1");
    later(&signer, REREAD_SECONDS);
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert!(Verifier::new(world.keys()).verify(&signed).await.is_ok());
}

#[tokio::test]
async fn a_secret_that_could_not_be_read_is_read_again_soon() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    world.secrets.answers(Some((400, r#"{"__type":"AccessDeniedException"}"#.to_owned())));
    later(&signer, REREAD_SECONDS);
    signer.sign(token(DAY)).await.unwrap();
    world.version("v2");
    later(&signer, RETRY_SECONDS);
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert_eq!(identity::UnverifiedToken::read(&signed).unwrap().key_id(), "v2");
}

#[tokio::test]
async fn the_key_of_before_signs_while_the_secret_cannot_be_read() {
    let world = World::new().await;
    let signer = world.signer("v1").await;
    world.secrets.answers(Some((400, r#"{"__type":"AccessDeniedException"}"#.to_owned())));
    later(&signer, REREAD_SECONDS);
    let signed = signer.sign(token(DAY)).await.unwrap();
    assert_eq!(world.secrets.left(), 0);
    assert!(Verifier::new(world.keys()).verify(&signed).await.is_ok());
}

#[tokio::test]
async fn without_a_usable_secret_there_is_no_signer() {
    let world = World::new().await;
    for (body, told) in [
        (json!({"VersionId": "v1", "SecretString": "short"}), "the signing secret is not usable"),
        (json!({"VersionId": "v1", "SecretBinary": "AA=="}), "the signing secret has no SecretString"),
    ] {
        world.secrets.answers(Some((200, body.to_string())));
        assert_eq!(Signer::read(world.secrets.secret(), world.keys(), DAY).await.unwrap_err().to_string(), told);
    }
}
