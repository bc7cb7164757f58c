use local_testing::{Fault, FaultKind};

use super::fixture::Fixture;
use crate::domain::notification_id::NotificationId;
use crate::domain::read_state::ReadState::{Read, Unread};

#[tokio::test]
async fn a_function_that_only_lists_opens_its_connection_with_a_query() {
    let fixture = Fixture::new().await;
    let faults = fixture.tables.dynamodb().faults();
    let refuse = |operation: &str| Fault {
        operation: Some(operation.to_owned()),
        times: 3,
        ..Fault::next(FaultKind::ThrottlingException)
    };
    faults.inject(refuse("GetItem"));
    fixture.list.ping().await.unwrap();
    assert_eq!(faults.pending(), [refuse("GetItem")]);
    faults.inject(refuse("Query"));
    assert!(fixture.list.ping().await.is_err());
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_succeeds() {
    let fixture = Fixture::new().await;
    fixture.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(fixture.notify("ada", 1).await, fixture.pages("ada", None, 20).await.0);
}

#[tokio::test]
async fn each_list_shows_the_newest_first_and_no_other_user_s() {
    let fixture = Fixture::new().await;
    let all = fixture.notify("ada", 7).await;
    fixture.notify("bob", 2).await;
    let (read, unread): (Vec<_>, Vec<_>) = all.iter().cloned().enumerate().partition(|(index, _)| index % 3 == 0);
    let ids = |rows: Vec<(usize, NotificationId)>| rows.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    let (read, unread) = (ids(read), ids(unread));
    for id in &read {
        fixture.notifications.mark_read("ada", id).await.unwrap().unwrap();
    }
    assert_eq!(fixture.pages("ada", None, 3).await, (all, vec![3, 3, 1]));
    assert_eq!(fixture.pages("ada", Some(Unread), 2).await, (unread, vec![2, 2]));
    assert_eq!(fixture.pages("ada", Some(Read), 2).await, (read, vec![2, 1]));
}

#[tokio::test]
async fn marking_as_read_again_gives_the_same_notification() {
    let fixture = Fixture::new().await;
    let id = fixture.notify("ada", 1).await.remove(0);
    let first = fixture.notifications.mark_read("ada", &id).await.unwrap().unwrap();
    assert_eq!((first.read, &first.id, first.message.as_str()), (true, &id, "Your order o0 is confirmed"));
    assert_eq!(fixture.notifications.mark_read("ada", &id).await.unwrap(), Some(first));
}

#[tokio::test]
async fn another_user_s_notification_is_not_found() {
    let fixture = Fixture::new().await;
    let id = fixture.notify("ada", 1).await.remove(0);
    assert_eq!(fixture.notifications.mark_read("bob", &id).await.unwrap(), None);
    assert_eq!(fixture.pages("bob", None, 20).await, (vec![], vec![0]));
    assert_eq!(fixture.pages("ada", Some(Unread), 20).await.0, [id]);
}
