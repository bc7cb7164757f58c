//! Rebuilding functions when their sources change, and swapping them in place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::builder::Builder;
use crate::console;
use crate::functions::Functions;

/// How often the sources are looked at. Looking costs a few milliseconds, and works on every system and file system.
const PERIOD: Duration = Duration::from_millis(300);

/// Where the functions' sources are, below the workspace's root.
const SOURCES: [&str; 4] = ["functions", "shared", "Cargo.toml", "Cargo.lock"];

/// The sources as they were at a look.
pub struct Sources {
    root: PathBuf,
    template: PathBuf,
    seen: Snapshot,
    template_seen: Option<SystemTime>,
}

impl Sources {
    /// Looks at the sources below a workspace's root, and at the template.
    pub fn look(root: &Path, template: &Path) -> Self {
        Self {
            root: root.to_owned(),
            template: template.to_owned(),
            seen: snapshot(root),
            template_seen: modified(template),
        }
    }
}

/// Watches until the future is dropped.
pub async fn watch(mut sources: Sources, builder: Builder, mut functions: Functions) {
    loop {
        tokio::time::sleep(PERIOD).await;
        let template_now = modified(&sources.template);
        if template_now != sources.template_seen {
            sources.template_seen = template_now;
            console::say("the template changed: restart `cargo local` to run it");
        }
        let now = snapshot(&sources.root);
        if now == sources.seen {
            continue;
        }
        // An editor may still be writing: changes made during the build are found by the next look.
        sources.seen = now;
        let started = Instant::now();
        console::say("sources changed: building …");
        let Ok(executables) = builder.build().await else {
            console::say("the functions do not build (see above): the last good ones go on");
            continue;
        };
        match functions.deploy(&executables) {
            Ok(changed) if changed.is_empty() => console::say("nothing to swap: no function changed"),
            Ok(changed) => {
                let seconds = started.elapsed().as_secs_f32();
                console::say(&format!("swapped {} in {seconds:.1} s", changed.join(", ")));
            }
            Err(error) => {
                // Another build may have taken an executable away meanwhile: the next look tries again.
                sources.seen.clear();
                console::say(&format!("not swapped: {error}"));
            }
        }
    }
}

type Snapshot = BTreeMap<PathBuf, SystemTime>;

fn snapshot(root: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    for source in SOURCES {
        collect(&root.join(source), &mut found);
    }
    found
}

fn collect(path: &Path, found: &mut Snapshot) {
    if let Ok(entries) = fs::read_dir(path) {
        for entry in entries.flatten() {
            collect(&entry.path(), found);
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
