//! Plays a history against a running stack and compares all that is answered with the model.

mod accident;
mod perform;
mod rest;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tests::{Person, Setup, Stack, unique};
use tokio::time::timeout;

use crate::history::{CUSTOMERS, Consumer, History, Operation, Outage, Step, Trouble};
use crate::model::{Model, Reply};

/// How long units are held, in seconds: longer than a history takes. Their time is over when a step says so.
const HOLD_SECONDS: u64 = 900;

/// The longest that a step may take, or the comparison at the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stack for histories: nothing happens in it by the clock.
pub async fn stack() -> Stack {
    Setup::new()
        .patient()
        .parameter("HoldSeconds", HOLD_SECONDS)
        .replacing("rate(1 minute)", "rate(1 day)")
        // An event may fail more often than ever happens.
        .replacing("maxReceiveCount: 5", "maxReceiveCount: 1000")
        // What was in the hands of a consumer that was killed with the stack comes back when this is over.
        .replacing("VisibilityTimeout: 30", "VisibilityTimeout: 5")
        .start()
        .await
}

/// Where the model and the shop disagree.
#[derive(Debug)]
pub struct Failure {
    /// Steps of the history that were played by then.
    pub steps: usize,
    /// How they disagree.
    message: String,
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "after {} steps: {}", self.steps, self.message)
    }
}

/// Plays a history, with customers and products of its own.
///
/// # Errors
/// [`Failure`]
pub async fn play(stack: &mut Stack, history: &History) -> Result<(), Failure> {
    let failed = |steps: usize| move |message: String| Failure { steps, message };
    let mut shop = outcome(Shop::open(stack)).await.map_err(failed(0))?;
    for (number, step) in history.steps.iter().enumerate() {
        outcome(shop.take(step, history.is_calm)).await.map_err(failed(number + 1))?;
    }
    outcome(shop.end()).await.map_err(failed(history.steps.len()))
}

/// What comes of it, or the message of its panic. What never ends fails as well.
async fn outcome<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match timeout(PATIENCE, AssertUnwindSafe(future).catch_unwind()).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(panic)) => Err(message(&*panic)),
        Err(_) => Err(format!("not over after {} seconds", PATIENCE.as_secs())),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}

/// A shop in the middle of a history.
struct Shop<'s> {
    stack: &'s mut Stack,
    admin: Person,
    customers: [Person; CUSTOMERS],
    model: Model,
    held_up: BTreeMap<Consumer, Outage>,
}

impl<'s> Shop<'s> {
    async fn open(stack: &'s mut Stack) -> Self {
        let admin = stack.clerk().await;
        let customers = [stack.visitor("Ada").await, stack.visitor("Ben").await];
        let model = Model::new(&unique("x"));
        Self { stack, admin, customers, model, held_up: BTreeMap::new() }
    }

    async fn take(&mut self, step: &Step, is_calm: bool) {
        let has = |operation: &Operation| step.0.contains(operation);
        for operation in &step.0 {
            match operation {
                Operation::HoldUp(consumer, outage) => _ = self.held_up.insert(*consumer, *outage),
                Operation::Order { trouble: Some(trouble), .. } if *trouble != Trouble::Killed => {
                    self.inject(*trouble).await
                }
                _ => {}
            }
        }
        let replies: Vec<Option<Reply>> = join_all(step.0.iter().map(|operation| self.perform(operation))).await;
        if has(&Operation::Restart) {
            self.stack.start_again(&[]).await;
            self.held_up.clear();
        }
        if step.0.iter().any(leaves_traces) {
            self.settle_down().await;
        }
        self.model.take_in(step, &replies);
        for (number, id) in self.model.unsure_products() {
            let shown = self.product(&id).await;
            self.model.settle_product(number, &shown);
        }
        if has(&Operation::Recover) {
            self.stack.clear_faults().await;
            self.held_up.clear();
        }
        if has(&Operation::Recover) || is_calm && self.held_up.is_empty() {
            self.come_to_rest().await;
        }
    }

    /// Waits until every event is handled, and sees what became of the orders.
    async fn come_to_rest(&mut self) {
        if !self.model.is_quiet {
            self.stack.hurried().await;
        }
        for (purchase, id) in self.model.undecided() {
            let order = self.stack.find_order(&self.customers[purchase.customer()], &id).await;
            self.model.decide(purchase, &order);
        }
        self.model.is_quiet = true;
    }
}

/// Whether something of it may go on after the answer.
fn leaves_traces(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Order { trouble: Some(_), .. } | Operation::Kill(_) | Operation::Restart | Operation::HoldUp(..)
    )
}
