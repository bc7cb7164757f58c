//! From the command line to a stack that runs, and to its end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local_lambda::Reaper;
use template::System;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::OnceCell;

use crate::arguments::Run;
use crate::builder::{self, Builder};
use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::functions::Functions;
use crate::log_files::LogFiles;
use crate::stack::Stack;
use crate::workspace::Workspace;
use crate::{console, demo, parent, server, watch};

/// How long a stack may take to be healthy.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Runs the stack until a signal ends it.
pub async fn run(arguments: Run) -> Result<(), Error> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Lambda)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Lambda)?;
    let reaper = Reaper::start().await.map_err(Error::Lambda)?;
    let stack = OnceCell::new();
    let parent = parent::ended(arguments.stop_on_stdin_close);
    let outcome = tokio::select! {
        outcome = serve(arguments, reaper.clone(), &stack) => outcome,
        () = reaper.ended() => Err(Error::ReaperDied),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        () = parent => Ok(()),
    };
    if let Some(stack) = stack.get() {
        let stack: &Arc<Stack> = stack;
        stack.stop().await;
    }
    // What is left of the functions and of a build under way goes with the reaper.
    reaper.stop().await;
    outcome
}

async fn serve(arguments: Run, reaper: Reaper, running: &OnceCell<Arc<Stack>>) -> Result<(), Error> {
    let started = Instant::now();
    // What can be refused at once is refused before a build of minutes.
    let listener = server::listen(arguments.port).await?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    let url = format!("http://127.0.0.1:{port}");
    let workspace = Workspace::find().await?;
    let template = arguments.template.unwrap_or_else(|| workspace.root.join("template.yaml"));
    let system = System::read(&template, &arguments.parameter_overrides.into_iter().collect())?;
    let data_dir = arguments.data_dir.unwrap_or_else(|| workspace.target.join("local"));
    let data = DataFolder::take(data_dir, arguments.fresh)?;

    let profile = if arguments.release { "release".to_owned() } else { arguments.profile };
    let binaries: BTreeSet<String> = system.functions.values().map(|function| function.binary.clone()).collect();
    let builder = Builder::new(workspace.clone(), profile, binaries.clone(), reaper.clone());
    let executables = if arguments.no_build {
        builder::built_before(&binaries)?
    } else {
        console::say(&format!("building {} functions …", binaries.len()));
        builder.build().await?
    };

    let logs = data.folder("logs")?;
    let log = LogFiles::new(logs.clone(), arguments.logs);
    let stack = Arc::new(Stack::start(&system, &data, url.clone(), log, reaper).await?);
    let _ = running.set(Arc::clone(&stack));
    let watched = !arguments.no_watch && !arguments.no_build;
    let builds = watched.then(|| data.folder("bin")).transpose()?;
    let mut functions = Functions::new(system.clone(), stack.lambda.clone(), builds)?;
    functions.deploy(&executables)?;

    let serving = server::serve(listener, Arc::clone(&stack));
    let watching = async {
        ready(&url).await?;
        if data.is_new()
            && !arguments.no_demo
            && let Some(admin) = demo::make(&system, &stack, &url).await?
        {
            console::say(&format!("\n  admin: {} / {}", admin.email, admin.password));
        }
        data.mark_used()?;
        console::ready(&url, &logs, &system, started.elapsed());
        if watched {
            watch::watch(workspace.root, template, builder, functions).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        () = serving => Ok(()),
        outcome = watching => outcome,
    }
}

/// Waits until every service says that it is healthy.
async fn ready(url: &str) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        let problem = match reqwest::get(format!("{url}/health")).await {
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
