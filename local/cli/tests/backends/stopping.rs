//! The end of a stack, and what it says of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::TEMPLATE;

/// A stack whose end is awaited.
struct Stack {
    child: Child,
    output: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Stack {
    fn start() -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_local")))
    }

    fn start_by(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        command.args(["--template", TEMPLATE, "--only", "backends", "--port", "0", "--stop-on-stdin-close"]);
        command.args(["--lambda-endpoint", "http://127.0.0.1:9", "--data-dir"]).arg(folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(" is ready ") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
        }
        Self { child, output, _folder: folder }
    }

    /// Waits for its end: what it said of that, what it wrote to standard error, and its exit code.
    fn ended(self) -> (Vec<String>, String, Option<i32>) {
        let lines: Vec<String> = self.output.lines().map_while(Result::ok).collect();
        let from = lines.iter().position(|line| line.starts_with("stopping")).unwrap_or(lines.len());
        let ended = self.child.wait_with_output().unwrap();
        (lines[from..].to_vec(), String::from_utf8(ended.stderr).unwrap(), ended.status.code())
    }
}

fn kill(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

/// What this test starts ignores SIGHUP if the test does.
fn runs_under_nohup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 != 0)
}

#[test]
fn a_signal_ends_it_and_is_named() {
    for (signal, told) in [
        ("-INT", "stopping: SIGINT (Ctrl-C)"),
        ("-TERM", "stopping: SIGTERM"),
        ("-HUP", "stopping: SIGHUP (the terminal was closed)"),
    ] {
        if signal == "-HUP" && runs_under_nohup() {
            continue;
        }
        let stack = Stack::start();
        kill(signal, &stack.child.id().to_string());
        assert_eq!(stack.ended(), (vec![told.to_owned(), "stopped".to_owned()], String::new(), Some(0)));
    }
}

#[test]
fn under_nohup_it_outlives_its_terminal() {
    let mut nohup = Command::new("nohup");
    nohup.arg(env!("CARGO_BIN_EXE_local"));
    let stack = Stack::start_by(nohup);
    let process = stack.child.id().to_string();
    kill("-HUP", &process);
    kill("-TERM", &process);
    assert_eq!(stack.ended().0, ["stopping: SIGTERM", "stopped"]);
}

#[test]
fn so_does_the_end_of_its_parent() {
    let mut stack = Stack::start();
    drop(stack.child.stdin.take());
    let told = ["stopping: standard input was closed (--stop-on-stdin-close)", "stopped"].map(str::to_owned);
    assert_eq!(stack.ended(), (told.into(), String::new(), Some(0)));
}

#[test]
fn a_part_that_is_gone_is_an_error() {
    let stack = Stack::start();
    let processes = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let processes = String::from_utf8(processes.stdout).unwrap();
    let own = stack.child.id().to_string();
    let child_of = |line: &&str| line.split_whitespace().nth(1) == Some(&own);
    let reaper = processes.lines().find(child_of).and_then(|line| line.split_whitespace().next()).unwrap();
    kill("-KILL", reaper);
    let why = "the process that ends functions with the stack was killed, so the stack stopped";
    let told = vec![format!("stopping: {why}"), "stopped".to_owned()];
    assert_eq!(stack.ended(), (told, format!("error: {why}\n"), Some(1)));
}
