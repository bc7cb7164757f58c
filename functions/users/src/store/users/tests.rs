use std::time::Duration;

use envelope::decode::FromField;
use envelope::lambda_http::{Body, Request};
use envelope::{Call, EntityTag, IfMatch};
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};
use tables::conflict_retries;

use super::*;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::recipient::MailPreferences;
use crate::domain::user::ProfileChange;

/// The template's tables, empty, and the store of users on them.
async fn empty() -> (Tables, Users) {
    let tables = Tables::of_template().await;
    let users = Users { client: tables.client(), table: "UsersTable".to_owned() };
    (tables, users)
}

/// Puts a user's item: Ada's, as the first version wrote it, with these attributes more.
async fn put(users: &Users, more: Value) {
    let mut item = json!({
        "id": "u1", "email": "ada@example.com", "name": "Ada", "role": "customer", "listing": "user",
        "createdAt": "2026-01-31T12:00:00.000Z", "passwordHash": "$2b$12$",
    });
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let item = serde_dynamo::to_item(item).unwrap();
    users.client.put_item().table_name(&users.table).set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn a_user_is_found_by_id() {
    let (_tables, users) = empty().await;
    put(&users, json!({})).await;
    put(&users, json!({"id": "u2", "email": "bob@example.com", "emailVerified": true})).await;
    let ada = users.find_by_id("u1").await.unwrap().unwrap();
    assert_eq!((ada.email.as_str(), ada.email_verified), ("ada@example.com", false));
    let bob = users.find_by_id("u2").await.unwrap().unwrap();
    assert_eq!((bob.email.as_str(), bob.email_verified), ("bob@example.com", true));
    assert!(users.find_by_id("u3").await.unwrap().is_none());
}

fn id(id: &str) -> Grantee {
    Grantee::Id(id.to_owned())
}

fn email(address: &str) -> Grantee {
    Grantee::Email(Email::parse(address).unwrap())
}

#[tokio::test]
async fn a_role_is_set_by_id_or_verified_address() {
    let (_tables, users) = empty().await;
    put(&users, json!({})).await;
    put(&users, json!({"id": "u2", "email": "bob@example.com", "emailVerified": true})).await;
    put(&users, json!({"id": "u3", "email": "eve@example.com", "emailVerified": false})).await;
    let ada = users.set_role(&id("u1"), Role::Admin).await.unwrap();
    assert_eq!((ada.id.as_str(), ada.role), ("u1", Role::Admin));
    let bob = users.set_role(&email("bob@example.com"), Role::Admin).await.unwrap();
    assert_eq!((bob.id.as_str(), bob.role), ("u2", Role::Admin));
    for address in ["ada@example.com", "eve@example.com"] {
        let refused = users.set_role(&email(address), Role::Customer).await;
        assert!(matches!(refused, Err(RoleError::NotVerified)), "{refused:?}");
    }
    assert_eq!(users.profile("ada@example.com").await.unwrap().unwrap().role, Role::Admin);
    for nobody in [id("u4"), email("nobody@example.com")] {
        let refused = users.set_role(&nobody, Role::Admin).await;
        assert!(matches!(refused, Err(RoleError::NoSuchUser)), "{refused:?}");
    }
    assert!(users.profile("nobody@example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn a_profile_is_changed_in_what_is_given_and_by_its_own_user() {
    let (_tables, users) = empty().await;
    put(&users, json!({"emailVerified": true})).await;
    let renamed = ProfileChange { name: Some(Name::from_field(&json!("Ada Lovelace")).unwrap()), mail: None };
    let profile = users.change("u1", "ada@example.com", &renamed).await.unwrap().unwrap();
    assert_eq!((profile.name.as_str(), profile.role, profile.email_verified), ("Ada Lovelace", Role::Customer, true));
    let unchanged =
        users.change("u1", "ada@example.com", &ProfileChange { name: None, mail: None }).await.unwrap().unwrap();
    assert_eq!(unchanged.name.as_str(), "Ada Lovelace");
    assert_eq!(unchanged.mail, None);
    for orders in [true, false] {
        let asked = ProfileChange { name: None, mail: Some(MailPreferences { orders }) };
        let changed = users.change("u1", "ada@example.com", &asked).await.unwrap().unwrap();
        assert_eq!((changed.mail, changed.name.as_str()), (asked.mail, "Ada Lovelace"));
    }
    // The lists have it too.
    assert_eq!(users.find_by_id("u1").await.unwrap().unwrap().name.as_str(), "Ada Lovelace");
    // The account of the token has gone, and its address is another's or nobody's now.
    for (id, email) in [("u0", "ada@example.com"), ("u1", "bob@example.com")] {
        assert!(users.change(id, email, &renamed).await.unwrap().is_none());
        assert!(users.change(id, email, &ProfileChange { name: None, mail: None }).await.unwrap().is_none());
    }
    assert!(users.profile("bob@example.com").await.unwrap().is_none());
}

fn renamed(name: &str) -> ProfileChange {
    ProfileChange { name: Some(Name::from_field(&json!(name)).unwrap()), mail: None }
}

/// The condition of a request with the present version of Ada's profile.
async fn present(users: &Users) -> IfMatch {
    let profile = users.profile("ada@example.com").await.unwrap().unwrap();
    let mut request = Request::new(Body::Empty);
    let tag = EntityTag::of_data(&profile).unwrap().to_string();
    request.headers_mut().insert("if-match", tag.parse().unwrap());
    Call::from(request).if_match().unwrap().unwrap()
}

async fn change(users: &Users, change: &ProfileChange, condition: &IfMatch) -> Result<Option<Profile>, ChangeError> {
    let retries = conflict_retries(Duration::from_secs(30));
    users.change_version("u1", "ada@example.com", change, condition, retries).await
}

#[tokio::test]
async fn a_profile_is_changed_in_the_version_that_the_condition_names() {
    let (_tables, users) = empty().await;
    put(&users, json!({})).await;
    let first = present(&users).await;
    let profile = change(&users, &renamed("Ada Lovelace"), &first).await.unwrap().unwrap();
    assert_eq!(profile.name.as_str(), "Ada Lovelace");
    let refused = change(&users, &renamed("Ada King"), &first).await.unwrap_err();
    let current = EntityTag::of_data(&profile).unwrap();
    assert!(matches!(refused, ChangeError::Outdated(version) if version == current));
    let mail = ProfileChange { name: None, mail: Some(MailPreferences { orders: true }) };
    let changed = change(&users, &mail, &present(&users).await).await.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.mail), ("Ada Lovelace", mail.mail));
    // The version covers whatever the profile shows.
    for more in [json!({"role": "admin"}), json!({"emailVerified": true}), json!({"mail": {"orders": true}})] {
        put(&users, json!({})).await;
        let before = present(&users).await;
        put(&users, more).await;
        assert!(matches!(change(&users, &renamed("Ada King"), &before).await, Err(ChangeError::Outdated(_))));
    }
    let condition = present(&users).await;
    let retries = || conflict_retries(Duration::from_secs(1));
    for (id, email) in [("u0", "ada@example.com"), ("u1", "bob@example.com")] {
        assert!(users.change_version(id, email, &mail, &condition, retries()).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_concurrent_changes_of_one_version_one_is_made() {
    let (_tables, users) = empty().await;
    put(&users, json!({})).await;
    let first = present(&users).await;
    let changes = ["A", "B", "C", "D", "E", "F", "G", "H"].map(renamed);
    let outcomes = join_all(changes.iter().map(|renamed| change(&users, renamed, &first))).await;
    let made: Vec<&Profile> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()?.as_ref()).collect();
    let [made] = made[..] else { panic!("{outcomes:?}") };
    assert_eq!(users.profile("ada@example.com").await.unwrap().unwrap().name.as_str(), made.name.as_str());
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(ChangeError::Outdated(_)))).count();
    assert_eq!(refused, 7, "{outcomes:?}");
}

#[tokio::test]
async fn a_change_whose_response_was_lost_is_made_once_and_reported() {
    let (tables, users) = empty().await;
    put(&users, json!({})).await;
    let first = present(&users).await;
    let lost = Fault { operation: Some("UpdateItem".to_owned()), ..Fault::next(FaultKind::AnswerLost) };
    tables.dynamodb().faults().inject(lost);
    let profile = change(&users, &renamed("Ada Lovelace"), &first).await.unwrap().unwrap();
    assert_eq!(profile.name.as_str(), "Ada Lovelace");
}

#[tokio::test]
async fn changes_beside_transactions_are_made_once_these_are_done() {
    let (tables, users) = empty().await;
    put(&users, json!({})).await;
    let held = || {
        let operation = Some("UpdateItem".to_owned());
        tables.dynamodb().faults().inject(Fault { operation, times: 5, ..Fault::next(FaultKind::TransactionConflict) });
    };
    held();
    users.change("u1", "ada@example.com", &renamed("Ada King")).await.unwrap().unwrap();
    held();
    change(&users, &renamed("Ada Lovelace"), &present(&users).await).await.unwrap().unwrap();
    held();
    users.set_role(&Grantee::Id("u1".to_owned()), Role::Admin).await.unwrap();
    held();
    users.end_sessions("ada@example.com", "u1").await.unwrap();
    assert!(tables.dynamodb().faults().pending().is_empty());
    let item = users.item("ada@example.com").await.unwrap().unwrap();
    assert_eq!(
        (item["name"].as_s().unwrap().as_str(), item["role"].as_s().unwrap().as_str()),
        ("Ada Lovelace", "admin")
    );
    assert_eq!(item["sessionGeneration"].as_n().unwrap(), "1");
}

#[tokio::test]
async fn a_transaction_that_never_ends_makes_a_change_fail() {
    let (tables, users) = empty().await;
    put(&users, json!({})).await;
    tables.dynamodb().faults().inject(Fault { times: u32::MAX, ..Fault::next(FaultKind::TransactionConflict) });
    let failed = users.change("u1", "ada@example.com", &renamed("Ada King")).await;
    assert!(matches!(failed, Err(StoreError::Busy { reason, .. }) if reason == "TransactionConflictException"));
}
