//! `cargo local` without `--only`: builds the functions, and serves all that the template describes.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local_event_sources::Redelivery;
use local_lambda::{Lambda, Options, Reaper};
use local_logs::{Limits, Logs};
use local_stories::Recorder;
use tokio::sync::{Mutex, OnceCell};

use crate::arguments::Run;
use crate::builder::{self, Builder};
use crate::current::Current;
use crate::data_folder::DataFolder;
use crate::docs::Docs;
use crate::error::Error;
use crate::functions::Functions;
use crate::log_files::LogFiles;
use crate::project::Project;
use crate::running::Running;
use crate::seed::Seed;
use crate::stack::{self, About, Stack};
use crate::watch::Sources;
use crate::{console, docs, server, snapshots, watch};

/// The seed file's name, beside the template.
const SEED_FILE: &str = "seed.http";

/// How long event sources may take to process what the seed's requests caused.
const PROCESSED_WITHIN: Duration = Duration::from_secs(10);

/// Serves until dropped.
///
/// # Errors
/// Why the stack did not start.
pub async fn serve(arguments: Run, reaper: Reaper, running: &OnceCell<Running>) -> Result<Infallible, Error> {
    let started = Instant::now();
    // Whatever can be refused at once is refused before a build that may take minutes.
    let listener = server::listen(arguments.port).await?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    let url = format!("http://127.0.0.1:{port}");
    let mut project = Project::read(&arguments).await?;
    project.system.serve_queues_at(&url);
    let data_dir = arguments.data_dir.clone().unwrap_or_else(|| project.workspace.target.join("local"));
    let data = DataFolder::take(data_dir, arguments.fresh)?;
    let seed = seed_file(&arguments, &project, &data).map(|file| Seed::read(&file)).transpose()?;

    let profile = match arguments.release {
        true => Some(project.workspace.optimized_profile()?),
        false => arguments.profile.as_deref(),
    };
    let binaries = project.binaries();
    let build_profile = profile.unwrap_or("dev").to_owned();
    let builder = Builder::new(project.workspace.clone(), build_profile, binaries.clone(), reaper.clone());
    // Before the first build: a change made during the build causes another one.
    let sources = Sources::look(&project);
    let executables = if arguments.no_build {
        builder::built_before(&binaries, &project.workspace, profile)?
    } else {
        project.check_binaries()?;
        if !binaries.is_empty() {
            console::say(&format!("building {} functions …", binaries.len()));
        }
        builder.build().await?
    };

    let logs = data.folder("logs")?;
    let groups = project.system.functions.values().map(|function| (&*function.name, &*function.log_group));
    let lines = Logs::new(groups, Limits::default());
    let log_files = LogFiles::new(logs.clone(), lines.clone(), arguments.logs);
    let options = Options {
        region: project.system.region.clone(),
        endpoint_url: Some(url.clone()),
        log: Arc::new(log_files.clone()),
        reaper: Some(reaper),
        ..Options::default()
    };
    let Project { workspace, template, system, iam } = project;
    let docs = Docs::find(&workspace.root, &system);
    let has_docs = docs.is_some();
    let about = About { url: url.clone(), data_folder: data.path().to_owned(), template, has_docs, host: None };
    let stories = if arguments.no_stories { Recorder::default() } else { stack::recorder(&system) };
    let iam = Arc::new(iam);
    let start_lambda = async || Lambda::start(options.clone()).await.map_err(Error::Start);
    let start = async |lambda: Lambda| {
        let (iam, lines, about, stories) = (Arc::clone(&iam), lines.clone(), about.clone(), stories.clone());
        Ok::<_, Error>(Arc::new(Stack::start(&system, iam, &data, lambda, lines, about, stories).await?))
    };
    let watched = !arguments.no_watch && !arguments.no_build;
    let builds = watched.then(|| data.folder("bin")).transpose()?;
    // The functions first: event sources call them at once.
    let lambda = start_lambda().await?;
    let functions = Mutex::new(Functions::new(system.clone(), lambda.clone(), builds)?);
    functions.lock().await.deploy(&executables)?;
    let stack = start(lambda).await?;

    // Every function is deployed and the port listens: from here on requests are answered.
    let (snapshots, worker) = snapshots::of(&data, &system);
    let current = Arc::new(Current::new(Arc::clone(&stack), snapshots));
    let server = tokio::spawn(server::serve(listener, Arc::clone(&current), docs)).abort_handle();
    let _ = running.set(Running { current: Arc::clone(&current), server, log_files: Some(log_files) });
    if let Some(seed) = seed {
        let printed = seed.send(&url).await?;
        for line in &printed {
            console::say(&format!("\n  {line}"));
        }
        data.keep_printed(&printed)?;
        // What functions do in the background with the new data is done too. One that fails must not hold up the start.
        if tokio::time::timeout(PROCESSED_WITHIN, stack.event_sources.drained(Redelivery::AfterVisibilityTimeout))
            .await
            .is_err()
        {
            console::say("events of the seed data are still being processed: see the functions' logs");
        }
    }
    data.mark_used()?;
    if has_docs {
        console::say(&format!("\n  {url}{} describes the API and tries it out", docs::PATH));
    }
    console::ready(&url, &logs, &system, started.elapsed());
    // A stack that a restore replaces goes.
    drop(stack);
    let start_again = async || {
        let lambda = start_lambda().await?;
        functions.lock().await.move_to(lambda.clone())?;
        start(lambda).await
    };
    let watching = async {
        if watched {
            watch::watch(sources, builder, &functions).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        fatal = worker.run(&current, start_again) => Err(fatal),
        never = watching => never,
    }
}

/// The seed file to send: the one that `--seed` names, or the template's own. A folder with data gets none.
fn seed_file(arguments: &Run, project: &Project, data: &DataFolder) -> Option<PathBuf> {
    if !data.is_new() {
        if let Some(file) = &arguments.seed {
            console::say(&format!("{} is not sent: the data folder has data; --fresh starts over", file.display()));
        }
        return None;
    }
    let own = || Some(project.beside_template(SEED_FILE)).filter(|file| file.is_file() && !arguments.no_seed);
    arguments.seed.clone().or_else(own)
}
