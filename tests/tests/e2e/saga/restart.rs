//! The whole machine gone in the middle of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use tests::{Setup, until_ended};
use tokio::sync::Notify;

use super::traffic::{Acknowledged, assert_all_ended, client};

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_stack_killed_in_the_middle_of_orders_ends_them_when_it_is_back() {
    const ENOUGH: usize = 8;
    // What was in the hands of a consumer comes back when this is over, and no sooner.
    let mut stack = Setup::new()
        .patient()
        .parameter("HoldSeconds", 3)
        .replacing("VisibilityTimeout: 30", "VisibilityTimeout: 5")
        .start()
        .await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let products = vec![stack.stocked(&clerk, 10_000).await, stack.stocked(&clerk, 60).await];
    let mut orders: Vec<Acknowledged> = Vec::new();
    for round in 0..2 {
        let (stop, acknowledged, enough) = (AtomicBool::new(false), AtomicUsize::new(0), Notify::new());
        let count = || {
            if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
                enough.notify_one();
            }
        };
        let clients = (0..6).map(|number| client(&stack, &ada, &products, 10 * round + number, &stop, count));
        let killing = async {
            enough.notified().await;
            let pids = stack.pids().await;
            stack.kill().await;
            pids
        };
        let (placed, pids) = tokio::join!(join_all(clients), killing);
        orders.extend(placed.into_iter().flatten());
        until_ended(&pids).await;
        stack.start_again(&[]).await;
    }
    assert!(orders.len() >= 2 * ENOUGH);
    stack.settled().await;
    assert_all_ended(&stack, &ada, &[(&products[0], 10_000), (&products[1], 60)], &orders).await;
}
