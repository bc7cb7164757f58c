//! Rebuilds functions when their sources change, and swaps them in place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Mutex;

use crate::builder::Builder;
use crate::console;
use crate::functions::Functions;
use crate::project::Project;

/// How often the sources are looked at. A look takes a few milliseconds, and works on every system and file system.
const PERIOD: Duration = Duration::from_millis(300);

/// The sources of the functions, as they were when last looked at.
pub struct Sources {
    /// The folders of the packages that the functions are built from, and the workspace's manifest and lock file.
    paths: Vec<PathBuf>,
    /// The folder that cargo builds into, which may lie in one of the others.
    target: PathBuf,
    /// When each file was last modified.
    seen: Snapshot,
    template: PathBuf,
    template_seen: Option<SystemTime>,
}

impl Sources {
    /// Looks at the sources of a project's functions, and at its template.
    pub fn look(project: &Project) -> Self {
        let Project { workspace, template, .. } = project;
        let mut paths: Vec<PathBuf> = workspace.source_folders(&project.binaries()).into_iter().collect();
        paths.extend(["Cargo.toml", "Cargo.lock"].map(|name| workspace.root.join(name)));
        let target = workspace.target.clone();
        let seen = snapshot(&paths, &target);
        Self { paths, target, seen, template: template.clone(), template_seen: modified(template) }
    }
}

/// Watches until the future is dropped.
pub async fn watch(mut sources: Sources, builder: Builder, functions: &Mutex<Functions>) {
    loop {
        tokio::time::sleep(PERIOD).await;
        let template_now = modified(&sources.template);
        if template_now != sources.template_seen {
            sources.template_seen = template_now;
            console::say("the template changed: restart `cargo local` to run it");
        }
        let now = snapshot(&sources.paths, &sources.target);
        if now == sources.seen {
            continue;
        }
        // Changes during the build are found by the next look.
        sources.seen = now;
        let started = Instant::now();
        console::say("sources changed: building …");
        let Ok(executables) = builder.build().await else {
            console::say("the functions do not build (see above): the last good ones go on");
            continue;
        };
        match functions.lock().await.deploy(&executables) {
            Ok(changed) if changed.is_empty() => console::say("nothing to swap: no function changed"),
            Ok(changed) => {
                console::say(&format!("swapped {} in {}", changed.join(", "), console::told(started.elapsed())));
            }
            Err(error) => {
                // Another build may have removed an executable meanwhile: the next look tries again.
                sources.seen.clear();
                console::say(&format!("not swapped: {error}"));
            }
        }
    }
}

type Snapshot = BTreeMap<PathBuf, SystemTime>;

fn snapshot(paths: &[PathBuf], target: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    for path in paths {
        collect(path, target, &mut found);
    }
    found
}

fn collect(path: &Path, target: &Path, found: &mut Snapshot) {
    if path == target {
        return;
    }
    if let Ok(entries) = fs::read_dir(path) {
        for entry in entries.flatten() {
            collect(&entry.path(), target, found);
        }
    } else if let (Some(extension), Some(time)) = (path.extension(), modified(path))
        && (extension == "rs" || extension == "toml" || extension == "lock")
    {
        found.insert(path.to_owned(), time);
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
