use std::time::Duration;

use contracts::payloads::{MailKind, MailRequested};
use envelope::decode::FromField;
use events::Cause;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};
use tables::Cancellation;

use super::*;
use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::session::{self, Session};
use crate::domain::source::Source;
use crate::store::{MailRequests, Registrations, Remains, Users, stored_user};

const TIME: Duration = Duration::from_secs(5);

fn ada() -> User {
    let email = Email::parse("ada@example.com").unwrap();
    let name = Name::from_field(&json!("Ada Lovelace")).unwrap();
    User::register(email, name, serde_json::from_value(json!("$2b$12$hash")).unwrap())
}

fn session(user: &User) -> Session {
    Session::begin(user, session::Client { source_ip: "192.0.2.1", user_agent: None }).unwrap().0
}

fn erased(user: &User) -> Event<UserErased> {
    Event::new(SERVICE, UserErased { user_id: user.id.clone() }, Cause::request("r1"))
}

/// Erases a user, in a transaction that is tried again after a conflict. If a condition does not hold, the error has the user
/// who has the address.
async fn erase(tables: &Tables, user: &User) -> Result<(), Option<String>> {
    let [users, erasures] = ["UsersTable", "UserErasuresTable"].map(str::to_owned);
    let erasures = Erasures { users, erasures, events: UserEvents::new("UserEventsTable") };
    let writes = erasures.writes(user, &erased(user)).unwrap();
    loop {
        let transaction = tables.client().transact_write_items().set_transact_items(Some(writes.clone()));
        let Err(error) = transaction.send().await else { return Ok(()) };
        if let Cancellation::Conditions(failed) = Cancellation::from_error(error).unwrap() {
            return Err(stored_user(failed).unwrap().map(|user| user.id));
        }
    }
}

/// The template's tables with Ada in them.
async fn with_ada() -> (Tables, Registrations, User) {
    let tables = Tables::of_template().await;
    let registrations = Registrations::of(&tables);
    let user = ada();
    let created = Event::new(SERVICE, user.created(), Cause::request("r1"));
    registrations.insert(&user, &created, &session(&user), &Source::of("192.0.2.1"), TIME).await.unwrap();
    (tables, registrations, user)
}

/// Every item of a table, as JSON.
async fn items(tables: &Tables, table: &str) -> Vec<Value> {
    let scan = tables.client().scan().table_name(table).send().await.unwrap();
    serde_dynamo::from_items(scan.items.unwrap_or_default()).unwrap()
}

#[tokio::test]
async fn an_erasure_takes_the_account_away_and_tells_of_it_in_one_write() {
    let (tables, registrations, user) = with_ada().await;
    assert_eq!(erase(&tables, &user).await, Ok(()));
    assert!(items(&tables, "UsersTable").await.is_empty());
    let records = tables.stream_event("UserEventsTable").await;
    let told = &records["Records"][1]["dynamodb"]["NewImage"]["event"]["M"];
    assert_eq!((&told["type"]["S"], &told["data"]["M"]), (&json!("user.erased"), &json!({"userId": {"S": user.id}})));
    // The count of users sees one come and one go.
    let records = tables.stream_event("UsersTable").await;
    let names: Vec<&Value> = records["Records"].as_array().unwrap().iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["INSERT", "REMOVE"]);
    // The address is free again.
    let again = ada();
    let created = Event::new(SERVICE, again.created(), Cause::request("r2"));
    registrations.insert(&again, &created, &session(&again), &Source::of("192.0.2.1"), TIME).await.unwrap();
    assert_eq!(erase(&tables, &user).await, Err(Some(again.id)));
    assert_eq!(items(&tables, "UsersTable").await.len(), 1);
}

