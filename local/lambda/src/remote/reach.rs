//! Whether an endpoint can be reached.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

/// What is known of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Nobody has tried.
    #[default]
    Unknown,
    /// Something listened there when it was last tried.
    Reached,
    /// Nothing did.
    Lost,
}

/// The wait after a try that failed; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Knows whether an endpoint can be reached, and waits until it can.
pub(super) struct Watcher {
    address: (String, u16),
    reach: watch::Sender<Reach>,
    /// Held by the one who tries: all others wait for what it finds.
    trying: Mutex<()>,
}

impl Watcher {
    pub fn new(host: &str, port: u16) -> Self {
        // A URL has the brackets of an IPv6 address, an address of a socket has not.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Self { address: (host, port), reach: watch::Sender::default(), trying: Mutex::default() }
    }

    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// A call did not get through.
    pub fn lost(&self) {
        self.become_known(Reach::Lost);
    }

    /// Waits until the endpoint listens: not at all, as long as no call fails.
    pub async fn reached(&self) {
        let _trying = self.trying.lock().await;
        let mut wait = FIRST_WAIT;
        while *self.reach.borrow() != Reach::Reached {
            if TcpStream::connect((self.address.0.as_str(), self.address.1)).await.is_ok() {
                self.become_known(Reach::Reached);
                return;
            }
            self.become_known(Reach::Lost);
            sleep(wait).await;
            wait = LONGEST_WAIT.min(wait * 2);
        }
    }

    fn become_known(&self, now: Reach) {
        self.reach.send_if_modified(|reach| std::mem::replace(reach, now) != now);
    }
}
