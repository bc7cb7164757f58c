use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};
use uuid::Uuid;

use super::*;
use crate::domain::session::IDLE_SECONDS;
use crate::domain::user::User;
use crate::store::session_fixture::Fixture;

#[tokio::test]
async fn a_session_is_found_with_its_user() {
    let fixture = Fixture::new().await;
    let (session, _) = fixture.begin().await;
    let found = fixture.active.find(&fixture.ada.id, &session.session_id, "ada@example.com").await.unwrap();
    let (found, account) = found.unwrap();
    assert_eq!((found.session_id, found.chain, found.ends_at), (session.session_id, session.chain, session.ends_at));
    assert_eq!(
        (account.id.as_str(), account.name.as_str(), account.role),
        (fixture.ada.id.as_str(), "Ada", fixture.ada.role)
    );
}

#[tokio::test]
async fn a_session_ends_with_its_item_its_time_its_user_and_their_generation() {
    let mut fixture = Fixture::new().await;
    let (session, _) = fixture.begin().await;
    assert!(fixture.counts(&session).await);
    for (id, sid, email) in [("", "a", "a"), ("a", "", "a"), ("a", "a", ""), ("a", "a", "a")] {
        assert!(fixture.active.find(id, sid, email).await.unwrap().is_none());
    }

    let expired = fixture.begin().await.0;
    fixture.set(&expired, "SET expiresAt = :v", timestamp::epoch_seconds()).await;
    assert!(!fixture.counts(&expired).await);

    let deleted = fixture.begin().await.0;
    for was_there in [true, false] {
        let deleted_now = fixture.sessions.delete(&fixture.ada.id, &deleted.session_id).await.unwrap();
        assert_eq!((deleted_now, fixture.counts(&deleted).await), (was_there, false));
    }

    // Another user has the address now.
    let first = fixture.ada.clone();
    fixture.put_user(&User { id: Uuid::now_v7().to_string(), ..first.clone() }).await;
    assert!(!fixture.counts(&session).await);

    // All sessions but one are ended, and then that one as well.
    let kept = Some(session.session_id.clone());
    fixture.put_user(&User { session_generation: 1, kept_session: kept, ..first.clone() }).await;
    assert!(fixture.counts(&session).await);
    // A login that read the user before, and puts its session after.
    let late = fixture.begin().await.0;
    assert!(!fixture.counts(&late).await);
    fixture.ada = User { session_generation: 1, ..first.clone() };
    assert!(fixture.counts(&fixture.begin().await.0).await);
    fixture.put_user(&User { session_generation: 2, ..first }).await;
    assert!(!fixture.counts(&session).await);
}

#[tokio::test]
async fn a_refresh_token_is_replaced_at_each_use() {
    let fixture = Fixture::new().await;
    let (session, first) = fixture.begin().await;
    fixture.set(&session, "SET expiresAt = expiresAt - :v", 1_000).await;
    let second = fixture.refresh(&first).await.unwrap();
    let third = fixture.refresh(&second).await.unwrap();
    assert!(first != second && second != third);
    let (session, _) =
        fixture.active.find(&fixture.ada.id, &session.session_id, "ada@example.com").await.unwrap().unwrap();
    assert!(session.expires_at >= timestamp::epoch_seconds() + IDLE_SECONDS - 5);
    assert_eq!(session.chain.number(), 2);
}

#[tokio::test]
async fn a_session_ends_at_its_time_however_often_it_is_used() {
    let fixture = Fixture::new().await;
    let (session, token) = fixture.begin().await;
    let soon = timestamp::epoch_seconds() + 100;
    fixture.set(&session, "SET endsAt = :v", soon).await;
    let refreshed = fixture.active.refresh(&token).await.unwrap().unwrap();
    assert_eq!(refreshed.session.expires_at, soon);
    fixture.set(&session, "SET expiresAt = :v", timestamp::epoch_seconds()).await;
    assert!(fixture.refresh(&refreshed.token).await.is_none());
}

#[tokio::test]
async fn a_token_used_before_ends_its_session() {
    let fixture = Fixture::new().await;
    let ((session, first), (other, _)) = (fixture.begin().await, fixture.begin().await);
    let second = fixture.refresh(&first).await.unwrap();
    fixture.eleven_seconds_pass(&session).await;
    assert!(fixture.refresh(&first).await.is_none());
    assert!(!fixture.counts(&session).await);
    assert!(fixture.refresh(&second).await.is_none(), "whoever has the latest token has to log in again too");
    assert!(fixture.counts(&other).await);
}

