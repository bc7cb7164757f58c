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

/// Watches until the future is dropped.
pub async fn watch(root: PathBuf, template: PathBuf, builder: Builder, mut functions: Functions) {
    let mut seen = snapshot(&root);
    let mut template_seen = modified(&template);
    loop {
        tokio::time::sleep(PERIOD).await;
        let template_now = modified(&template);
        if template_now != template_seen {
            template_seen = template_now;
            console::say("the template changed: restart `cargo local` to run it");
        }
        let now = snapshot(&root);
        if now == seen {
            continue;
        }
        // An editor may still be writing: changes made during the build are found by the next look.
        seen = now;
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
            Err(error) => console::say(&format!("not swapped: {error}")),
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
