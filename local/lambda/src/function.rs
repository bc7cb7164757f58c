//! What is deployed: a function of the template, and the executable that is its code.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use local_template::EventInvoke;

/// A function to [deploy](crate::Lambda::deploy).
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its name; deploying the same name again swaps the function in place.
    pub name: String,
    /// Its unqualified ARN.
    pub arn: String,
    /// `AutoPublishAlias`: what a caller may name as its version.
    pub alias: Option<String>,
    /// The program that runs as its `bootstrap`.
    pub executable: PathBuf,
    /// `MemorySize` in MB.
    pub memory_mb: u32,
    /// `Timeout`.
    pub timeout: Duration,
    /// `Environment.Variables`.
    pub environment: BTreeMap<String, String>,
    /// `ReservedConcurrentExecutions`; `None` shares [`Options::concurrency`](crate::Options::concurrency)'s limit.
    pub reserved_concurrency: Option<u32>,
    /// `EventInvokeConfig`: when an asynchronous invocation is given up.
    pub event_invoke: EventInvoke,
}

impl FunctionSpec {
    /// The template's function `logical_id`, with `executable` as its code.
    pub fn new(
        logical_id: impl Into<String>,
        function: &local_template::Function,
        executable: impl Into<PathBuf>,
    ) -> Self {
        Self {
            logical_id: logical_id.into(),
            name: function.name.clone(),
            arn: function.arn.clone(),
            alias: function.alias.clone(),
            executable: executable.into(),
            memory_mb: function.memory_mb,
            timeout: function.timeout,
            environment: function.environment.clone(),
            reserved_concurrency: function.reserved_concurrency,
            event_invoke: function.event_invoke,
        }
    }
}
