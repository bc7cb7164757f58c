//! `docs/adding-an-endpoint.md`, followed to the letter: each file it creates or inserts lines into, and its commands.

use std::fs;
use std::path::Path;

use regex::Regex;

/// The page's steps, in order.
#[derive(Debug)]
pub struct Tutorial {
    /// What is to be written.
    pub steps: Vec<Step>,
    /// The commands that have to succeed then, each a line.
    pub commands: Vec<String>,
}

/// Lines to write.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The file, from the workspace's root: `functions/products/src/endpoints/mod.rs`.
    pub path: String,
    /// Where in it; none for a new file.
    pub at: Option<Anchor>,
    /// The lines.
    pub text: String,
}

/// A line of a file, without its indentation, that lines are inserted beside.
#[derive(Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Before this line.
    Before(String),
    /// After this line.
    After(String),
}

impl Tutorial {
    /// Reads the page: a step is a line that says where, and the block of code that follows. A block of `sh` is commands.
    ///
    /// # Errors
    /// A block of code of which nothing says where it belongs.
    pub fn read(page: &str) -> Result<Self, String> {
        let block = Regex::new(r"(?m)^([^\n]*)\n\n```(\w+)\n((?s:.*?))^```$").map_err(|error| error.to_string())?;
        let place = Regex::new(r"^(?:Create `([^`]+)`|In `([^`]+)`, (before|after) the line `([^`]+)`):$");
        let place = place.map_err(|error| error.to_string())?;
        let (mut steps, mut commands) = (Vec::new(), Vec::new());
        for found in block.captures_iter(page) {
            let (above, language, text) = (&found[1], &found[2], found[3].to_owned());
            if language == "sh" {
                commands.extend(text.lines().map(str::to_owned));
                continue;
            }
            let told = place.captures(above).ok_or_else(|| format!("no file is named above this block:\n{text}"))?;
            let part = |number: usize| told.get(number).map(|part| part.as_str().to_owned());
            let at = part(4).map(|line| match part(3).as_deref() {
                Some("before") => Anchor::Before(line),
                _ => Anchor::After(line),
            });
            let path = part(1).or_else(|| part(2)).unwrap_or_default();
            steps.push(Step { path, at, text });
        }
        Ok(Self { steps, commands })
    }

    /// Writes what every step says, in a copy of the workspace.
    ///
    /// # Errors
    /// A new file is there already, or a line is not there just once.
    pub fn follow(&self, workspace: &Path) -> Result<(), String> {
        for step in &self.steps {
            let path = workspace.join(&step.path);
            let failed = |what: &str| format!("{}: {what}", step.path);
            let text = match &step.at {
                None if path.exists() => return Err(failed("is there already")),
                None => step.text.clone(),
                Some(anchor) => {
                    let text = fs::read_to_string(&path).map_err(|error| failed(&error.to_string()))?;
                    anchor.inserted(&text, &step.text).map_err(|what| failed(&what))?
                }
            };
            fs::write(&path, text).map_err(|error| failed(&error.to_string()))?;
        }
        Ok(())
    }
}

impl Anchor {
    /// The text with these lines beside the one that is meant. An anchor that ends in `…` is the beginning of a line.
    fn inserted(&self, text: &str, lines: &str) -> Result<String, String> {
        let (Self::Before(anchor) | Self::After(anchor)) = self;
        let is_it = |line: &str| match anchor.strip_suffix('…') {
            Some(beginning) => line.trim_start().starts_with(beginning),
            None => line.trim() == anchor,
        };
        let mut found = text.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>();
        found.insert(0, 0);
        found.retain(|start| is_it(text[*start..].lines().next().unwrap_or_default()));
        let [start] = found[..] else { return Err(format!("{} lines are {anchor:?}", found.len())) };
        let at = match self {
            Self::Before(_) => start,
            Self::After(_) => text[start..].find('\n').map_or(text.len(), |end| start + end + 1),
        };
        Ok(format!("{}{lines}{}", &text[..at], &text[at..]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::folder::Folder;
    use crate::setup::workspace;

    fn page() -> Tutorial {
        Tutorial::read(&fs::read_to_string(workspace().join("docs/adding-an-endpoint.md")).unwrap()).unwrap()
    }

    #[test]
    fn lines_go_beside_the_one_line_that_is_named() {
        let text = "a:\n  b: 1\n  c = 2\n";
        let [before, after] = [Anchor::Before("c = …".to_owned()), Anchor::After("b: 1".to_owned())];
        for anchor in [before, after] {
            assert_eq!(anchor.inserted(text, "  x\n").unwrap(), "a:\n  b: 1\n  x\n  c = 2\n");
        }
        for (line, count) in [("x", 0), ("…", 4)] {
            let error = Anchor::Before(line.to_owned()).inserted(text, "x\n").unwrap_err();
            assert_eq!(error, format!("{count} lines are {line:?}"));
        }
    }

    #[test]
    fn a_block_that_belongs_nowhere_is_an_error() {
        let error = Tutorial::read("Somewhere:\n\n```rust\nfn x() {}\n```\n").unwrap_err();
        assert_eq!(error, "no file is named above this block:\nfn x() {}\n");
    }

    /// `.ci/tutorial` also runs the commands.
    #[test]
    fn every_step_can_be_followed_in_this_workspace() {
        let (tutorial, folder) = (page(), Folder::new());
        for step in &tutorial.steps {
            let copy = folder.path().join(&step.path);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            if step.at.is_some() {
                fs::copy(workspace().join(&step.path), copy).unwrap();
            }
        }
        tutorial.follow(folder.path()).unwrap();
        assert!(tutorial.follow(folder.path()).unwrap_err().ends_with("is there already"));
        assert!(tutorial.commands.len() >= 4, "{:?}", tutorial.commands);
    }

    /// What the page promises.
    #[test]
    fn an_endpoint_is_eight_files_and_a_hundred_lines() {
        let steps = page().steps;
        let files: BTreeSet<&str> = steps.iter().map(|step| step.path.as_str()).collect();
        let lines = |path: &str| -> usize {
            steps.iter().filter(|step| step.path.contains(path)).map(|step| step.text.lines().count()).sum()
        };
        assert!(files.len() <= 8 && lines("") <= 110 && lines("template.yaml") <= 30, "{files:?}, {}", lines(""));
    }
}