#[tokio::test]
async fn a_retry_gets_the_same_successor_until_that_was_used() {
    let fixture = Fixture::new().await;
    let (session, first) = fixture.begin().await;
    let second = fixture.refresh(&first).await.unwrap();
    assert!(fixture.refresh(&first).await.as_ref() == Some(&second));
    assert!(fixture.refresh(&second).await.is_some());
    assert!(fixture.refresh(&first).await.is_none());
    assert!(!fixture.counts(&session).await);
}

#[tokio::test]
async fn sixteen_refreshes_at_once_with_one_token_give_one_successor() {
    let fixture = Fixture::new().await;
    for _ in 0..15 {
        let (session, token) = fixture.begin().await;
        let answers = join_all((0..16).map(|_| fixture.refresh(&token))).await;
        assert!(answers[0].is_some() && answers.iter().all(|answer| *answer == answers[0]));
        assert!(fixture.counts(&session).await);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again() {
    let fixture = Fixture::new().await;
    let (session, first) = fixture.begin().await;
    // The SDK sends the write again, and meets its own.
    let lost = Fault { operation: Some("UpdateItem".into()), ..Fault::next(FaultKind::AnswerLost) };
    fixture.tables.dynamodb().faults().inject(lost);
    let second = fixture.refresh(&first).await.unwrap();
    let (found, _) =
        fixture.active.find(&fixture.ada.id, &session.session_id, "ada@example.com").await.unwrap().unwrap();
    assert_eq!(found.chain.number(), 1);
    // The function was killed between its write and its answer: the client sends its request again.
    assert!(fixture.refresh(&first).await.as_ref() == Some(&second));
    assert!(fixture.refresh(&second).await.is_some());
}

#[tokio::test]
async fn forged_tokens_get_nothing_and_end_nothing() {
    let fixture = Fixture::new().await;
    let ((session, genuine), (_, of_another_session)) = (fixture.begin().await, fixture.begin().await);
    let current = fixture.refresh(&genuine).await.unwrap();
    let text = |user_id, session_id, number: u32, secret: &[u8], email: &str| {
        use base64::Engine as _;
        let parts: [&[u8]; 5] =
            [Uuid::as_bytes(&user_id), Uuid::as_bytes(&session_id), &number.to_be_bytes(), secret, email.as_bytes()];
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(parts.concat())
    };
    let RefreshToken { user_id, session_id, ref email, .. } = genuine;
    let forged = |number, secret| text(user_id, session_id, number, secret, email);
    let mut forgeries: Vec<String> = (0..4).map(|number| forged(number, &[7; 32])).collect();
    let changed = |change: fn(&mut RefreshToken)| {
        let mut token = genuine.clone();
        change(&mut token);
        token.to_text()
    };
    let mut under_this_session = of_another_session.clone();
    under_this_session.session_id = session_id;
    forgeries.push(under_this_session.to_text());
    forgeries.push(changed(|token| token.email = "bob@example.com".to_owned()));
    forgeries.push(changed(|token| token.user_id = Uuid::now_v7()));
    forgeries.push(changed(|token| token.session_id = Uuid::now_v7()));
    for forged in forgeries {
        assert!(fixture.refresh(&RefreshToken::parse(&forged).unwrap()).await.is_none());
        assert!(fixture.counts(&session).await, "{forged}");
    }
    assert!(fixture.refresh(&current).await.is_some());
}

#[tokio::test]
async fn a_session_that_ends_beside_a_refresh_stays_ended() {
    let fixture = Fixture::new().await;
    for _ in 0..15 {
        let (session, token) = fixture.begin().await;
        let ended = fixture.sessions.delete(&fixture.ada.id, &session.session_id);
        let (refreshed, ended) = tokio::join!(fixture.active.refresh(&token), ended);
        refreshed.unwrap();
        ended.unwrap();
        assert!(!fixture.counts(&session).await);
    }
}

#[tokio::test]
async fn sessions_beside_transactions_go_on_and_end_once_these_are_done() {
    let fixture = Fixture::new().await;
    let (session, token) = fixture.begin().await;
    let faults = fixture.tables.dynamodb().faults();
    let held = |operation: &str| {
        let operation = Some(operation.to_owned());
        faults.inject(Fault { operation, times: 5, ..Fault::next(FaultKind::TransactionConflict) });
    };
    held("UpdateItem");
    assert!(fixture.refresh(&token).await.is_some());
    held("DeleteItem");
    assert!(fixture.sessions.delete(&fixture.ada.id, &session.session_id).await.unwrap());
    assert!(faults.pending().is_empty() && !fixture.counts(&session).await);
}
