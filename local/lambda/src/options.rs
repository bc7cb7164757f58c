//! How a stack of functions is run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Reaper, retry};

/// Where the log lines of all functions go; on AWS, CloudWatch Logs.
///
/// Called in the order in which an instance wrote, from the task that also serves its invocations: it must not block.
pub trait LogSink: Send + Sync + 'static {
    /// Takes one line, without its line break, of the function of this name.
    fn line(&self, function: &str, line: &str);
}

impl<F: Fn(&str, &str) + Send + Sync + 'static> LogSink for F {
    fn line(&self, function: &str, line: &str) {
        self(function, line);
    }
}

/// How a [`Lambda`](crate::Lambda) runs its functions. The default has AWS's limits and throws the logs away.
#[derive(Clone)]
pub struct Options {
    /// `AWS_REGION` of the functions.
    pub region: String,
    /// `AWS_ENDPOINT_URL` of the functions: where their SDKs find the other services.
    pub endpoint_url: Option<String>,
    /// Variables every function gets. They win over a function's own, as the stack knows its ports best.
    pub environment: BTreeMap<String, String>,
    /// Invocations at once of a function without reserved concurrency.
    pub concurrency: u32,
    /// How long an instance may be idle before it is ended.
    pub idle_timeout: Duration,
    /// How long an instance may take to its first poll.
    pub init_timeout: Duration,
    /// How long after a failure each further try of an asynchronous invocation is made, if the function allows it.
    pub retry_delays: Vec<Duration>,
    /// Where log lines go.
    pub log: Arc<dyn LogSink>,
    /// Ends the functions when this process is killed. `None` leaves that to the runtime, which can't after SIGKILL.
    pub reaper: Option<Reaper>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: local_template::REGION.to_owned(),
            endpoint_url: None,
            environment: BTreeMap::new(),
            concurrency: 64,
            idle_timeout: Duration::from_secs(600),
            init_timeout: Duration::from_secs(10),
            retry_delays: retry::DELAYS.to_vec(),
            log: Arc::new(|_: &str, _: &str| {}),
            reaper: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("environment", &self.environment)
            .field("concurrency", &self.concurrency)
            .field("idle_timeout", &self.idle_timeout)
            .field("init_timeout", &self.init_timeout)
            .field("retry_delays", &self.retry_delays)
            .field("reaper", &self.reaper)
            .finish_non_exhaustive()
    }
}
