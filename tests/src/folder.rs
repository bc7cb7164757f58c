//! The data folders of a test process: gone when it passes, kept for a look when it fails, swept by the next run.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::binaries;

/// A folder for one stack, or for whatever else a test needs on the way.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// The folder of all the stacks of this process, and the lock that says that it is in use.
struct Run {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// A new one, empty.
    #[expect(clippy::new_without_default)] // each is another
    pub fn new() -> Self {
        static RUN: OnceLock<Run> = OnceLock::new();
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let run = RUN.get_or_init(Run::new);
        let path = run.path.join(format!("stack-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        // Some tests put a template in it before a stack takes it, which takes none that others may enter.
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the data and logs are kept in {}", self.0.display());
        } else {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

impl Run {
    fn new() -> Self {
        let all = binaries::folder().join("e2e");
        fs::create_dir_all(&all).unwrap();
        // One at a time: a folder must not be swept between its making and its locking.
        let sweeping = File::create(all.join("lock")).unwrap();
        sweeping.lock().unwrap();
        sweep(&all);
        let path = all.join(format!("run-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let lock = File::create(path.join("lock")).unwrap();
        lock.lock().unwrap();
        Self { path, _lock: lock }
    }
}

/// Removes the folders of processes that have ended.
fn sweep(all: &Path) {
    for run in fs::read_dir(all).unwrap().flatten().map(|entry| entry.path()) {
        if File::open(run.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(run);
        }
    }
}
