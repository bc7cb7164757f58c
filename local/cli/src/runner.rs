//! The functions of a stack, whichever program runs them.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use local_lambda::{InstanceInfo, Invoke, Lambda, Remote, api, remote};
use local_stories::{Call, Span};
use local_template::{Function, System};

/// The program that runs the functions.
pub enum Runner {
    /// This process.
    Here(Lambda),
    /// Another program, which serves the Invoke API.
    Elsewhere {
        /// The client of that program's Invoke API.
        remote: Remote,
        /// The functions' names, by the ids of their access keys.
        callers: BTreeMap<String, String>,
    },
}

/// The id of the access key of a function that runs elsewhere, which gets it in its environment.
pub fn access_key_id(logical_id: &str) -> String {
    logical_id.to_owned()
}

impl Runner {
    /// The functions of a system, run by another program.
    pub fn elsewhere(system: &System, remote: Remote) -> Self {
        let caller = |(logical_id, function): (&String, &Function)| (access_key_id(logical_id), function.name.clone());
        Self::Elsewhere { remote, callers: system.functions.iter().map(caller).collect() }
    }

    /// Whether this process runs the functions.
    pub fn is_here(&self) -> bool {
        matches!(self, Self::Here(_))
    }

    /// Answers a request of the Invoke API.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self {
            Self::Here(lambda) => api::handle(lambda, request).await,
            Self::Elsewhere { remote, .. } => remote::api::handle(remote, request).await,
        }
    }

    /// The name of the function that has this access key.
    pub fn caller(&self, access_key_id: &str) -> Option<String> {
        match self {
            Self::Here(lambda) => lambda.caller(access_key_id),
            Self::Elsewhere { callers, .. } => callers.get(access_key_id).cloned(),
        }
    }

    /// The place, in its stories, of what the function with this access key is at. What runs elsewhere has no stories.
    pub fn span(&self, access_key_id: &str) -> Span {
        match self {
            Self::Here(lambda) => lambda.span(access_key_id),
            Self::Elsewhere { .. } => Span::default(),
        }
    }

    /// Calls a function, and records its run as the call's story. Returns at once. What runs elsewhere has no stories.
    pub fn start(&self, call: Call, function: String, event: Bytes) {
        if let Self::Here(lambda) = self {
            let lambda = lambda.clone();
            tokio::spawn(async move {
                let outcome = lambda.invoke_within(call.span().clone(), &function, event).await;
                call.finish(None, !matches!(outcome, Ok(invocation) if invocation.function_error.is_none()));
            });
        }
    }

    /// The instances that this process runs.
    pub fn instances(&self) -> Vec<InstanceInfo> {
        match self {
            Self::Here(lambda) => lambda.instances(),
            Self::Elsewhere { .. } => Vec::new(),
        }
    }

    /// Ends the functions that run here, and waits for the last one.
    pub async fn shutdown(&self, grace: Duration) {
        if let Self::Here(lambda) = self {
            lambda.shutdown(grace).await;
        }
    }
}
