//! The functions of one stack.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::job::{Job, Outcome, Reply, Request};
use crate::pool::Pool;
use crate::stack::Stack;
use crate::{FunctionSpec, Invocation, Invoke, InvokeError, Options, retry, runtime_api};

/// AWS Lambda on this machine: the functions deployed to it, and the processes that serve them.
///
/// Cheap to clone; all clones are the same stack. It ends with the last of them, at once; [`shutdown`](Self::shutdown)
/// is the polite way.
#[derive(Clone)]
pub struct Lambda {
    functions: Arc<Functions>,
    /// Dropped with the last clone, although instances and queued events hold on to the functions.
    _owner: Arc<Owner>,
}

/// What is deployed, and how to find it.
pub(crate) struct Functions {
    pub stack: Arc<Stack>,
    registry: RwLock<Registry>,
    listener: AbortHandle,
}

#[derive(Default)]
struct Registry {
    by_name: HashMap<String, Arc<Pool>>,
    /// Logical ids and ARNs; a name goes before a logical id.
    aliases: HashMap<String, Arc<Pool>>,
    callers: HashMap<String, String>,
}

struct Owner(Arc<Functions>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.stack.close();
        self.0.stack.kill_all();
        self.0.listener.abort();
    }
}

/// Why a function was not deployed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Its executable can't be read.
    #[error("{function}: {}: {source}", path.display())]
    Executable {
        /// The function's name.
        function: String,
        /// Where the executable should be.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The stack is shutting down.
    #[error("{0}: shutting down")]
    Closed(String),
}

/// One instance, as it was when asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceInfo {
    /// The function's name.
    pub function: String,
    /// Its process, once that is started.
    pub pid: Option<u32>,
    /// Whether it serves an invocation, or starts for one.
    pub busy: bool,
}

impl Lambda {
    /// Starts a stack without functions.
    ///
    /// # Errors
    /// The Runtime API can't listen on the loopback address.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let stack = Arc::new(Stack::new(options, listener.local_addr()?));
        let listener = tokio::spawn(runtime_api::serve(listener, stack.clone())).abort_handle();
        let functions = Arc::new(Functions { stack, registry: RwLock::default(), listener });
        Ok(Self { _owner: Arc::new(Owner(functions.clone())), functions })
    }

    /// Adds a function, or swaps the one of this name in place: invocations from now on start new instances, idle
    /// old ones end, busy ones finish their invocation first.
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

    /// Puts an event into the function's queue (`InvocationType: Event`) and gives its request id. A failed invocation
    /// is tried again twice, a throttled one for hours; what is in the queue when the stack ends is lost.
    ///
    /// # Errors
    /// There is no such function, or the stack is shutting down.
    pub fn invoke_async(&self, function: &str, payload: Bytes) -> Result<String, InvokeError> {
        self.enqueue(function, Request::new(payload))
    }

    /// Which function (by name) an access key id is the one of.
    pub fn caller(&self, access_key_id: &str) -> Option<String> {
        self.functions.read().callers.get(access_key_id).cloned()
    }

    /// The instances there are.
    pub fn instances(&self) -> Vec<InstanceInfo> {
        let registry = self.functions.read();
        let of = |(function, pool): (&String, &Arc<Pool>)| {
            let function = function.clone();
            pool.members().into_iter().map(move |(pid, busy)| InstanceInfo { function: function.clone(), pid, busy })
        };
        registry.by_name.iter().flat_map(of).collect()
    }

    /// Takes no more invocations, lets those under way finish within the grace period, ends all processes and waits
    /// for the last of them. Can be called twice.
    pub async fn shutdown(&self, grace: Duration) {
        let Functions { stack, listener, .. } = &*self.functions;
        self.functions.close();
        if tokio::time::timeout(grace, stack.all_left()).await.is_err() {
            stack.kill_all();
            stack.all_left().await;
        }
        listener.abort();
    }

    /// Whether there is such a function, by name, logical id or ARN.
    pub(crate) fn find(&self, function: &str) -> Result<Arc<Pool>, InvokeError> {
        self.functions.find(function)
    }

    /// Runs an invocation to its end.
    pub(crate) async fn run(&self, function: &str, request: Request) -> Result<Outcome, InvokeError> {
        answer(self.functions.dispatch(function, request)?).await
    }

    /// Queues an invocation.
    pub(crate) fn enqueue(&self, function: &str, request: Request) -> Result<String, InvokeError> {
        if self.functions.stack.is_closing() {
            return Err(InvokeError::Unavailable("shutting down".to_owned()));
        }
        let request_id = request.request_id.clone();
        let first = self.functions.dispatch(function, request.clone())?;
        tokio::spawn(retry::until_it_succeeds(self.functions.clone(), function.to_owned(), request, first));
        Ok(request_id)
    }
}

impl Invoke for Lambda {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Invocation, InvokeError>> {
        Box::pin(async move { Ok(self.run(function, Request::new(payload)).await?.invocation) })
    }
}

/// Waits for the end of an invocation.
pub(crate) async fn answer(reply: oneshot::Receiver<Reply>) -> Reply {
    reply.await.unwrap_or_else(|_| Err(InvokeError::Unavailable("its instance is lost".to_owned())))
}

impl Functions {
    /// Starts an invocation, which is the instance's from here on: a caller who goes away does not stop it.
    pub fn dispatch(&self, function: &str, request: Request) -> Result<oneshot::Receiver<Reply>, InvokeError> {
        let (reply, receiver) = oneshot::channel();
        self.find(function)?.dispatch(Job { request, reply });
        Ok(receiver)
    }

    fn find(&self, function: &str) -> Result<Arc<Pool>, InvokeError> {
        let registry = self.read();
        let pool = registry.by_name.get(function).or_else(|| registry.aliases.get(function));
        pool.cloned().ok_or_else(|| InvokeError::NotFound(function.to_owned()))
    }

    fn deploy(&self, spec: FunctionSpec) -> Result<(), DeployError> {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that `close` finds every pool there will ever be.
        if self.stack.is_closing() {
            return Err(DeployError::Closed(spec.name));
        }
        let (name, others) = (spec.name.clone(), [spec.logical_id.clone(), spec.arn.clone()]);
        // Versions are not kept, so an alias always stands for what is deployed.
        let qualified = spec.alias.iter().flat_map(|alias| {
            others.iter().chain([&name]).map(move |unqualified| local_template::alias_arn(unqualified, alias))
        });
        let aliases: Vec<String> = others.iter().cloned().chain(qualified).collect();
        let pool = match registry.by_name.get(&name) {
            Some(pool) => {
                pool.deploy(spec);
                pool.clone()
            }
            None => Arc::new(Pool::new(self.stack.clone(), spec)),
        };
        registry.callers.insert(pool.credentials.access_key_id.clone(), name.clone());
        for alias in aliases {
            registry.aliases.insert(alias, pool.clone());
        }
        registry.by_name.insert(name, pool);
        Ok(())
    }

    fn close(&self) {
        let registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        self.stack.close();
        for pool in registry.by_name.values() {
            pool.stop_idle();
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }
}
