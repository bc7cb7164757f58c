//! The functions of a stack, wherever they run.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use local_lambda::{InstanceInfo, Invocation, Invoke, InvokeError, Lambda, Remote, api, remote};

/// Who runs the functions.
pub enum Functions {
    /// This process.
    Here(Lambda),
    /// Another program, which serves the Invoke API.
    Elsewhere(Remote),
}

impl Functions {
    /// Answers a request of the Invoke API.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self {
            Self::Here(lambda) => api::handle(lambda, request).await,
            Self::Elsewhere(remote) => remote::api::handle(remote, request).await,
        }
    }

    /// Runs a function once.
    pub async fn invoke(&self, function: &str, payload: Bytes) -> Result<Invocation, InvokeError> {
        match self {
            Self::Here(lambda) => lambda.invoke(function, payload).await,
            Self::Elsewhere(remote) => remote.invoke(function, payload).await,
        }
    }

    /// Which function (by name) an access key id is the one of. Functions that run elsewhere share theirs.
    pub fn caller(&self, access_key_id: &str) -> Option<String> {
        match self {
            Self::Here(lambda) => lambda.caller(access_key_id),
            Self::Elsewhere(_) => None,
        }
    }

    /// The instances there are in this process's hands.
    pub fn instances(&self) -> Vec<InstanceInfo> {
        match self {
            Self::Here(lambda) => lambda.instances(),
            Self::Elsewhere(_) => Vec::new(),
        }
    }

    /// Ends the functions that run here and waits for the last.
    pub async fn shutdown(&self, grace: Duration) {
        if let Self::Here(lambda) = self {
            lambda.shutdown(grace).await;
        }
    }
}
