//! The publisher killed when one queue has its events and another has not: each event arrives, and works once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use serde_json::Value;
use tests::{Setup, Signal, Stack, try_signal, until_ended};

use super::traffic::random;

const FUNCTION: &str = "PublishOrdersFunction";
const QUEUES: [&str; 2] = ["HoldsQueue", "NotificationsQueue"];

/// Orders at a time: more than fit into one batch of messages.
const MORE: u64 = 12;

/// How many messages each of the two queues has.
async fn depths(stack: &Stack) -> [u64; 2] {
    let queues = stack.control(Method::GET, "queues").await;
    QUEUES.map(|name| {
        queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).unwrap()["visible"].as_u64().unwrap()
    })
}

/// Lets the publisher, which is stopped, go on in steps of less than a thousandth of a second, and kills it where one
/// queue has been sent something that the other has not. False if it has sent all there is to both before that.
async fn killed_between_two_sends(stack: &Stack, pid: u32, before: [u64; 2], all: u64) -> bool {
    let sent = async || {
        let [one, other] = depths(stack).await;
        [one - before[0], other - before[1]]
    };
    loop {
        let [one, other] = sent().await;
        if one != other {
            assert!(try_signal(pid, Signal::KILL));
            until_ended(&[pid]).await;
            // What it had sent before its end may have been under way.
            let [one, other] = sent().await;
            return one != other;
        }
        assert!(try_signal(pid, Signal::CONT));
        if one == all {
            return false;
        }
        std::thread::sleep(Duration::from_micros(random(200) as u64));
        assert!(try_signal(pid, Signal::STOP));
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn each_event_arrives_at_least_once_and_works_once() {
    let source = |queue: &str| format!("            Queue: !GetAtt {queue}.Arn\n");
    let off = |setup: Setup, queue: &str| {
        setup.replacing(&source(queue), &format!("{}            Enabled: false\n", source(queue)))
    };
    let setup = QUEUES.into_iter().fold(Setup::new().patient(), off);
    let mut stack = setup.start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 1_000).await;
    let lines = [(lamp.as_str(), 1)];
    let mut orders = BTreeSet::from([stack.placed(&ada, &lines).await]);
    loop {
        stack.drained().await;
        let instances = stack.instances().await;
        let publisher = instances.iter().find(|one| one.function == FUNCTION).expect("a publisher").pid;
        assert!(try_signal(publisher, Signal::STOP));
        let before = depths(&stack).await;
        orders.extend(join_all((0..MORE).map(|_| stack.placed(&ada, &lines))).await);
        if killed_between_two_sends(&stack, publisher, before, MORE).await {
            break;
        }
        assert!(orders.len() < 300, "never between two sends");
    }
    stack.drained().await;

    // Nobody has read any of it yet; and what had been sent before the end was sent again.
    let sent = depths(&stack).await;
    assert!(sent.iter().all(|depth| *depth >= orders.len() as u64), "{sent:?} of {}", orders.len());
    assert!(sent.iter().sum::<u64>() > 2 * orders.len() as u64, "{sent:?} of {}", orders.len());

    stack.kill().await;
    stack.start_again_as(Setup::new().patient()).await;
    stack.hurried().await;
    for id in &orders {
        assert_eq!(stack.find_order(&ada, id).await["status"], "confirmed");
    }
    let books = stack.assert_sound(&[(&lamp, 1_000)]).await;
    assert_eq!(books[&lamp].sold, orders.len() as u64);
    let mut told: Vec<(Value, Value)> = Vec::new();
    for mut notification in stack.items("NotificationsTable").await {
        told.push((notification["orderId"].take(), notification["type"].take()));
    }
    let mut expected: Vec<(Value, Value)> = orders
        .iter()
        .flat_map(|id| ["order.confirmed", "order.created"].map(|kind| (Value::from(id.as_str()), Value::from(kind))))
        .collect();
    told.sort_by_key(|pair| format!("{pair:?}"));
    expected.sort_by_key(|pair| format!("{pair:?}"));
    assert_eq!(told, expected);
}
