//! What was called and logged between two moments: the stack counts calls of the database by caller and operation, and
//! keeps a log for each function.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use http::Method;
use serde::Deserialize;

use crate::error::Error;
use crate::stack::Stack;

/// How often a log is looked at for the end of an invocation: it is written after the answer is given.
const LOOK: Duration = Duration::from_millis(5);

/// And for how long at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one function used of one operation.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Usage {
    pub calls: u64,
    pub units: f64,
}

/// Usage by the function that made the calls, then by operation.
pub type Calls = BTreeMap<String, BTreeMap<String, Usage>>;

/// What one function logged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logged {
    pub invocations: u64,
    /// Those for which an instance was started.
    pub starts: u64,
    /// Of the lines that it writes itself.
    pub bytes: u64,
}

/// Both, by function (its name in the stack).
#[derive(Debug, Default)]
pub struct Used {
    pub calls: Calls,
    pub logged: BTreeMap<String, Logged>,
}

/// A moment from which is counted.
#[derive(Debug)]
pub struct Mark {
    logs: PathBuf,
    lengths: BTreeMap<String, u64>,
}

impl Mark {
    /// Now, as soon as all that was logged is written. The stack has to be at rest.
    pub async fn set(stack: &Stack) -> Result<Self, Error> {
        let start = Self { logs: stack.folder.join("logs"), lengths: BTreeMap::new() };
        start.ended(&[]).await?;
        let lengths = read(&start.logs)?.into_iter().map(|(name, text)| (name, text.len() as u64)).collect();
        stack.control(Method::DELETE, "dynamodb/calls").await?;
        Ok(Self { lengths, ..start })
    }

    /// What was used since, with the last line of every invocation. `functions` must have been invoked as often as
    /// they say.
    pub async fn used(self, stack: &Stack, expected: &[(&str, u64)]) -> Result<Used, Error> {
        let calls = stack.control(Method::GET, "dynamodb/calls").await?;
        let calls = serde_json::from_value(calls)
            .map_err(|cause| Error::Json { path: "/_local/dynamodb/calls".into(), cause })?;
        Ok(Used { calls, logged: self.ended(expected).await? })
    }

    /// What was logged since, once all that began has ended.
    async fn ended(&self, expected: &[(&str, u64)]) -> Result<BTreeMap<String, Logged>, Error> {
        let began = tokio::time::Instant::now();
        loop {
            let logged = self.logged()?;
            let invoked = |name: &str| logged.get(name).map_or(0, |logged| logged.0.invocations);
            let missing = expected.iter().find(|(name, times)| invoked(name) < *times);
            if missing.is_none() && logged.values().all(|(_, all_ended)| *all_ended) {
                return Ok(logged.into_iter().map(|(name, (logged, _))| (name, logged)).collect());
            }
            if began.elapsed() > PATIENCE {
                let name = missing.map_or("a function", |(name, _)| name);
                return Err(Error::Silent { who: name.to_owned(), what: "did not end its invocation".to_owned() });
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What each function logged since, and whether all that it began has ended.
    fn logged(&self) -> Result<BTreeMap<String, (Logged, bool)>, Error> {
        let mut all = BTreeMap::new();
        for (name, text) in read(&self.logs)? {
            let from = self.lengths.get(&name).map_or(0, |length| *length as usize);
            let since = text.get(from..).unwrap_or_default();
            if since.is_empty() {
                continue;
            }
            let lines = |start: &str| since.lines().filter(|line| line.starts_with(start)).count() as u64;
            let (began, ended) = (lines("START "), lines("REPORT "));
            let is_start = |line: &&str| line.starts_with("REPORT ") && line.contains("Init Duration:");
            let starts = since.lines().filter(is_start).count() as u64;
            // On AWS the template leaves out what is not JSON: Lambda's own lines.
            let own: usize = since.lines().filter(|line| line.starts_with('{')).map(str::len).sum();
            all.insert(name, (Logged { invocations: began, starts, bytes: own as u64 }, began == ended));
        }
        Ok(all)
    }
}

fn read(logs: &std::path::Path) -> Result<BTreeMap<String, String>, Error> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(logs).map_err(Error::file(logs))? {
        let path = entry.map_err(Error::file(logs))?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read(&path).map_err(Error::file(&path))?;
        all.insert(name, String::from_utf8_lossy(&text).into_owned());
    }
    Ok(all)
}
