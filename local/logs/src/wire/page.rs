//! How long a page of a list is, and which group a request names.

use std::sync::Arc;

use serde::Deserialize;

use crate::{Error, Logs};

/// The `limit` of a request, which is at most `most` and `most` if it is left out.
pub(super) fn limit(given: Option<i64>, default: usize, most: usize) -> Result<usize, Error> {
    let Some(given) = given else { return Ok(default) };
    let within = usize::try_from(given).ok().filter(|limit| (1..=most).contains(limit));
    within.ok_or_else(|| Error::InvalidParameter(format!("limit has to be from 1 to {most}, and is {given}")))
}

/// The log group that a request is about, by name or by ARN.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
}

impl Group {
    pub fn find(&self, logs: &Logs) -> Result<Arc<str>, Error> {
        let name = match (&self.log_group_name, &self.log_group_identifier) {
            (Some(name), None) => name.as_str(),
            (None, Some(identifier)) => name_of(identifier),
            _ => return Err(Error::InvalidParameter("Give logGroupName or logGroupIdentifier.".to_owned())),
        };
        logs.groups().into_iter().find(|group| **group == *name).ok_or(Error::NoGroup)
    }
}

/// The name in `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, which may end in `:*`; else the identifier is the name.
fn name_of(identifier: &str) -> &str {
    let named = identifier.strip_prefix("arn:").and_then(|arn| arn.split_once(":log-group:"));
    named.map_or(identifier, |(_, name)| name.strip_suffix(":*").unwrap_or(name))
}
