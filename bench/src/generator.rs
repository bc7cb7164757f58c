//! The load generator: connections that each ask again as soon as they are answered (a closed loop).
//!
//! It has a thread and a runtime of its own, so that it takes one core at most, and no more of it than it needs: what
//! is measured runs on the same machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::latencies::Latencies;

/// How a load is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Connections at the same time.
    pub connections: usize,
    /// Warm-up, whose responses don't count: instances start, caches fill.
    pub warm_up: Duration,
    /// The time after the warm-up, whose responses count.
    pub lasts: Duration,
}

/// The outcome of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Of requests that were answered as they should be, within the time that counts.
    pub latencies: Latencies,
    /// Requests that were answered with another status, or not.
    pub failed: u64,
    /// All that were answered as they should be, warm-up included.
    pub succeeded: u64,
    /// The first failure.
    pub first_failure: Option<String>,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.latencies.append(other.latencies);
        self.failed += other.failed;
        self.succeeded += other.succeeded;
        self.first_failure = self.first_failure.take().or(other.first_failure);
    }
}

/// Makes the `nth` request of a connection.
pub type Next = Arc<dyn Fn(usize, u64) -> Ask + Send + Sync>;

/// Makes a load.
pub async fn load(address: SocketAddr, plan: Plan, next: Next) -> Result<Outcome, Error> {
    apart(async move {
        let counts_from = Instant::now() + plan.warm_up;
        let until = counts_from + plan.lasts;
        let clients = (0..plan.connections).map(|connection| {
            let next = Arc::clone(&next);
            tokio::task::spawn(client(address, counts_from, until, move |n| next(connection, n)))
        });
        let clients: Vec<_> = clients.collect();
        let mut outcome = Outcome::default();
        for client in clients {
            outcome.add(client.await.map_err(lost)??);
        }
        Ok(outcome)
    })
    .await
}

async fn client(
    address: SocketAddr,
    counts_from: Instant,
    until: Instant,
    next: impl Fn(u64) -> Ask,
) -> Result<Outcome, Error> {
    let mut connection = Connection::open(address).await?;
    let mut outcome = Outcome::default();
    for n in 0.. {
        let ask = next(n);
        let began = Instant::now();
        if began >= until {
            break;
        }
        match connection.send(&ask).await {
            Ok(_) => {
                outcome.succeeded += 1;
                // Answers count that come within the time, so that their number through its length is the rate.
                let now = Instant::now();
                if now >= counts_from && now < until {
                    outcome.latencies.push(now - began);
                }
            }
            Err(error) => {
                outcome.failed += 1;
                outcome.first_failure.get_or_insert_with(|| error.to_string());
                if matches!(error, Error::Network { .. }) {
                    connection = Connection::open(address).await?;
                }
            }
        }
    }
    Ok(outcome)
}

/// Sends requests one after another on one connection; each has to be answered as it should be.
pub async fn one_by_one(address: SocketAddr, asks: Vec<Ask>) -> Result<Latencies, Error> {
    apart(async move {
        let mut connection = Connection::open(address).await?;
        let mut latencies = Latencies::default();
        for ask in &asks {
            let began = Instant::now();
            connection.send(ask).await?;
            latencies.push(began.elapsed());
        }
        Ok(latencies)
    })
    .await
}

/// Runs on a thread of its own.
async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T, Error>> + Send + 'static) -> Result<T, Error> {
    let thread = tokio::task::spawn_blocking(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| Error::Run { program: "the load generator".to_owned(), cause })?;
        runtime.block_on(work)
    });
    thread.await.map_err(lost)?
}

fn lost(cause: tokio::task::JoinError) -> Error {
    Error::Run { program: "the load generator".to_owned(), cause: cause.into() }
}
