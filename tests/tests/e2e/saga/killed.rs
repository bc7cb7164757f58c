//! Every function that takes part in an order, killed while orders flow.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Setup, Signal, Stack, try_signal};
use tokio::sync::watch;

use super::traffic::{Acknowledged, assert_all_ended, client, random};

/// Each is killed so many times,
const ROUNDS: usize = 3;

/// and between two ends so many orders are placed.
const BETWEEN: usize = 2;

const FUNCTIONS: &[&str] = &[
    "CreateOrderFunction",
    "ReserveStockFunction",
    "PublishOrdersFunction",
    "SettleReservationFunction",
    "PublishProductsFunction",
    "ApplyStockEventFunction",
    "NotifyFunction",
    "CancelOrderFunction",
    "ReleaseExpiredReservationsFunction",
    "IndexProductsFunction",
];

/// Kills a process of the function, at work if one is met there soon.
async fn kill(stack: &Stack, function: &str) {
    for look in 0.. {
        let instances = stack.instances().await;
        let of_it = || instances.iter().filter(|one| one.function == function);
        let any = of_it().find(|one| one.busy).or_else(|| of_it().next().filter(|_| look > 100));
        if any.is_some_and(|one| try_signal(one.pid, Signal::KILL)) {
            return;
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn whatever_is_killed_no_order_is_lost_or_pending_and_no_unit_lost_or_gained() {
    let stack = Setup::new()
        .patient()
        .parameter("HoldSeconds", 1)
        // A message may be in the hands of one that is killed more often than ever happens.
        .replacing("maxReceiveCount: 5", "maxReceiveCount: 1000")
        .start()
        .await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let mut products = Vec::new();
    for units in [10_000, 10_000, 40] {
        products.push(stack.stocked(&clerk, units).await);
    }
    let stop = AtomicBool::new(false);
    let (placed, mut seen) = watch::channel(0);
    let count = || placed.send_modify(|orders| *orders += 1);
    let clients = join_all((0..6).map(|number| client(&stack, &ada, &products, number, &stop, count)));
    let sweeping = async {
        while !stop.load(Ordering::Relaxed) {
            // It may be killed, too.
            let run = stack.post("/_local/schedules/ReleaseExpiredReservationsFunction/run");
            run.header("x-local-stack", "1").send().await;
        }
    };
    let admins = async {
        while !stop.load(Ordering::Relaxed) {
            let description = format!("edited{}", random(1_000));
            stack.edit(&clerk, &products[random(3)], json!({"description": description})).await;
        }
    };
    let killing = async {
        for _ in 0..ROUNDS {
            let mut left = FUNCTIONS.to_vec();
            while !left.is_empty() {
                let before = *seen.borrow();
                kill(&stack, left.swap_remove(random(left.len()))).await;
                seen.wait_for(|orders| *orders >= before + BETWEEN).await.unwrap();
            }
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (orders, (), (), ()) = tokio::join!(clients, sweeping, admins, killing);
    let orders: Vec<Acknowledged> = orders.into_iter().flatten().collect();
    assert!(orders.len() >= ROUNDS * FUNCTIONS.len() * BETWEEN, "{} orders", orders.len());

    stack.settled().await;
    let there_was = [(products[0].as_str(), 10_000), (&products[1], 10_000), (&products[2], 40)];
    assert_all_ended(&stack, &ada, &there_was, &orders).await;
    // And every product is listed, counted and found as it is now.
    let beyond = stack.get("/api/products?page=9").send().await;
    assert_eq!(beyond.body["meta"]["pagination"]["total"], 3, "{beyond}");
    let all = stack.get("/api/products").send().await;
    for product in all.data().as_array().unwrap().iter().filter(|one| one["description"] != "") {
        let word = product["description"].as_str().unwrap();
        let found = stack.get(&format!("/api/products?search={word}")).send().await;
        let same = all.data().as_array().unwrap().iter().filter(|one| one["description"] == word);
        assert_eq!(found.data(), &same.cloned().collect::<Value>(), "{found}");
    }
}
