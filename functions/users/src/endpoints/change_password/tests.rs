use aws::retry::RetryBudget;
use std::time::Duration;

use envelope::decode::{Fields, FromField};
use envelope::{Code, Role};
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};

use super::*;
use crate::domain::name::Name;
use crate::domain::password_hash::PasswordHash;
use crate::domain::session::{Client, Session};
use crate::store::{ActiveSessions, Sessions};

const OLD: &str = "the old password";
const NEW: &str = "the new password";

/// The template's tables with Ada in them, whose password is [`OLD`], and the endpoint on them.
struct Fixture {
    tables: Tables,
    sessions: Sessions,
    endpoint: ChangePassword,
    ada: User,
    /// The session that she changes her password in.
    session: Session,
}

fn retries() -> RetryBudget {
    RetryBudget::time(Duration::from_secs(30)).pauses(Duration::from_millis(2), Duration::from_millis(50))
}

async fn hash(password: &str) -> PasswordHash {
    NewPassword::from_field(&json!(password)).unwrap().hash().await.unwrap()
}

impl Fixture {
    async fn new() -> Self {
        Self::with_hash(hash(OLD).await).await
    }

    async fn with_hash(hash: PasswordHash) -> Self {
        let tables = Tables::of_template().await;
        let logins = Logins::of_template(tables.client(), 99_999);
        let sessions = Sessions::new(tables.client(), "SessionsTable");
        let email = Email::from_field(&json!("ada@example.com")).unwrap();
        let ada = User::register(email, Name::from_field(&json!("Ada Lovelace")).unwrap(), hash);
        let item = serde_dynamo::to_item(&ada).unwrap();
        tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();
        let session = begin(&tables, &sessions, &ada).await;
        Self { tables, sessions, endpoint: ChangePassword { logins }, ada, session }
    }

    async fn change(&self, current: &str, new: &str) -> Result<(), Failure> {
        let body = json!({"currentPassword": current, "newPassword": new});
        let Value::Object(body) = body else { panic!("not an object") };
        let caller = Identity {
            id: self.ada.id.clone(),
            email: self.ada.email.as_str().to_owned(),
            name: "Ada".to_owned(),
            role: Role::Customer,
            session_id: self.session.session_id.clone(),
            expires_at: u64::MAX,
        };
        self.endpoint.change(&caller, Fields::read(body)?, &Source::of("192.0.2.1"), Duration::from_secs(30)).await
    }

    /// The user as they are stored.
    async fn stored(&self) -> User {
        let (user, _) = self.endpoint.logins.find(&self.ada.email, &Source::of("192.0.2.1")).await.unwrap();
        user.unwrap()
    }

    async fn has_password(&self, password: &str) -> bool {
        let given = GivenPassword::from_field(&json!(password)).unwrap();
        given.matches(Some(self.stored().await.password_hash)).await.unwrap()
    }

    async fn counts(&self, session: &Session) -> bool {
        let sessions = Sessions::new(self.tables.client(), "SessionsTable");
        let active = ActiveSessions::new(self.tables.client(), sessions, "UsersTable");
        active.find(&self.ada.id, &session.session_id, "ada@example.com").await.unwrap().is_some()
    }

    /// How many guesses are counted for the account.
    async fn guesses(&self) -> usize {
        let scan = self.tables.client().scan().table_name("LoginAttemptsTable").send().await.unwrap();
        scan.items.unwrap_or_default().len()
    }

    fn fail(&self, operation: &str, kind: FaultKind) {
        let fault = Fault { operation: Some(operation.to_owned()), ..Fault::next(kind) };
        self.tables.dynamodb().faults().inject(fault);
    }
}

/// Begins a session of the user, as a login read them.
async fn begin(tables: &Tables, sessions: &Sessions, user: &User) -> Session {
    let from = Client { source_ip: "192.0.2.1", user_agent: None };
    let (session, _) = Session::begin(user, from).unwrap();
    let put = sessions.put(&session).unwrap();
    tables.client().transact_write_items().transact_items(put).send().await.unwrap();
    session
}

