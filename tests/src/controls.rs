//! The controls of `cargo local`, under `/_local/`: events in flight, injected failures, running functions.

use http::Method;
use serde_json::Value;

use crate::request::Request;
use crate::stack::Stack;

/// A process of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The function's name.
    pub function: String,
    /// Its process id.
    pub pid: u32,
    /// Whether it handles an event now.
    pub busy: bool,
}

impl Stack {
    /// The processes of its functions.
    pub async fn instances(&self) -> Vec<Instance> {
        let found = self.control(Method::GET, "instances").await;
        let instance = |one: &Value| {
            let pid = one["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok())?;
            Some(Instance { function: one["function"].as_str()?.to_owned(), pid, busy: one["busy"].as_bool()? })
        };
        found.as_array().unwrap().iter().filter_map(instance).collect()
    }

    /// The process ids of its functions.
    pub async fn pids(&self) -> Vec<u32> {
        self.instances().await.into_iter().map(|instance| instance.pid).collect()
    }

    /// Waits until a function handles an event, and gives its process id.
    pub async fn until_busy(&self, function: &str) -> u32 {
        loop {
            let instances = self.instances().await;
            if let Some(busy) = instances.into_iter().find(|one| one.function == function && one.busy) {
                return busy.pid;
            }
        }
    }

    /// Waits until every event source has delivered all there is.
    pub async fn drained(&self) {
        self.control(Method::POST, "event-sources/drain").await;
    }

    /// Makes some of the next database calls fail (`Fault` of `local-dynamodb`).
    pub async fn inject(&self, fault: Value) {
        let answer = self.controlling(Method::POST, "dynamodb/faults").json(fault).send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// Makes some of the next mails fail (`Fault` of `local-ses`).
    pub async fn fail_mail(&self, fault: Value) {
        let answer = self.controlling(Method::POST, "ses/faults").json(fault).send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// Removes the injected failures of mails that have not happened yet.
    pub async fn clear_mail_faults(&self) {
        self.control(Method::DELETE, "ses/faults").await;
    }

    /// The mails that were sent to this address, the oldest first.
    pub async fn mails(&self, address: &str) -> Vec<Value> {
        let all = self.control(Method::GET, "mails").await;
        all.as_array()
            .unwrap()
            .iter()
            .rev()
            .filter(|mail| mail["to"] == serde_json::json!([address]))
            .cloned()
            .collect()
    }

    /// Removes the injected failures that have not happened yet.
    pub async fn clear_faults(&self) {
        self.control(Method::DELETE, "dynamodb/faults").await;
    }

    /// Calls a control of the stack, under `/_local/`.
    ///
    /// # Panics
    /// The status is not 200.
    pub async fn control(&self, method: Method, path: &str) -> Value {
        let answer = self.controlling(method, path).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.body
    }

    /// Whether there are controls.
    pub(crate) fn is_controlled(&self) -> bool {
        self.remote().is_none_or(|remote| remote.controls.is_some())
    }

    fn controlling(&self, method: Method, path: &str) -> Request<'_> {
        let address = match self.remote() {
            None => &self.api,
            Some(remote) => remote.controls.as_ref().expect("CONTROLS_URL: this place has no controls"),
        };
        self.request_to(address, method, &format!("/_local/{path}")).header("x-local-stack", "1")
    }
}

/// The token in a mail: a line of its own.
///
/// # Panics
/// There is none.
pub fn mailed_token(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let is_token = |line: &&str| line.len() == 86 && !line.contains(' ');
    text.lines().find(is_token).unwrap_or_else(|| panic!("no token in {text}")).to_owned()
}
