//! Why a command failed.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::seed;

/// An error of a command, with what to do about it where that is known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cargo could not be run: {0}")]
    Cargo(#[source] io::Error),
    #[error("the workspace could not be read with `cargo metadata`: {0}")]
    Workspace(String),
    #[error("the functions do not build; see above")]
    Build,
    #[error("{0} is not a cargo binary of this workspace, but the template's Metadata names it")]
    NoBinary(String),
    #[error("{0} was not built yet; run without --no-build")]
    NotBuilt(PathBuf),
    #[error("{0}")]
    Template(#[from] local_template::Error),
    #[error("port {port} is taken; stop what listens there or choose another with --port")]
    PortTaken { port: u16 },
    #[error("can't listen on port {port}: {cause}")]
    Port { port: u16, cause: io::Error },
    #[error("{} is in use by another `cargo local`; stop it or choose another folder with --data-dir", .0.display())]
    InUse(PathBuf),
    #[error("{} is not from `cargo local`, which would remove it; choose another folder with --data-dir", .0.display())]
    NotAStacks(PathBuf),
    #[error("{} has other files, and its mode lets others in; choose an empty folder with --data-dir, or give it mode 0700", .0.display())]
    Shared(PathBuf),
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Private(#[from] local_private_files::Error),
    #[error(transparent)]
    Snapshots(#[from] local_snapshots::Error),
    #[error("the snapshot {name} is damaged, or of another version of this program; nothing was changed. ({cause})")]
    Unfit { name: local_snapshots::Name, cause: Box<Error> },
    #[error(
        "the snapshot {name} belongs to a template whose table {table} has another {what}; nothing was changed. Restore it while `cargo local` runs that template (--template)"
    )]
    OtherTemplate { name: local_snapshots::Name, table: String, what: &'static str },
    #[error("the stack is stopping")]
    Stopping,
    #[error(transparent)]
    DynamoDb(#[from] local_dynamodb::Error),
    #[error(transparent)]
    Sqs(#[from] local_sqs::Error),
    #[error(transparent)]
    Secrets(#[from] local_secretsmanager::Error),
    #[error(transparent)]
    Ses(#[from] local_ses::Error),
    #[error(transparent)]
    Iam(#[from] local_iam::Error),
    #[error(transparent)]
    EventSources(#[from] local_event_sources::Error),
    #[error(transparent)]
    Api(#[from] local_apigateway::Error),
    #[error(transparent)]
    Deploy(#[from] local_lambda::DeployError),
    #[error(transparent)]
    Endpoint(#[from] local_lambda::remote::InvalidEndpoint),
    #[error("--host {0} is no name or address of this machine that functions could use")]
    Host(String),
    #[error("can't listen on {address}, the --host for functions: {cause}")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("{}: {cause}", executable.display())]
    Execute { executable: PathBuf, cause: io::Error },
    #[error("{} has no environment for {name}; was it written for another template?", file.display())]
    NoEnvironment { file: PathBuf, name: String },
    #[error("can't start: {0}")]
    Start(#[source] io::Error),
    #[error(transparent)]
    Seed(#[from] seed::error::Error),
    #[error("the process that ends functions with the stack was killed, so the stack stopped")]
    ReaperDied,
    #[error("no stack answers on port {0}; is `cargo local` running? (--port says where)")]
    NoStack(u16),
    #[error("the stack has no function {function}; it has {}", named(functions))]
    NoFunction { function: String, functions: Vec<String> },
    #[error("the stack has no queue {queue}; it has {}", named(queues))]
    NoQueue { queue: String, queues: Vec<String> },
    #[error("no one schedule is called {schedule}; there are {}", named(schedules))]
    NoSchedule { schedule: String, schedules: Vec<String> },
    #[error("{function} failed: {error}")]
    FunctionFailed { function: String, error: String },
    #[error("no mail has the id {0}; `cargo local mail` lists them")]
    NoMail(String),
    #[error("{0}")]
    Unknown(String),
    #[error("{0}")]
    Refused(String),
}

fn named(functions: &[String]) -> String {
    if functions.is_empty() { "none".to_owned() } else { functions.join(", ") }
}
