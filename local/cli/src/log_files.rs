//! The functions' logs: a file for each function, and errors on the terminal.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};

use local_lambda::LogSink;
use serde::Deserialize;

use crate::console;

/// Takes lines of all functions. A thread of its own writes them, as a sink must not block.
pub struct LogFiles {
    lines: Sender<(String, String)>,
    show_all: bool,
}

impl LogFiles {
    /// Appends to `FOLDER/FUNCTION.log`.
    pub fn new(folder: PathBuf, show_all: bool) -> Self {
        let (lines, incoming) = mpsc::channel::<(String, String)>();
        std::thread::spawn(move || write(&folder, &incoming));
        Self { lines, show_all }
    }
}

/// Writes lines as they arrive; lines that arrive together are flushed together.
fn write(folder: &Path, incoming: &Receiver<(String, String)>) {
    let _ = local_private_files::create_folder(folder);
    let mut files: HashMap<String, BufWriter<File>> = HashMap::new();
    while let Ok(first) = incoming.recv() {
        for (function, line) in std::iter::once(first).chain(incoming.try_iter()) {
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
        let _ = self.lines.send((function.to_owned(), line.to_owned()));
    }
}
