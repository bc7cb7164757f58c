//! A secret with its versions, and which staging label is on which. Secrets Manager User Guide: "What's in a Secrets
//! Manager secret?", under "Secret versions".

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::value::Value;

pub(crate) const CURRENT: &str = "AWSCURRENT";
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";

/// Versions without a label are forgotten, oldest first, beyond this many in all.
const MAX_VERSIONS: usize = 100;

/// What is kept of a secret.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Record {
    /// Milliseconds since 1970.
    pub created: i64,
    /// The `SecretString` of the template that was last taken over; `None` if it generates the value.
    pub given: Option<Value>,
    /// In the order they were made.
    versions: Vec<Version>,
}

/// One value the secret has or had.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Version {
    pub id: String,
    pub value: Value,
    pub stages: BTreeSet<String>,
    /// Milliseconds since 1970.
    pub created: i64,
}

impl Record {
    /// A secret without a version yet.
    pub fn new(created: i64, given: Option<Value>) -> Self {
        Self { created, given, versions: Vec::new() }
    }

    /// Makes a version and moves `stages` to it. The version that `AWSCURRENT` is taken from becomes `AWSPREVIOUS`.
    ///
    /// Made again with the same id and value, nothing changes.
    ///
    /// # Errors
    /// [`Error::VersionExists`] if the id has another value.
    pub fn put(&mut self, id: &str, value: Value, stages: &BTreeSet<String>, now: i64) -> Result<(), Error> {
        if let Some(version) = self.versions.iter().find(|version| version.id == id) {
            return if version.value == value { Ok(()) } else { Err(Error::VersionExists) };
        }
        let current = self.versions.iter().position(|version| version.stages.contains(CURRENT));
        for version in &mut self.versions {
            version.stages.retain(|stage| !stages.contains(stage));
        }
        if let Some(current) = current.filter(|_| stages.contains(CURRENT) && !stages.contains(PREVIOUS)) {
            for version in &mut self.versions {
                version.stages.remove(PREVIOUS);
            }
            self.versions[current].stages.insert(PREVIOUS.into());
        }
        self.versions.push(Version { id: id.into(), value, stages: stages.clone(), created: now });
        while self.versions.len() > MAX_VERSIONS
            && let Some(oldest) = self.versions.iter().position(|version| version.stages.is_empty())
        {
            self.versions.remove(oldest);
        }
        Ok(())
    }

    /// The version of an id, of a label, of both if they agree, or the current one.
    pub fn version(&self, id: Option<&str>, stage: Option<&str>) -> Result<&Version, Error> {
        let Some(id) = id else {
            let stage = stage.unwrap_or(CURRENT);
            let found = self.versions.iter().find(|version| version.stages.contains(stage));
            return found.ok_or_else(|| Error::VersionNotFound(format!("staging label: {stage}")));
        };
        let found = self.versions.iter().find(|version| version.id == id);
        let version = found.ok_or_else(|| Error::VersionNotFound(format!("VersionId: {id}")))?;
        if stage.is_some_and(|stage| !version.stages.contains(stage)) {
            return Err(Error::InvalidRequest(
                "You provided a VersionStage that is not associated to the provided VersionId.".into(),
            ));
        }
        Ok(version)
    }

    /// The labelled versions, by id.
    pub fn stages(&self) -> BTreeMap<&str, &BTreeSet<String>> {
        self.versions
            .iter()
            .filter(|version| !version.stages.is_empty())
            .map(|version| (version.id.as_str(), &version.stages))
            .collect()
    }

    /// All versions, in the order they were made.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// When the newest version was made.
    pub fn changed(&self) -> i64 {
        self.versions.iter().map(|version| version.created).max().unwrap_or(self.created)
    }
}

/// The labels a new version gets unless others are asked for.
pub(crate) fn current() -> BTreeSet<String> {
    BTreeSet::from([CURRENT.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each labelled version with its labels.
    fn labels(record: &Record) -> Vec<String> {
        let shown = |(id, stages): (&str, &BTreeSet<String>)| {
            format!("{id} {}", stages.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        };
        record.stages().into_iter().map(shown).collect()
    }

    fn put(record: &mut Record, id: &str, stages: &[&str]) {
        let stages = stages.iter().map(|stage| stage.to_string()).collect();
        record.put(id, Value::new(format!("value of {id}")), &stages, 1).unwrap();
    }

    #[test]
    fn the_version_before_becomes_the_previous_one() {
        let mut record = Record::new(0, None);
        put(&mut record, "1", &[CURRENT]);
        assert_eq!(labels(&record), ["1 AWSCURRENT"]);
        put(&mut record, "2", &[CURRENT]);
        assert_eq!(labels(&record), ["1 AWSPREVIOUS", "2 AWSCURRENT"]);
        put(&mut record, "3", &[CURRENT]);
        assert_eq!(labels(&record), ["2 AWSPREVIOUS", "3 AWSCURRENT"]);
        assert_eq!(record.version(Some("1"), None).unwrap().value.reveal(), "value of 1");
    }

    #[test]
    fn a_label_of_its_own_leaves_the_others_where_they_are() {
        let mut record = Record::new(0, None);
        put(&mut record, "1", &[CURRENT]);
        put(&mut record, "2", &["AWSPENDING"]);
        put(&mut record, "3", &["AWSPENDING"]);
        assert_eq!(labels(&record), ["1 AWSCURRENT", "3 AWSPENDING"]);
    }

    #[test]
    fn putting_the_same_again_changes_nothing_and_another_value_is_refused() {
        let mut record = Record::new(0, None);
        put(&mut record, "1", &[CURRENT]);
        put(&mut record, "2", &[CURRENT]);
        put(&mut record, "1", &[CURRENT]);
        assert_eq!(labels(&record), ["1 AWSPREVIOUS", "2 AWSCURRENT"]);
        let other = record.put("1", Value::new("other"), &current(), 2);
        assert!(matches!(other, Err(Error::VersionExists)));
    }

    #[test]
    fn a_version_is_found_by_id_and_label_only_if_they_agree() {
        let mut record = Record::new(0, None);
        put(&mut record, "1", &[CURRENT]);
        put(&mut record, "2", &[CURRENT]);
        assert_eq!(record.version(None, None).unwrap().id, "2");
        assert_eq!(record.version(None, Some(PREVIOUS)).unwrap().id, "1");
        assert_eq!(record.version(Some("1"), Some(PREVIOUS)).unwrap().id, "1");
        assert!(matches!(record.version(Some("1"), Some(CURRENT)), Err(Error::InvalidRequest(_))));
        assert!(matches!(record.version(Some("9"), None), Err(Error::VersionNotFound(_))));
        assert!(matches!(record.version(None, Some("AWSPENDING")), Err(Error::VersionNotFound(_))));
    }

    #[test]
    fn versions_without_a_label_do_not_pile_up() {
        let mut record = Record::new(0, None);
        for id in 0..=MAX_VERSIONS {
            put(&mut record, &id.to_string(), &[CURRENT]);
        }
        assert_eq!(record.versions.len(), MAX_VERSIONS);
        assert!(record.version(Some("0"), None).is_err());
        assert!(record.version(Some("1"), None).is_ok());
    }

    #[test]
    fn a_value_does_not_show_in_debug_output() {
        let mut record = Record::new(0, Some(Value::new("hunter2")));
        record.put("1", Value::new("hunter2"), &current(), 0).unwrap();
        let shown = format!("{record:?}");
        assert!(shown.contains("<secret>") && !shown.contains("hunter2"), "{shown}");
    }
}
