//! Snapshots of a shop's data folder, taken and restored while customers order.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Exit, Person, Setup, Stack, local};
use tokio::sync::watch;

/// How many orders are placed before something is done to the stack, and after.
const ENOUGH: usize = 12;

async fn snapshot(stack: &Stack, arguments: &[&str]) -> Value {
    let port = stack.port().to_string();
    let Exit { code, output } = local(&[&["snapshot"], arguments, &["--json", "--port", &port]].concat()).await;
    assert_eq!(code, Some(0), "{output}");
    serde_json::from_str(&output).unwrap()
}

/// Orders until it is told to stop, and tells of the orders that were acknowledged. While a snapshot is restored, the stack
/// says so and when to come again; an order under way then may fail.
async fn client(
    stack: &Stack,
    person: &Person,
    product: &str,
    number: usize,
    stop: &AtomicBool,
    acknowledged: impl Fn(String),
) {
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{number} {turn}");
        let answer = stack.order(person, &[(product, 1)]).header("idempotency-key", &*key).send().await;
        match answer.status.as_u16() {
            201 => acknowledged(answer.data()["orderId"].as_str().unwrap().to_owned()),
            503 if answer.header("x-local-stack") == "restoring" => {
                assert_eq!(answer.header("retry-after"), "1", "{answer}");
            }
            502..=504 => {}
            _ => panic!("{answer}"),
        }
    }
}

/// Does something once customers have placed some orders, and goes on until they have placed more. Gives the orders that were
/// acknowledged, in their order.
async fn while_ordering<T>(
    stack: &Stack,
    person: &Person,
    product: &str,
    round: usize,
    act: impl AsyncFnOnce() -> T,
) -> (T, Vec<String>) {
    let stop = AtomicBool::new(false);
    let (placed, mut seen) = watch::channel(Vec::new());
    let acknowledged = |order| placed.send_modify(|orders: &mut Vec<String>| orders.push(order));
    let clients = (0..4).map(|number| client(stack, person, product, 10 * round + number, &stop, acknowledged));
    let acting = async {
        seen.wait_for(|orders| orders.len() >= ENOUGH).await.unwrap();
        let outcome = act().await;
        let then = seen.borrow().len();
        seen.wait_for(|orders| orders.len() >= then + ENOUGH).await.unwrap();
        stop.store(true, Ordering::Relaxed);
        outcome
    };
    let (_, outcome) = tokio::join!(join_all(clients), acting);
    let orders = placed.borrow().clone();
    (outcome, orders)
}

async fn orders_of(stack: &Stack) -> Vec<String> {
    let orders = stack.items("OrdersTable").await;
    orders.iter().map(|order| order["orderId"].as_str().unwrap().to_owned()).collect()
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_books_balance_after_snapshots_are_taken_and_restored_while_customers_order() {
    const UNITS: u64 = 10_000;
    // What was in the hands of a function at the moment of a snapshot comes back when this is over, and no sooner.
    let stack = Setup::new()
        .patient()
        .parameter("HoldSeconds", 3)
        .replacing("VisibilityTimeout: 30", "VisibilityTimeout: 5")
        .start()
        .await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let product = stack.stocked(&clerk, UNITS).await;
    let there_was = [(product.as_str(), UNITS)];

    // What was acknowledged before is in it, with its saga in whatever state.
    let ((), first) = while_ordering(&stack, &ada, &product, 0, async || ()).await;
    let (_, second) =
        while_ordering(&stack, &ada, &product, 1, async || snapshot(&stack, &["take", "busy"]).await).await;
    let restore = async || snapshot(&stack, &["restore", "busy"]).await;
    let (restored, third) = while_ordering(&stack, &ada, &product, 2, restore).await;
    stack.settled().await;
    stack.assert_sound(&there_was).await;
    let found = orders_of(&stack).await;
    assert!(first.iter().all(|order| found.contains(order)), "an order of before the snapshot is lost");
    let last = third.last().unwrap();
    assert!(found.contains(last), "{last} is lost");

    // And forward again: to the moment before the restore.
    snapshot(&stack, &["restore", restored["before"].as_str().unwrap()]).await;
    stack.settled().await;
    stack.assert_sound(&there_was).await;
    let found = orders_of(&stack).await;
    assert!(first.iter().chain(&second).all(|order| found.contains(order)), "an order of before the restore is lost");
}

/// The old functions are gone, tokens of then are valid, and the next starts find the data restored.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_restored_stack_is_whole_and_stays_so() {
    let mut stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let before = stack.pids().await;
    snapshot(&stack, &["take", "with-ada"]).await;
    let bob = stack.customer("Bob").await;
    snapshot(&stack, &["restore", "with-ada"]).await;
    tests::until_ended(&before).await;
    for again in [false, true] {
        if again {
            stack.kill().await;
            stack.start_again(&[]).await;
        }
        let me = stack.get("/api/users/me").token(&ada.token).send().await;
        assert_eq!(me.status, 200, "{me}");
        let gone = stack.post("/api/users/login").json(bob.credentials()).send().await;
        assert_eq!(gone.status, 401, "{gone}");
    }
    let names: Vec<Value> =
        snapshot(&stack, &["list"]).await.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert!(names.len() == 2 && names[1] == "with-ada", "{names:?}");

    // A fresh start keeps them.
    stack.kill().await;
    stack.start_again(&["--fresh"]).await;
    assert_eq!(stack.get("/api/users/me").token(&ada.token).send().await.status, 401);
    let answer =
        stack.request(Method::POST, "/_local/snapshots/with-ada/restore").header("x-local-stack", "1").send().await;
    assert_eq!((answer.status.as_u16(), &answer.body["restored"]), (200, &json!("with-ada")), "{answer}");
    assert_eq!(stack.get("/api/users/me").token(&ada.token).send().await.status, 200);
}
