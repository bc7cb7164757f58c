//! The roles of one system, enforced.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use local_template::{ACCOUNT, Function, Role, System};
use serde::Serialize;

use crate::{Access, Decision, Error, Refusal, decide, denied, event_sources, request};

/// The roles of a system's functions, and which of their rights were used.
#[derive(Debug)]
pub struct Iam {
    system: System,
    used: Mutex<BTreeSet<Use>>,
}

/// A right of a function's role that was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The function's name.
    pub function: String,
    /// The right.
    #[serde(flatten)]
    pub access: Access,
}

impl Iam {
    /// Enforces the roles of a system.
    ///
    /// # Errors
    /// A function's role does not allow what its event sources need.
    pub fn new(system: &System) -> Result<Self, Error> {
        let needed = event_sources::check(system)?.into_iter();
        let used = needed.map(|(function, access)| Use { function, access }).collect();
        Ok(Self { system: system.clone(), used: Mutex::new(used) })
    }

    /// AWS's answer to a request that `caller` (a function's name) may not make; `None` if it may.
    pub fn refusal(&self, caller: &str, request: &Request<Bytes>) -> Option<Refusal> {
        // Whoever answers another request asks for [`denial`](Self::denial).
        let (service, accesses) = request::accesses(&self.system, request)?;
        let role = self.role(caller);
        for access in &accesses {
            let decision = decide(role.map_or(&[], |role| &role.statements), &access.action, &access.resource);
            if decision != Decision::Allowed {
                let message = denied::message(&user(role, caller), access, decision);
                tracing::warn!("{message}");
                return Some(Refusal { access: access.clone(), response: denied::response(service, &message) });
            }
        }
        self.used().extend(accesses.into_iter().map(|access| Use { function: caller.to_owned(), access }));
        None
    }

    /// Why `caller` (a function's name) may not do something; `None` if it may. For requests that [`refusal`](Self::refusal)
    /// knows nothing of.
    pub fn denial(&self, caller: &str, access: Access) -> Option<String> {
        let role = self.role(caller);
        let decision = decide(role.map_or(&[], |role| &role.statements), &access.action, &access.resource);
        if decision != Decision::Allowed {
            let message = denied::message(&user(role, caller), &access, decision);
            tracing::warn!("{message}");
            return Some(message);
        }
        self.used().insert(Use { function: caller.to_owned(), access });
        None
    }

    /// The ARN that AWS knows a function (by name) by.
    pub fn user(&self, function: &str) -> String {
        user(self.role(function), function)
    }

    /// The rights that functions used so far, and those that their event sources need.
    pub fn uses(&self) -> BTreeSet<Use> {
        self.used().clone()
    }

    /// The role of a function. A function of another system has none, and may do nothing.
    fn role(&self, function: &str) -> Option<&Role> {
        let found = self.system.functions.values().find(|Function { name, .. }| name == function);
        found.map(|function| &function.role)
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<Use>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ARN that AWS knows a function by: its role, assumed in a session named after the function.
fn user(role: Option<&Role>, function: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{function}", role.map_or("", |role| &role.name))
}

#[cfg(test)]
mod tests;