#[tokio::test]
async fn of_erasures_at_once_one_is_told_of() {
    let (tables, _, user) = with_ada().await;
    let outcomes = join_all((0..6).map(|_| erase(&tables, &user))).await;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let gone = outcomes.iter().filter(|outcome| **outcome == Err(None)).count();
    assert_eq!((done, gone), (1, 5));
    assert_eq!(tables.stream_event("UserEventsTable").await["Records"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_erasure_whose_password_was_changed_meanwhile_changes_nothing() {
    let (tables, _, user) = with_ada().await;
    let compared = User { password_hash: serde_json::from_value(json!("$2b$12$old")).unwrap(), ..user.clone() };
    assert_eq!(erase(&tables, &compared).await, Err(Some(user.id)));
    assert_eq!(items(&tables, "UsersTable").await.len(), 1);
    assert!(items(&tables, "UserErasuresTable").await.is_empty());
}

#[tokio::test]
async fn nothing_remains_but_the_mark() {
    let (tables, _, user) = with_ada().await;
    let attempts = json!({"email": "ada@example.com", "failures": 1, "addresses": {"192.0.2.1": 1}, "expiresAt": 1});
    let attempts = serde_dynamo::to_item(attempts).unwrap();
    tables.client().put_item().table_name("LoginAttemptsTable").set_item(Some(attempts)).send().await.unwrap();
    for source in ["192.0.2.1", "192.0.2.2"] {
        let known = json!({"email": "ada@example.com", "source": source, "expiresAt": 1});
        let known = serde_dynamo::to_item(known).unwrap();
        tables.client().put_item().table_name("KnownSourcesTable").set_item(Some(known)).send().await.unwrap();
    }
    // The address's next user has logged in from one of the sources.
    let anothers = json!({"email": "ada@example.com", "source": "192.0.2.3", "expiresAt": 1, "userId": "u2"});
    let own = json!({"email": "ada@example.com", "source": "192.0.2.4", "expiresAt": 1, "userId": user.id});
    for known in [&anothers, &own] {
        let known = serde_dynamo::to_item(known).unwrap();
        tables.client().put_item().table_name("KnownSourcesTable").set_item(Some(known)).send().await.unwrap();
    }
    let mail = serde_dynamo::to_item(json!({"owner": user.id, "id": "mail#e1", "kind": "verify-email"})).unwrap();
    tables.client().put_item().table_name("MailsTable").set_item(Some(mail)).send().await.unwrap();
    let users = Users::new(tables.client(), "UsersTable");
    let requests = MailRequests::new(tables.client(), "MailsTable", UserEvents::new("UserEventsTable"));
    let requested = |kind, user_id: &str| {
        Event::new(SERVICE, MailRequested { kind, user_id: user_id.to_owned() }, Cause::request("r1"))
    };
    let verification = requested(MailKind::VerifyEmail, &user.id);
    assert!(requests.insert_for_user(&users, &user.email, &verification).await.unwrap());
    // Whoever asked for it was no user: the event and its id say nothing of the address.
    let reset = requested(MailKind::PasswordReset, "somebody");
    requests.insert_for_address(&user.email, &reset).await.unwrap();
    let kept_limit = json!({"owner": crate::store::address_owner("ada@example.com"), "id": "limit#k", "times": [1]});
    let limit = serde_dynamo::to_item(&kept_limit).unwrap();
    tables.client().put_item().table_name("MailsTable").set_item(Some(limit)).send().await.unwrap();
    erase(&tables, &user).await.unwrap();
    assert!(!requests.insert_for_user(&users, &user.email, &verification).await.unwrap());
    let remains = Remains::of(&tables);
    // Stopped half way, beside itself, and again.
    let delete =
        Fault { times: 50, operation: Some("DeleteItem".to_owned()), ..Fault::next(FaultKind::InternalServerError) };
    tables.dynamodb().faults().inject(delete);
    assert!(remains.erase(&user.id).await.is_err());
    tables.dynamodb().faults().clear();
    for outcome in join_all((0..3).map(|_| remains.erase(&user.id))).await {
        outcome.unwrap();
    }
    remains.erase(&user.id).await.unwrap();
    assert_eq!(items(&tables, "KnownSourcesTable").await, [anothers]);
    for table in ["UsersTable", "SessionsTable", "LoginAttemptsTable"] {
        assert_eq!(items(&tables, table).await, [Value::Null; 0], "{table}");
    }
    let events = items(&tables, "UserEventsTable").await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert!(event["eventId"] == reset.id.as_str() && !event.to_string().contains("ada@"), "{event}");
    assert_eq!(items(&tables, "MailsTable").await, [kept_limit]);
    let marks = items(&tables, "UserErasuresTable").await;
    let [mark] = marks.as_slice() else { panic!("{marks:?}") };
    let expires_at = mark["expiresAt"].as_u64().unwrap();
    assert_eq!(*mark, json!({"id": user.id, "expiresAt": expires_at}));
    let in_30_days = ErasureMarks::expiry();
    assert!(in_30_days.abs_diff(expires_at) < 60);
}
