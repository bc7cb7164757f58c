//! Where the functions' lines go: a file for each function, the log groups of CloudWatch Logs, and errors to the terminal.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::SystemTime;

use local_lambda::LogSink;
use local_logs::Logs;
use serde::Deserialize;

use crate::console;

/// Takes lines of all functions. A thread of its own writes them, as a sink must not block.
pub struct LogFiles {
    lines: Sender<Written>,
    show_all: bool,
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
        let (lines, incoming) = mpsc::channel();
        std::thread::spawn(move || write(&folder, &logs, &incoming));
        Self { lines, show_all }
    }
}

/// Writes lines as they arrive; lines that arrive together are flushed together.
fn write(folder: &Path, logs: &Logs, incoming: &Receiver<Written>) {
    let _ = local_private_files::create_folder(folder);
    let mut files: HashMap<String, BufWriter<File>> = HashMap::new();
    while let Ok(first) = incoming.recv() {
        for Written { function, time, line } in std::iter::once(first).chain(incoming.try_iter()) {
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
        let _ = self.lines.send(Written { function, time: SystemTime::now(), line });
    }
}
