//! The deployed functions, and the names that a caller may use for them.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::job::{Job, Pending, Request};
use crate::pool::Pool;
use crate::stack::Stack;
use crate::{FunctionSpec, InvokeError, Retries, credentials};

/// All functions of one stack, each with its pool of instances.
pub(crate) struct Functions {
    pub stack: Arc<Stack>,
    registry: RwLock<Registry>,
}

#[derive(Default)]
struct Registry {
    by_name: HashMap<String, Arc<Pool>>,
    /// Logical ids and ARNs. Looked up after the names, so a name wins over another function's logical id.
    aliases: HashMap<String, Arc<Pool>>,
    /// Names of functions by what the ids of their access keys begin with.
    callers: HashMap<String, String>,
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

/// A snapshot of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceInfo {
    /// The function's name.
    pub function: String,
    /// Its process id, once the process is started.
    pub pid: Option<u32>,
    /// Whether it serves an invocation, or starts for one.
    pub busy: bool,
}

impl Functions {
    pub fn new(stack: Arc<Stack>) -> Self {
        Self { stack, registry: RwLock::default() }
    }

    /// Starts an invocation. It belongs to its instance from here on: a caller who goes away does not stop it.
    pub fn dispatch(&self, function: &str, request: Request) -> Result<Pending, InvokeError> {
        let pool = self.find(function)?;
        let (job, pending) = Job::new(&pool.name, request);
        pool.dispatch(job);
        Ok(pending)
    }

    /// The tries that an event for this function has.
    pub fn retries(&self, function: &str) -> Result<Retries, InvokeError> {
        Ok(Retries::with_delays(self.find(function)?.event_invoke(), &self.stack.options.retry_delays))
    }

    /// The function of a name, a logical id or an ARN.
    pub fn find(&self, function: &str) -> Result<Arc<Pool>, InvokeError> {
        let registry = self.read();
        let pool = registry.by_name.get(function).or_else(|| registry.aliases.get(function));
        pool.cloned().ok_or_else(|| InvokeError::NotFound(function.to_owned()))
    }

    /// The name of the function that owns an access key id.
    pub fn caller(&self, access_key_id: &str) -> Option<String> {
        self.read().callers.get(credentials::function_part(access_key_id)?).cloned()
    }

    pub fn instances(&self) -> Vec<InstanceInfo> {
        let registry = self.read();
        let of = |(function, pool): (&String, &Arc<Pool>)| {
            let function = function.clone();
            pool.members().into_iter().map(move |(pid, busy)| InstanceInfo { function: function.clone(), pid, busy })
        };
        registry.by_name.iter().flat_map(of).collect()
    }

    pub fn deploy(&self, spec: FunctionSpec) -> Result<(), DeployError> {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        // Checked under the lock, so that `close` finds every pool there will ever be.
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
        registry.callers.insert(pool.key_prefix.clone(), name.clone());
        for alias in aliases {
            registry.aliases.insert(alias, pool.clone());
        }
        registry.by_name.insert(name, pool);
        Ok(())
    }

    /// Takes no more invocations, and ends the idle instances.
    pub fn close(&self) {
        let registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        self.stack.close();
        for pool in registry.by_name.values() {
            pool.stop_idle();
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }
}
