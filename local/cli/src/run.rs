//! From the command line to a stack that runs, and to its end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local_iam::Iam;
use local_lambda::{Lambda, Options, Reaper};
use local_template::System;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::OnceCell;
use tokio::task::AbortHandle;

use crate::arguments::{Part, Run};
use crate::builder::{self, Builder};
use crate::data_folder::DataFolder;
use crate::docs::Docs;
use crate::error::Error;
use crate::functions::Functions;
use crate::log_files::LogFiles;
use crate::stack::Stack;
use crate::watch::Sources;
use crate::workspace::Workspace;
use crate::{backends, client, console, demo, docs, parent, server, watch};

/// How long a stack may take to be healthy.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Runs the stack until a signal ends it.
pub async fn run(arguments: Run) -> Result<(), Error> {
    raise_file_limit();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Start)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Start)?;
    let reaper = Reaper::start().await.map_err(Error::Start)?;
    let running = OnceCell::new();
    let parent = parent::ended(arguments.stop_on_stdin_close);
    let outcome = tokio::select! {
        outcome = start(arguments, reaper.clone(), &running) => outcome,
        () = reaper.ended() => Err(Error::ReaperDied),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        () = parent => Ok(()),
    };
    if let Some(Running { stack, server }) = running.get() {
        // What functions still do in their last moments, they do through the port.
        stack.stop().await;
        server.abort();
    }
    // What is left of the functions and of a build under way goes with the reaper.
    reaper.stop().await;
    outcome
}

/// A stack and what serves it.
pub struct Running {
    pub stack: Arc<Stack>,
    pub server: AbortHandle,
}

/// Starts what is asked for, and goes on until dropped.
async fn start(arguments: Run, reaper: Reaper, running: &OnceCell<Running>) -> Result<(), Error> {
    match arguments.only {
        None => serve(arguments, reaper, running).await,
        Some(Part::Backends) => backends::serve(arguments, running).await,
    }
}

async fn serve(arguments: Run, reaper: Reaper, running: &OnceCell<Running>) -> Result<(), Error> {
    let started = Instant::now();
    // What can be refused at once is refused before a build of minutes.
    let listener = server::listen(arguments.port).await?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    let url = format!("http://127.0.0.1:{port}");
    let workspace = Workspace::find().await?;
    let profile = arguments.named_profile().map(str::to_owned);
    let template = arguments.template.unwrap_or_else(|| workspace.root.join("template.yaml"));
    let system = System::read(&template, &arguments.parameter_overrides.into_iter().collect())?;
    let iam = Iam::new(&system)?;
    let data_dir = arguments.data_dir.unwrap_or_else(|| workspace.target.join("local"));
    let data = DataFolder::take(data_dir, arguments.fresh)?;

    let binaries: BTreeSet<String> = system.functions.values().map(|function| function.binary.clone()).collect();
    let build_profile = profile.clone().unwrap_or_else(|| "dev".to_owned());
    let builder = Builder::new(workspace.clone(), build_profile, binaries.clone(), reaper.clone());
    // Before the first build: what changes while that goes on is built again after it.
    let sources = Sources::look(&workspace.root, &template);
    let executables = if arguments.no_build {
        builder::built_before(&binaries, &workspace, profile.as_deref())?
    } else {
        console::say(&format!("building {} functions …", binaries.len()));
        builder.build().await?
    };

    let logs = data.folder("logs")?;
    let lambda = Lambda::start(Options {
        region: system.region.clone(),
        endpoint_url: Some(url.clone()),
        log: Arc::new(LogFiles::new(logs.clone(), arguments.logs)),
        reaper: Some(reaper),
        ..Options::default()
    });
    let lambda = lambda.await.map_err(Error::Start)?;
    let stack = Arc::new(Stack::start(&system, iam, &data, lambda.clone()).await?);
    let watched = !arguments.no_watch && !arguments.no_build;
    let builds = watched.then(|| data.folder("bin")).transpose()?;
    let mut functions = Functions::new(system.clone(), lambda, builds)?;
    functions.deploy(&executables)?;

    let docs = Docs::find(&workspace.root, &system);
    let has_docs = docs.is_some();
    let server = tokio::spawn(server::serve(listener, Arc::clone(&stack), docs)).abort_handle();
    let _ = running.set(Running { stack: Arc::clone(&stack), server });
    ready(&url).await?;
    if data.is_new()
        && !arguments.no_demo
        && let Some(admin) = demo::make(&system, &stack, &url).await?
    {
        console::say(&format!("\n  admin: {} / {}", admin.email, admin.password));
    }
    data.mark_used()?;
    if has_docs {
        console::say(&format!("\n  {url}{} describes the API and tries it out", docs::PATH));
    }
    console::ready(&url, &logs, &system, started.elapsed());
    if watched {
        watch::watch(sources, builder, functions).await;
    }
    std::future::pending().await
}

/// Each instance of a function takes some files of this process, and macOS allows 256 unless asked.
fn raise_file_limit() {
    const WANTED: u64 = 10_240;
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    if limit.current.is_some_and(|current| current < wanted) {
        // Where it is refused, the stack runs with fewer instances.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
}

/// Waits until every service says that it is healthy.
async fn ready(url: &str) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        let problem = match client::http().get(format!("{url}/health")).send().await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => response.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        if started.elapsed() >= READY_WITHIN {
            return Err(Error::NotReady(READY_WITHIN.as_secs(), problem));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
