use local_testing::{Fault, FaultKind};

use super::world::World;
use super::*;

#[tokio::test]
async fn a_function_that_only_lists_opens_its_connection_with_a_query() {
    let world = World::new().await;
    let faults = world.tables.dynamodb().faults();
    let refuse = |operation: &str| Fault {
        operation: Some(operation.to_owned()),
        times: 3,
        ..Fault::next(FaultKind::ThrottlingException)
    };
    faults.inject(refuse("GetItem"));
    world.notifications.ping_list().await.unwrap();
    assert_eq!(faults.pending(), [refuse("GetItem")]);
    faults.inject(refuse("Query"));
    assert!(world.notifications.ping_list().await.is_err());
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_is_no_failure() {
    let world = World::new().await;
    world.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(world.told("ada", 1).await, world.pages("ada", Which::All, 20).await.0);
}

#[tokio::test]
async fn pages_of_each_kind_show_the_newest_first_and_nobody_else_s() {
    let world = World::new().await;
    let all = world.told("ada", 7).await;
    world.told("bob", 2).await;
    let (read, unread): (Vec<_>, Vec<_>) = all.iter().cloned().enumerate().partition(|(index, _)| index % 3 == 0);
    let ids = |rows: Vec<(usize, NotificationId)>| rows.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    let (read, unread) = (ids(read), ids(unread));
    for id in &read {
        world.notifications.mark_read("ada", id).await.unwrap().unwrap();
    }
    assert_eq!(world.pages("ada", Which::All, 3).await, (all, vec![3, 3, 1]));
    assert_eq!(world.pages("ada", Which::Unread, 2).await, (unread, vec![2, 2]));
    assert_eq!(world.pages("ada", Which::Read, 2).await, (read, vec![2, 1]));
}

#[tokio::test]
async fn what_is_marked_as_read_stays_so_and_says_the_same() {
    let world = World::new().await;
    let id = world.told("ada", 1).await.remove(0);
    let first = world.notifications.mark_read("ada", &id).await.unwrap().unwrap();
    assert_eq!((first.read, &first.id, first.message.as_str()), (true, &id, "Your order o0 is confirmed"));
    assert_eq!(world.notifications.mark_read("ada", &id).await.unwrap(), Some(first));
}

#[tokio::test]
async fn another_user_s_notification_is_as_good_as_none() {
    let world = World::new().await;
    let id = world.told("ada", 1).await.remove(0);
    assert_eq!(world.notifications.mark_read("bob", &id).await.unwrap(), None);
    assert_eq!(world.pages("bob", Which::All, 20).await, (vec![], vec![0]));
    assert_eq!(world.pages("ada", Which::Unread, 20).await.0, [id]);
}
