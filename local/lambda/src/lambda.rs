//! One stack of functions: deployed, invoked and shut down together.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use local_stories::Span;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::functions::Functions;
use crate::job::{Outcome, Request};
use crate::stack::Stack;
use crate::{DeployError, FunctionSpec, InstanceInfo, Invocation, Invoke, InvokeError, Options, retry, runtime_api};

/// AWS Lambda on this machine: the functions deployed to it, and the processes that serve them.
///
/// Cheap to clone; all clones are the same stack. Dropping the last clone kills every process at once;
/// [`shutdown`](Self::shutdown) lets invocations under way finish first.
#[derive(Clone)]
pub struct Lambda {
    functions: Arc<Functions>,
    /// Dropped with the last clone, although instances and queued events hold on to the functions.
    owner: Arc<Owner>,
}

struct Owner {
    stack: Arc<Stack>,
    runtime_api: AbortHandle,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.stack.close();
        self.stack.kill_all();
        self.runtime_api.abort();
    }
}

impl Lambda {
    /// Starts a stack without functions.
    ///
    /// # Errors
    /// The Runtime API can't listen on the loopback address.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let stack = Arc::new(Stack::new(options, listener.local_addr()?));
        let runtime_api = tokio::spawn(runtime_api::serve(listener, stack.clone())).abort_handle();
        let owner = Arc::new(Owner { stack: stack.clone(), runtime_api });
        Ok(Self { functions: Arc::new(Functions::new(stack)), owner })
    }

    /// Adds a function, or replaces the one of this name: invocations from now on start new instances, idle old
    /// instances end, busy ones finish their invocation first.
    ///
    /// # Errors
    /// There is no such executable, or the stack is shutting down.
    pub fn deploy(&self, mut spec: FunctionSpec) -> Result<(), DeployError> {
        let unusable =
            |source| DeployError::Executable { function: spec.name.clone(), path: spec.executable.clone(), source };
        // Functions run in another folder, where a relative path would mean something else.
        let executable = std::path::absolute(&spec.executable).map_err(unusable)?;
        std::fs::metadata(&executable).map_err(unusable)?;
        spec.executable = executable;
        self.functions.deploy(spec)
    }

    /// Puts an event into the function's queue (`InvocationType: Event`) and returns its request id. A failed
    /// invocation is retried twice, a throttled one for hours, unless the function's `EventInvokeConfig` says less.
    /// Events still queued when the stack ends are lost.
    ///
    /// # Errors
    /// There is no such function, or the stack is shutting down.
    pub fn invoke_async(&self, function: &str, payload: Bytes) -> Result<String, InvokeError> {
        self.enqueue(function, Request::new(payload))
    }

    /// The name of the function whose credentials have this access key id.
    pub fn caller(&self, access_key_id: &str) -> Option<String> {
        self.functions.caller(access_key_id)
    }

    /// The place, in its stories, of the invocation that the instance with this access key id is at.
    pub fn span(&self, access_key_id: &str) -> Span {
        self.owner.stack.span(access_key_id)
    }

    /// All instances as they are now.
    pub fn instances(&self) -> Vec<InstanceInfo> {
        self.functions.instances()
    }

    /// Takes no more invocations, lets those under way finish within the grace period, ends all processes and waits
    /// for the last of them. Can be called twice.
    pub async fn shutdown(&self, grace: Duration) {
        let Owner { stack, runtime_api } = &*self.owner;
        self.functions.close();
        if tokio::time::timeout(grace, stack.all_left()).await.is_err() {
            stack.kill_all();
            stack.all_left().await;
        }
        runtime_api.abort();
    }

    /// Fails if there is no function of this name, logical id or ARN.
    pub(crate) fn check(&self, function: &str) -> Result<(), InvokeError> {
        self.functions.find(function).map(drop)
    }

    /// Runs an invocation to its end.
    pub(crate) async fn run(&self, function: &str, request: Request) -> Result<Outcome, InvokeError> {
        self.functions.dispatch(function, request)?.reply().await
    }

    /// Queues an invocation.
    pub(crate) fn enqueue(&self, function: &str, request: Request) -> Result<String, InvokeError> {
        if self.functions.stack.is_closing() {
            return Err(InvokeError::Unavailable("shutting down".to_owned()));
        }
        let request_id = request.request_id.clone();
        let retries = self.functions.retries(function)?;
        let first = self.functions.dispatch(function, request.clone())?;
        tokio::spawn(retry::until_it_succeeds(self.functions.clone(), function.to_owned(), request, first, retries));
        Ok(request_id)
    }
}

impl Invoke for Lambda {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        self.invoke_within(Span::default(), function, payload)
    }

    fn invoke_within<'a>(
        &'a self,
        span: Span,
        function: &'a str,
        payload: Bytes,
    ) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        let request = Request { span, ..Request::new(payload) };
        Box::pin(async move { Ok(self.run(function, request).await?.invocation) })
    }
}
