//! The README's walk-through: the commands it shows, and what it says they print.

use std::path::Path;
use std::process::Command;

use regex::Regex;

/// The commands and outputs in a guide's ```` ```console ```` blocks.
#[derive(Debug)]
pub struct Walkthrough {
    steps: Vec<Step>,
}

/// A command and its output, in which `…` stands for what differs each time.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    command: String,
    output: String,
}

/// Separates the outputs of the commands, which run in one shell as a reader's would.
const MARK: &str = "--- end of step ---";

impl Walkthrough {
    /// Reads a guide: lines after `$ ` are commands (with what continues them), the others output.
    pub fn read(guide: &str) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        let mut inside = false;
        let mut continued = false;
        for line in guide.lines() {
            if line.starts_with("```") {
                inside = line == "```console";
                continue;
            }
            if !inside || line.is_empty() {
                continue;
            }
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), output: String::new() });
            } else if let Some(step) = steps.last_mut() {
                let text = if continued { &mut step.command } else { &mut step.output };
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(line);
            }
            continued = line.ends_with('\\');
        }
        Self { steps }
    }

    /// The same with each `from` in a command replaced.
    #[must_use]
    pub fn replacing(mut self, from: &str, to: &str) -> Self {
        for step in &mut self.steps {
            step.command = step.command.replace(from, to);
        }
        self
    }

    /// Runs the commands in a folder.
    ///
    /// # Panics
    /// A command prints something else than the guide says.
    pub fn run(&self, folder: &Path) {
        assert!(!self.steps.is_empty(), "the guide shows no command");
        let script: Vec<String> =
            self.steps.iter().map(|step| format!("{}\necho\necho '{MARK}'", step.command)).collect();
        // A command that waits for something waits no longer than this, and asks no proxy for this machine.
        let script = format!("(sleep 120; kill $$) >/dev/null 2>&1 & guard=$!\n{}\nkill $guard", script.join("\n"));
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &script]).env("NO_PROXY", "*").current_dir(folder).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let mut printed = printed.split(MARK);
        for Step { command, output: expected } in &self.steps {
            let found = printed.next().unwrap_or_default().trim();
            let same = pattern(expected).is_match(found);
            assert!(same, "$ {command}\nprinted\n{found}\nwhere the guide says\n{expected}");
        }
    }
}

fn pattern(expected: &str) -> Regex {
    let parts: Vec<String> = expected.split('…').map(regex::escape).collect();
    Regex::new(&format!("(?s)^{}$", parts.join(".+?"))).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "# Title\n```sh\nnot run\n```\n```console\n$ greet() { echo \"hello $1\" \\\n  | cat; }\n$ greet you\nhello …\n\n$ N=1\n```\n";

    #[test]
    fn commands_and_outputs_are_told_apart() {
        let step = |command: &str, output: &str| Step { command: command.into(), output: output.into() };
        assert_eq!(
            Walkthrough::read(GUIDE).steps,
            [step("greet() { echo \"hello $1\" \\\n  | cat; }", ""), step("greet you", "hello …"), step("N=1", "")]
        );
    }

    #[test]
    fn commands_share_a_shell_and_outputs_are_compared() {
        Walkthrough::read(GUIDE).run(Path::new("."));
    }

    #[test]
    #[should_panic(expected = "where the guide says\nbye …")]
    fn another_output_is_a_failure() {
        Walkthrough::read(&GUIDE.replace("hello …", "bye …")).run(Path::new("."));
    }
}
