//! Whose everything is. The sections of the template are the services, and each has a crate of its name.

use std::collections::{BTreeMap, BTreeSet};

use local_template::{System, alias_arn};

use super::rights::Right;
use crate::template::text;

/// The service of each resource, by logical id.
pub(crate) struct Services(BTreeMap<String, String>);

impl Services {
    /// Takes them from the headings: `  # Users -----`.
    pub(crate) fn read() -> Self {
        let mut services = BTreeMap::new();
        let mut section = String::new();
        for line in text().lines() {
            let Some(line) = line.strip_prefix("  ").filter(|line| !line.starts_with([' ', '-'])) else { continue };
            if let Some((heading, _)) = line.strip_prefix("# ").and_then(|line| line.split_once(" ---")) {
                section = heading.to_lowercase().trim_start_matches("the ").to_owned();
            } else if let Some((id, _)) = line.split_once(':') {
                services.insert(id.to_owned(), section.clone());
            }
        }
        Self(services)
    }

    /// The service of a function: that of the section it is in.
    pub(crate) fn of_function(&self, system: &System, name: &str) -> &str {
        let (id, _) = system.functions.iter().find(|(_, function)| function.name == name).unwrap();
        &self.0[id]
    }

    /// The service that a table, index, stream, queue, secret or function belongs to.
    pub(super) fn of_resource(&self, system: &System, arn: &str) -> &str {
        let part_of = |whole: &str| {
            arn == whole || arn.starts_with(&format!("{whole}/")) || arn.starts_with(&format!("{whole}:"))
        };
        let tables = system.tables.iter().map(|(id, table)| (id, &table.arn));
        let queues = system.queues.iter().map(|(id, queue)| (id, &queue.arn));
        let secrets = system.secrets.iter().map(|(id, secret)| (id, &secret.arn));
        let functions = system.functions.iter().map(|(id, function)| (id, &function.arn));
        let mut all = tables.chain(queues).chain(secrets).chain(functions);
        let (id, _) = all.find(|(_, whole)| part_of(whole)).unwrap_or_else(|| panic!("whose is {arn}?"));
        &self.0[id]
    }
}

/// Whether a right may go across services: telling subscribers, asking for stock, asking what is kept about a user, and asking
/// how a service is.
pub(super) fn may_cross(system: &System, right: &Right) -> bool {
    let function = system.functions.values().find(|function| function.name == right.function).unwrap();
    // By its alias, which a deployment moves; another version is nobody's to call.
    let called = system
        .functions
        .values()
        .find(|one| one.alias.as_ref().is_some_and(|alias| right.resource == alias_arn(&one.arn, alias)));
    let called = called.map(|one| one.binary.as_str()).unwrap_or_default();
    match (function.binary.as_str(), right.action.as_str()) {
        (publisher, "sqs:SendMessage") if publisher.starts_with("publish-") => {
            let subscribers: BTreeSet<&str> = function.environment["SUBSCRIBERS"]
                .split(',')
                .filter_map(|one| one.split_once('='))
                .map(|(_, url)| url.trim())
                .collect();
            let queue = system.queues.values().find(|queue| queue.arn == right.resource).unwrap();
            subscribers.contains(queue.url().as_str())
        }
        ("create-order", "lambda:InvokeFunction") => called == "reserve-stock",
        ("export-me", "lambda:InvokeFunction") => called.starts_with("export-"),
        ("gateway-health", "lambda:InvokeFunction") => called.ends_with("-health"),
        _ => false,
    }
}
