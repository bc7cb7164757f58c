//! Why a template was not read: every problem found in it, by line, worded for a terminal.

use std::cell::RefCell;
use std::collections::HashSet;
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
    #[error("{}", listing(.0))]
    Refused(
        /// Everything that was found, by line: problems, and at least one, and warnings.
        Vec<Problem>,
    ),
}

/// One thing that is wrong with a template, or looks so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was asked for.
    pub file: String,
    /// The line, from 1; 0 if the problem is not in the file (a parameter override).
    pub line: usize,
    /// Logical id and property path (`CreateOrder.Events.Http.Path`), or the section.
    pub place: String,
    /// What is wrong, and what to do where that is known.
    pub message: String,
}

impl fmt::Display for Problem {
    /// `file:line: place: message`: the form that terminals and editors turn into links.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, place, message } = self;
        match line {
            0 => write!(formatter, "{place}: {message}"),
            _ => write!(formatter, "{file}:{line}: {place}: {message}"),
        }
    }
}

fn listing(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A place in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Mark {
    /// From 1; 0 if it is not in the file (a parameter override).
    pub(crate) line: usize,
    /// From 1; 0 if it is the whole line.
    pub(crate) column: usize,
}

impl Mark {
    /// A whole line.
    pub(crate) fn of_line(line: usize) -> Self {
        Self { line, column: 0 }
    }
}

/// Something noted.
#[derive(Debug)]
struct Note {
    mark: Mark,
    place: String,
    message: String,
    is_warning: bool,
}

/// Collects problems and warnings, so that one reading reports them all.
#[derive(Debug, Default)]
pub(crate) struct Report {
    notes: RefCell<Vec<Note>>,
    /// Marks and messages of the notes.
    known: RefCell<HashSet<(Mark, String)>>,
}

impl Report {
    /// Notes a problem.
    pub(crate) fn note(&self, mark: Mark, place: &Place, message: impl Into<String>) {
        self.add(Note { mark, place: place.to_string(), message: message.into(), is_warning: false });
    }

    /// Notes what AWS takes and is most likely not meant.
    pub(crate) fn warn(&self, mark: Mark, place: &Place, message: impl Into<String>) {
        self.add(Note { mark, place: place.to_string(), message: message.into(), is_warning: true });
    }

    /// Notes a key that is not accepted in `place`.
    pub(crate) fn refuse_key(&self, mark: Mark, place: &Place, key: &str) {
        self.note(
            mark,
            &place.key(key),
            format!("`{key}` isn't emulated on one machine (or is misspelt): take it out"),
        );
    }

    /// One that is reached by several ways (a global, an alias, a name that others refer to) is noted once.
    fn add(&self, note: Note) {
        if self.known.borrow_mut().insert((note.mark, note.message.clone())) {
            self.notes.borrow_mut().push(note);
        }
    }

    /// The outcome: what was read and the warnings, unless a problem was noted.
    pub(crate) fn finish<T>(self, file: &str, read: T) -> Result<(T, Vec<Problem>), Error> {
        let mut notes = self.notes.into_inner();
        notes.sort_by_key(|note| note.mark.line);
        let refused = notes.iter().any(|note| !note.is_warning);
        let told = notes.into_iter().map(|Note { mark, place, message, is_warning }| {
            let message = if refused && is_warning { format!("warning: {message}") } else { message };
            Problem { file: file.to_owned(), line: mark.line, place, message }
        });
        if refused { Err(Error::Refused(told.collect())) } else { Ok((read, told.collect())) }
    }
}

/// Where in the template something is: a logical id or section, and the way down from there.
#[derive(Debug, Clone)]
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn new(root: &str) -> Self {
        Self(root.to_owned())
    }

    /// As messages show it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
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
