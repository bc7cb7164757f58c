//! Failures on demand: those that code must survive and an emulator never has by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Makes the next matching calls fail. A call matches if it fits every selector that is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// How they fail.
    pub kind: FaultKind,
    /// How many matching calls fail; 1 if left out.
    #[serde(default = "once")]
    pub times: u32,
    /// `PutItem`, `Query`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The calling function's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// A table the call names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

fn once() -> u32 {
    1
}

/// A way to fail. DynamoDB developer guide: "Error handling with DynamoDB".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    /// 400 `ThrottlingException`; nothing is done.
    ThrottlingException,
    /// 400 `ProvisionedThroughputExceededException`; nothing is done.
    ProvisionedThroughputExceededException,
    /// 400 for an item in another's transaction: `TransactionCanceledException` with reason `TransactionConflict`
    /// from a transaction, `TransactionConflictException` from any other call; nothing is done.
    TransactionConflict,
    /// 500 `InternalServerError`; nothing is done.
    InternalServerError,
    /// 500 `InternalServerError`, although the call was made and may have written.
    AnswerLost,
}

impl Fault {
    /// Fails the next call of any kind. Narrow it by setting the fields.
    pub fn next(kind: FaultKind) -> Self {
        Self { kind, times: 1, operation: None, caller: None, table: None }
    }

    fn matches(&self, operation: &str, caller: Option<&str>, tables: &[String]) -> bool {
        self.operation.as_deref().is_none_or(|wanted| wanted == operation)
            && self.caller.as_deref().is_none_or(|wanted| Some(wanted) == caller)
            && self.table.as_ref().is_none_or(|wanted| tables.contains(wanted))
    }
}

/// Injected failures that have not happened yet, oldest first.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds a failure behind those that are pending.
    pub fn inject(&self, fault: Fault) {
        if fault.times > 0 {
            self.lock().push(fault);
        }
    }

    /// The pending failures, with the number of calls left to each.
    pub fn pending(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Removes all pending failures.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The failure for this call, if one is pending.
    pub(crate) fn take(&self, operation: &str, caller: Option<&str>, tables: &[String]) -> Option<FaultKind> {
        let mut faults = self.lock();
        let at = faults.iter().position(|fault| fault.matches(operation, caller, tables))?;
        let kind = faults[at].kind;
        faults[at].times -= 1;
        if faults[at].times == 0 {
            faults.remove(at);
        }
        Some(kind)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_given_to_the_calls_it_means_and_as_often_as_it_says() {
        let faults = Faults::default();
        let fault: Fault = serde_json::from_str(
            r#"{"kind":"ThrottlingException","times":2,"operation":"PutItem","caller":"a","table":"T"}"#,
        )
        .unwrap();
        faults.inject(fault);
        let (t, u) = (["T".to_owned()], ["U".to_owned()]);
        assert_eq!(faults.take("GetItem", Some("a"), &t), None);
        assert_eq!(faults.take("PutItem", Some("b"), &t), None);
        assert_eq!(faults.take("PutItem", None, &t), None);
        assert_eq!(faults.take("PutItem", Some("a"), &u), None);
        assert_eq!(faults.take("PutItem", Some("a"), &t), Some(FaultKind::ThrottlingException));
        assert_eq!(faults.pending()[0].times, 1);
        assert_eq!(faults.take("PutItem", Some("a"), &t), Some(FaultKind::ThrottlingException));
        assert_eq!(faults.take("PutItem", Some("a"), &t), None);
        assert_eq!(faults.pending(), []);
    }

    #[test]
    fn a_misspelt_selector_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"AnswerLost","tabel":"T"}"#).is_err());
    }
}
