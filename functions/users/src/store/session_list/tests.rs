use futures_util::future::join_all;

use super::*;
use crate::domain::user::User;
use crate::store::Users;
use crate::store::session_fixture::Fixture;

async fn listed(fixture: &Fixture) -> Vec<String> {
    let sessions = Sessions::new(fixture.tables.client(), "SessionsTable");
    let list = SessionList::new(fixture.tables.client(), sessions, "UsersTable");
    let newest = list.newest(&fixture.ada.id, "ada@example.com").await.unwrap();
    newest.into_iter().map(|session| session.session_id).collect()
}

#[tokio::test]
async fn sessions_that_count_are_listed_newest_first() {
    let fixture = Fixture::new().await;
    assert!(listed(&fixture).await.is_empty());
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(fixture.begin().await.0);
    }
    fixture.set(&begun[1], "SET expiresAt = :v", timestamp::epoch_seconds()).await;
    fixture.sessions.delete(&fixture.ada.id, &begun[3].session_id).await.unwrap();
    assert_eq!(listed(&fixture).await, [begun[2].session_id.as_str(), &begun[0].session_id]);
}

#[tokio::test]
async fn a_list_has_the_newest_hundred() {
    let fixture = Fixture::new().await;
    let begun = join_all((0..101).map(|_| fixture.begin())).await;
    let mut ids: Vec<String> = begun.into_iter().map(|(session, _)| session.session_id).collect();
    ids.sort_by(|a, b| b.cmp(a));
    assert_eq!(listed(&fixture).await, ids[..100]);
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_ends_those_of_nobody_else() {
    let fixture = Fixture::new().await;
    let session = fixture.begin().await.0;
    let users = Users::new(fixture.tables.client(), "UsersTable");
    // Of someone who had the address before.
    users.end_sessions("ada@example.com", "another").await.unwrap();
    assert!(fixture.counts(&session).await);
    users.end_sessions("nobody@example.com", &fixture.ada.id).await.unwrap();
    let kept = User { kept_session: Some(session.session_id.clone()), ..fixture.ada.clone() };
    fixture.put_user(&kept).await;
    for _ in 0..2 {
        users.end_sessions("ada@example.com", &fixture.ada.id).await.unwrap();
        assert!(!fixture.counts(&session).await);
        assert!(listed(&fixture).await.is_empty());
    }
}
