//! Why a template was not read: every problem found in it, by line, worded for a terminal.

use std::cell::RefCell;
use std::fmt;

/// Why a template was not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file, as it was asked for.
        file: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The template has mistakes, or says something that can't be run on one machine.
    #[error("{}", listing(.file, .problems))]
    Refused {
        /// The file, as it was asked for.
        file: String,
        /// Everything that was found, by line. Never empty.
        problems: Vec<Problem>,
    },
}

/// One thing that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; 0 if the problem is not in the file (a parameter override).
    pub line: usize,
    /// Logical id and property path (`CreateOrder.Events.Http.Path`), or the section.
    pub place: String,
    /// What is wrong, and what to do where that is known.
    pub message: String,
}

/// `file:line: place: message` on a line each: the form that terminals and editors turn into links.
fn listing(file: &str, problems: &[Problem]) -> String {
    let lines = problems.iter().map(|Problem { line, place, message }| match line {
        0 => format!("{place}: {message}"),
        _ => format!("{file}:{line}: {place}: {message}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Collects problems, so that one reading reports them all.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: RefCell<Vec<Problem>>,
}

impl Report {
    /// Notes a problem. One that is reached by several ways (a global, a name that others refer to) is noted once.
    pub(crate) fn note(&self, line: usize, place: &Place, message: impl Into<String>) {
        let problem = Problem { line, place: place.to_string(), message: message.into() };
        let mut problems = self.problems.borrow_mut();
        if !problems.iter().any(|known| known.line == problem.line && known.message == problem.message) {
            problems.push(problem);
        }
    }

    /// The outcome: what was read, unless something was noted.
    pub(crate) fn finish<T>(self, file: &str, read: T) -> Result<T, Error> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        if problems.is_empty() { Ok(read) } else { Err(Error::Refused { file: file.to_owned(), problems }) }
    }
}

/// Where in the template something is: a logical id or section, and the way down from there.
#[derive(Debug, Clone)]
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn new(root: &str) -> Self {
        Self(root.to_owned())
    }

    /// The value of `key`, one step down.
    pub(crate) fn key(&self, key: &str) -> Self {
        Self(format!("{}.{key}", self.0))
    }

    /// The item at `index` of a list.
    pub(crate) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
