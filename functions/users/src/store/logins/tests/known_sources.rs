//! Sources that a confirmed reset or an earlier user has made known.

use super::*;

/// Ada, with this id.
async fn register(tables: &Tables, id: &str) {
    let user = json!({
        "id": id, "email": ADA, "name": "Ada", "role": "customer", "createdAt": "2026-01-31T12:00:00.000Z",
        "passwordHash": "$2b$12$",
    });
    let item = serde_dynamo::to_item(user).unwrap();
    tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();
}

fn office(number: usize) -> Vec<String> {
    vec![OFFICE.to_owned(); number]
}

/// A reset is confirmed from home.
async fn confirm(tables: &Tables, now: u64) {
    let update = mark_confirmed("KnownSourcesTable", &email(ADA), "u1", &source(HOME), now).build().unwrap();
    let action = TransactWriteItem::builder().update(update).build();
    let mut retries = retries();
    while tables.client().transact_write_items().transact_items(action.clone()).send().await.is_err() {
        retries.pause().await.unwrap();
    }
}

#[tokio::test]
async fn a_confirmed_reset_forgives_its_source_what_it_guessed_and_no_other() {
    for known in [false, true] {
        let (tables, logins) = limited(5).await;
        register(&tables, "u1").await;
        let now = timestamp::epoch_seconds();
        if known {
            log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
        }
        assert_eq!(compared(&logins, ADA, &from_one(6), now).await, 5);
        assert_eq!(compared(&logins, ADA, &office(2), now).await, 2);
        confirm(&tables, now + 60).await;
        log_in(&logins, &guess(&logins, ADA, HOME, now + 60).await.unwrap()).await;
        // Five more, then none, as long as any window of before is open; elsewhere and at other accounts nothing has changed.
        assert_eq!(compared(&logins, ADA, &from_one(16), now + 61).await, 5, "{known}");
        assert!(guess(&logins, ADA, HOME, now + 899).await.is_err());
        assert!(guess(&logins, "eve@example.com", HOME, now + 61).await.is_err());
        assert_eq!(compared(&logins, ADA, &office(6), now + 61).await, 3);
        // Then the limits are what they were.
        for round in 2..4 {
            let later = now + round * WINDOW_SECONDS;
            assert_eq!(compared(&logins, ADA, &from_one(16), later).await, 5, "{known}");
        }
    }
}

#[tokio::test]
async fn guesses_beside_a_confirmed_reset_are_at_most_ten() {
    for known in [false, true] {
        for _ in 0..4 {
            let (tables, logins) = empty().await;
            register(&tables, "u1").await;
            let now = timestamp::epoch_seconds();
            if known {
                log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
            }
            let sources = from_one(16);
            let (compared_beside, ()) = tokio::join!(compared(&logins, ADA, &sources, now), confirm(&tables, now));
            let after = compared(&logins, ADA, &from_one(16), now).await;
            assert!((5..=10).contains(&(compared_beside + after)), "{known}: {compared_beside} and {after}");
        }
    }
}

#[tokio::test]
async fn a_source_that_the_address_was_used_from_by_another_is_not_known() {
    let (tables, logins) = empty().await;
    register(&tables, "u1").await;
    let now = timestamp::epoch_seconds();
    log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
    register(&tables, "u2").await;
    let others: Vec<String> = (0..96).map(|number| format!("198.51.100.{}", number % 16)).collect();
    assert_eq!(compared(&logins, ADA, &others, now).await, 50);
    assert!(guess(&logins, ADA, HOME, now).await.is_err());
    // Once they have logged in from it, it is theirs.
    let later = now + WINDOW_SECONDS;
    log_in(&logins, &guess(&logins, ADA, HOME, later).await.unwrap()).await;
    assert_eq!(compared(&logins, ADA, &others, later).await, 50);
    assert!(guess(&logins, ADA, HOME, later).await.is_ok());
}

#[tokio::test]
async fn a_source_of_an_earlier_version_stays_known() {
    let (tables, logins) = empty().await;
    register(&tables, "u1").await;
    let now = timestamp::epoch_seconds();
    let known = json!({"email": ADA, "source": HOME, "expiresAt": now + 60});
    let known = serde_dynamo::to_item(known).unwrap();
    tables.client().put_item().table_name("KnownSourcesTable").set_item(Some(known)).send().await.unwrap();
    log_in(&logins, &guess(&logins, ADA, HOME, now).await.unwrap()).await;
    let (_, counts) = logins.find(&email(ADA), &source(HOME)).await.unwrap();
    assert!(counts.account.is_none() && counts.known.unwrap().is_of(Some("u1")));
}