#[tokio::test]
async fn a_change_ends_all_sessions_but_its_own_and_those_of_logins_with_the_old_password() {
    let fixture = Fixture::new().await;
    let other = begin(&fixture.tables, &fixture.sessions, &fixture.ada).await;
    fixture.change(OLD, NEW).await.unwrap();
    assert!(fixture.has_password(NEW).await && !fixture.has_password(OLD).await);
    assert!(fixture.counts(&fixture.session).await && !fixture.counts(&other).await);
    // A login compared the old password before the change, and puts its session after it.
    let late = begin(&fixture.tables, &fixture.sessions, &fixture.ada).await;
    assert!(!fixture.counts(&late).await);
    let new = begin(&fixture.tables, &fixture.sessions, &fixture.stored().await).await;
    assert!(fixture.counts(&new).await);
    // Nothing else of the user has changed.
    let stored = fixture.stored().await;
    assert_eq!(
        (stored.id, stored.name.as_str(), stored.email_verified),
        (fixture.ada.id.clone(), "Ada Lovelace", false)
    );
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let fixture = Fixture::new().await;
    let (one, other) = tokio::join!(fixture.change(OLD, NEW), fixture.change(OLD, "another password"));
    let (won, lost) = if one.is_ok() { (NEW, other) } else { ("another password", one) };
    assert_eq!(lost.unwrap_err().code(), Code::INVALID_CREDENTIALS);
    assert!(fixture.has_password(won).await);
    assert_eq!(fixture.stored().await.session_generation, 1);
}

#[tokio::test]
async fn a_hash_that_a_login_renews_meanwhile_is_no_other_password() {
    let before = serde_json::from_value(json!(bcrypt::hash(OLD, 4).unwrap())).unwrap();
    let fixture = Fixture::with_hash(before).await;
    let renewed = hash(OLD).await;
    let renew = async {
        // Once its guess is counted, the change has read the user, and is hashing.
        while fixture.guesses().await == 0 {
            tokio::task::yield_now().await;
        }
        let update = fixture.tables.client().update_item().table_name("UsersTable");
        let update = update
            .key("email", tables::string("ada@example.com"))
            .update_expression("SET passwordHash = :hash")
            .expression_attribute_values(":hash", tables::string(renewed.as_str()));
        update.send().await.unwrap();
        Ok(())
    };
    tokio::try_join!(fixture.change(OLD, NEW), renew).unwrap();
    assert!(fixture.has_password(NEW).await);
}

#[tokio::test]
async fn wrong_passwords_count_as_failed_logins_and_right_ones_do_not() {
    let fixture = Fixture::new().await;
    for _ in 0..2 {
        fixture.change(OLD, OLD).await.unwrap();
    }
    for _ in 0..5 {
        let refused = fixture.change("some other password", NEW).await.unwrap_err();
        assert_eq!((refused.code(), refused.message()), (Code::INVALID_CREDENTIALS, "Invalid credentials"));
    }
    for current in [OLD, "some other password"] {
        let refused = fixture.change(current, NEW).await.unwrap_err();
        assert_eq!(refused.code(), Code::RATE_LIMIT_EXCEEDED);
    }
    assert!(fixture.has_password(OLD).await);
    let (_, counts) = fixture.endpoint.logins.find(&fixture.ada.email, &Source::of("192.0.2.1")).await.unwrap();
    let (logins, source, now) = (&fixture.endpoint.logins, Source::of("192.0.2.1"), timestamp::epoch_seconds());
    let login = logins.count_guess(&fixture.ada.email, &source, counts, now, retries());
    assert!(matches!(login.await.unwrap(), GuessOutcome::Refused { .. }));
}

#[tokio::test]
async fn a_refused_new_password_is_no_guess() {
    let fixture = Fixture::new().await;
    for _ in 0..6 {
        for (new, code) in
            [("ada lovelace", "TOO_PERSONAL"), ("ADA@example.com", "TOO_PERSONAL"), ("password1", "TOO_COMMON")]
        {
            let refused = fixture.change(OLD, new).await.unwrap_err();
            assert_eq!(refused.details()["fields"][0]["field"], "newPassword");
            assert_eq!(refused.details()["fields"][0]["code"], code);
        }
    }
    fixture.change(OLD, NEW).await.unwrap();
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_or_that_met_another_write_is_made_once() {
    let fixture = Fixture::new().await;
    fixture.fail("TransactWriteItems", FaultKind::AnswerLost);
    fixture.change(OLD, NEW).await.unwrap();
    fixture.fail("TransactWriteItems", FaultKind::TransactionConflict);
    fixture.change(NEW, OLD).await.unwrap();
    assert_eq!(fixture.stored().await.session_generation, 2);
    assert!(fixture.has_password(OLD).await);
}

#[tokio::test]
async fn someone_elses_account_at_the_same_address_is_not_touched() {
    let mut fixture = Fixture::new().await;
    fixture.ada.id = "01980000-0000-7000-8000-000000000000".to_owned();
    assert_eq!(fixture.change(OLD, NEW).await.unwrap_err().code(), Code::INVALID_TOKEN);
    assert!(fixture.has_password(OLD).await);
}
