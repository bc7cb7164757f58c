//! Where the functions' lines go: a file for each function, the log groups of CloudWatch Logs, and errors to the terminal.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, SystemTime};

use local_lambda::LogSink;
use local_logs::Logs;
use serde::Deserialize;

use crate::console;

/// How long the first line waits for others to be written with.
const LINGER: Duration = Duration::from_millis(5);

/// How long the end of the stack waits until all lines are written.
const WRITTEN_WITHIN: Duration = Duration::from_secs(5);

/// Takes lines of all functions. A thread of its own writes them, as a sink must not block. A clone is the same.
#[derive(Clone)]
pub struct LogFiles {
    writer: Sender<Job>,
    show_all: bool,
}

enum Job {
    Write(Written),
    /// Tell when all lines before are written.
    Flush(Sender<()>),
}

/// A line that a function wrote.
struct Written {
    function: String,
    time: SystemTime,
    line: String,
}

impl LogFiles {
    /// Appends to `FOLDER/FUNCTION.log`, and adds to `logs`.
    pub fn new(folder: PathBuf, logs: Logs, show_all: bool) -> Self {
        let (writer, jobs) = mpsc::channel();
        std::thread::spawn(move || write(&folder, &logs, &jobs));
        Self { writer, show_all }
    }

    /// Waits until all lines that were taken are in their files.
    pub fn flush(&self) {
        let (done, written) = mpsc::channel();
        let _ = self.writer.send(Job::Flush(done));
        let _ = written.recv_timeout(WRITTEN_WITHIN);
    }
}

/// Writes lines as they arrive; lines that arrive together are written together.
fn write(folder: &Path, logs: &Logs, jobs: &Receiver<Job>) {
    let _ = local_private_files::create_folder(folder);
    let mut files: HashMap<String, BufWriter<File>> = HashMap::new();
    while let Ok(first) = jobs.recv() {
        if matches!(first, Job::Write(_)) {
            std::thread::sleep(LINGER);
        }
        let mut flushed = Vec::new();
        for job in std::iter::once(first).chain(jobs.try_iter()) {
            let Written { function, time, line } = match job {
                Job::Write(written) => written,
                Job::Flush(done) => {
                    flushed.push(done);
                    continue;
                }
            };
            logs.add(&function, time, &line);
            if !files.contains_key(&function) {
                let path = folder.join(format!("{function}.log"));
                // A full disk must not stop the stack: the line is lost, and the next one tries again.
                let Ok(file) = local_private_files::create_file(&path) else { continue };
                files.insert(function.clone(), BufWriter::new(file));
            }
            if let Some(file) = files.get_mut(&function) {
                let _ = writeln!(file, "{line}");
            }
        }
        for file in files.values_mut() {
            let _ = file.flush();
        }
        for done in flushed {
            let _ = done.send(());
        }
    }
}

/// The parts of a structured log line that the terminal shows.
#[derive(Deserialize)]
struct Line {
    level: String,
    message: String,
    cause: Option<String>,
}

impl LogSink for LogFiles {
    fn line(&self, function: &str, line: &str) {
        if self.show_all {
            console::function_line(function, line);
        } else if line.contains(r#""level":"ERROR""#)
            && let Ok(Line { level, message, cause }) = serde_json::from_str(line)
            && level == "ERROR"
        {
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            console::function_line(function, &format!("{message}{cause}"));
        }
        let (function, line) = (function.to_owned(), line.to_owned());
        let _ = self.writer.send(Job::Write(Written { function, time: SystemTime::now(), line }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_taken_is_written_by_a_flush() {
        let folder = tempfile::tempdir().unwrap();
        let logs = Logs::new([("echo", "/aws/lambda/echo")], local_logs::Limits::default());
        let files = LogFiles::new(folder.path().join("logs"), logs.clone(), false);
        for round in 1..=3 {
            (0..1_000).for_each(|at| files.line("echo", &format!("{round} {at}")));
            files.flush();
            let text = std::fs::read_to_string(folder.path().join("logs/echo.log")).unwrap();
            assert_eq!(text.lines().count(), round * 1_000);
            assert!(text.ends_with(&format!("\n{round} 999\n")));
            assert_eq!(logs.newest(1, |_| true).last, u64::try_from(round).unwrap() * 1_000);
        }
    }
}
