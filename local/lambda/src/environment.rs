//! The environment variables of a function's process.
//!
//! AWS: "Working with Lambda environment variables, defined runtime environment variables". Nothing of this process's
//! own environment gets through but `PATH` and `RUST_BACKTRACE`: a function that runs here must not depend on a
//! developer's shell. `HOME` stays out too, so that no SDK finds the developer's `~/.aws`; and so does
//! `AWS_EXECUTION_ENV`, which AWS does not define for OS-only runtimes.

use time::OffsetDateTime;
use time::macros::format_description;
use tokio::process::Command;

use crate::credentials::{Credentials, hex};
use crate::deployment::Deployment;
use crate::stack::Stack;

/// The command that starts an instance.
pub(crate) fn command(stack: &Stack, deployment: &Deployment, credentials: &Credentials, instance_id: &str) -> Command {
    let Stack { options, runtime_api, .. } = stack;
    let spec = &deployment.spec;
    let mut command = Command::new(&spec.executable);
    command.current_dir(deployment.task_root()).env_clear();
    for inherited in ["PATH", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(inherited) {
            command.env(inherited, value);
        }
    }
    command.env("LANG", "en_US.UTF-8").env("TZ", ":UTC");
    if let Some(url) = &options.endpoint_url {
        command.env("AWS_ENDPOINT_URL", url);
    }
    command.envs(&spec.environment).envs(&options.environment);
    // Reserved: a function can't set these.
    command
        // With a scheme, as `cargo lambda watch` has it: without one, an address with a path is no URI to the client.
        .env("AWS_LAMBDA_RUNTIME_API", format!("http://{runtime_api}/{instance_id}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", &spec.name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string())
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", spec.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", log_stream_name())
        .env("_HANDLER", "bootstrap")
        .env("LAMBDA_TASK_ROOT", deployment.task_root())
        .env("AWS_REGION", &options.region)
        .env("AWS_DEFAULT_REGION", &options.region)
        .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
        .env("AWS_SESSION_TOKEN", &credentials.session_token);
    command
}

/// `2026/01/31/[$LATEST]` and an id: a stream for each instance. Not the id that opens its Runtime API.
fn log_stream_name() -> String {
    let date = OffsetDateTime::now_utc().format(format_description!("[year]/[month]/[day]")).unwrap_or_default();
    format!("{date}/[$LATEST]{}", hex(rand::random::<[u8; 16]>()))
}
