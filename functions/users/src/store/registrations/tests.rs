use std::collections::BTreeSet;

use envelope::decode::FromField;
use events::Cause;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};

use super::*;
use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::session::Client as LoggedInFrom;
use crate::store::Logins;

const TIME: Duration = Duration::from_secs(5);

fn ada() -> (User, Event<UserCreated>, Session) {
    let email = Email::parse("ada@example.com").unwrap();
    let name = Name::from_field(&json!("Ada")).unwrap();
    let user = User::register(email, name, serde_json::from_value(json!("$2b$12$hash")).unwrap());
    let event = Event::new(SERVICE, user.created(), Cause::request("r1"));
    let (session, _) = Session::begin(&user, LoggedInFrom { source_ip: "192.0.2.1", user_agent: None }).unwrap();
    (user, event, session)
}

fn home() -> Source {
    Source::of("192.0.2.1")
}

async fn empty() -> (Tables, Registrations) {
    let tables = Tables::of_template().await;
    let registrations = Registrations::of(&tables);
    (tables, registrations)
}

/// Whose sessions there are.
async fn sessions_of(tables: &Tables) -> Vec<String> {
    let items = tables.client().scan().table_name("SessionsTable").send().await.unwrap().items.unwrap();
    items.iter().map(|item| item["userId"].as_s().unwrap().clone()).collect()
}

async fn records(tables: &Tables, table: &str) -> Vec<Value> {
    tables.stream_event(table).await["Records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_stream_of_users_has_their_keys_alone() {
    let (tables, registrations) = empty().await;
    let (user, event, session) = ada();
    registrations.insert(&user, &event, &session, &home(), TIME).await.unwrap();
    let records = records(&tables, "UsersTable").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"], json!({"email": {"S": "ada@example.com"}}));
    assert_eq!((records[0]["dynamodb"].get("NewImage"), records[0]["dynamodb"].get("OldImage")), (None, None));
}

#[tokio::test]
async fn a_registration_s_event_is_in_the_stream_of_events_without_the_user_s_item() {
    let (tables, registrations) = empty().await;
    let (user, event, session) = ada();
    registrations.insert(&user, &event, &session, &home(), TIME).await.unwrap();
    let records = records(&tables, "UserEventsTable").await;
    assert_eq!(records.len(), 1);
    let image = records[0]["dynamodb"]["NewImage"].as_object().unwrap();
    let names: BTreeSet<&str> = image.keys().map(String::as_str).collect();
    assert_eq!(names, ["event", "eventId", "expiresAt", "userId"].into());
    assert_eq!(image["event"]["M"]["type"]["S"], "user.created");
    assert_eq!(image["event"]["M"]["data"]["M"]["userId"]["S"], json!(user.id));
}

#[tokio::test]
async fn of_registrations_of_an_address_at_once_one_is_made_and_tells_of_itself() {
    let (tables, registrations) = empty().await;
    let all: Vec<_> = (0..8).map(|_| ada()).collect();
    let home = home();
    let outcomes =
        join_all(all.iter().map(|(user, event, session)| registrations.insert(user, event, session, &home, TIME)))
            .await;
    let made: Vec<&User> =
        outcomes.iter().zip(&all).filter(|(outcome, _)| outcome.is_ok()).map(|(_, (user, ..))| user).collect();
    assert_eq!(made.len(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(InsertError::EmailTaken))).count(), 7);
    let records = records(&tables, "UserEventsTable").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"]["userId"]["S"], json!(made[0].id));
    assert_eq!(sessions_of(&tables).await, [made[0].id.as_str()]);
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_is_one() {
    let (tables, registrations) = empty().await;
    let lost = Fault { operation: Some("TransactWriteItems".into()), ..Fault::next(FaultKind::AnswerLost) };
    tables.dynamodb().faults().inject(lost);
    let (user, event, session) = ada();
    registrations.insert(&user, &event, &session, &home(), TIME).await.unwrap();
    assert_eq!(sessions_of(&tables).await, [user.id.as_str()]);
}

#[tokio::test]
async fn whoever_registers_is_known_where_they_did_and_not_by_what_an_earlier_user_left() {
    let (tables, registrations) = empty().await;
    let logins = Logins::of_template(tables.client(), 99);
    let now = timestamp::epoch_seconds();
    let earlier = json!({
        "email": "ada@example.com", "source": "192.0.2.1", "userId": "u0", "expiresAt": now + 60, "failures": 5,
        "windowEndsAt": now + 60, "forgivenUntil": now + 60,
    });
    let earlier = serde_dynamo::to_item(earlier).unwrap();
    tables.client().put_item().table_name("KnownSourcesTable").set_item(Some(earlier)).send().await.unwrap();
    let (user, event, session) = ada();
    registrations.insert(&user, &event, &session, &home(), TIME).await.unwrap();
    let known = async |source: &str| {
        let (_, counts) = logins.find(&user.email, &Source::of(source)).await.unwrap();
        counts.known_source(now).is_some_and(|known| {
            known.is_of(Some(&user.id)) && known.window_end(now).is_none() && !known.is_forgiven(now + 1)
        })
    };
    assert!(known("192.0.2.1").await);
    assert!(!known("192.0.2.2").await);
    // Another's attempt at the address makes nothing known.
    let (other, event, session) = ada();
    let taken = registrations.insert(&other, &event, &session, &Source::of("192.0.2.2"), TIME).await;
    assert!(matches!(taken, Err(InsertError::EmailTaken)));
    assert!(known("192.0.2.1").await && !known("192.0.2.2").await);
}
