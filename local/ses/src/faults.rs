//! Failures on demand: those that code must survive and an emulator never has by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::StatusCode;
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
    /// The calling function's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// An address that the mail goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

fn once() -> u32 {
    1
}

/// A way to fail. Amazon SES API v2 Reference: "SendEmail", Errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    /// 429: too many calls; nothing is sent.
    TooManyRequestsException,
    /// 400: for example, the sender or, in the sandbox, a recipient is not verified; nothing is sent.
    MessageRejected,
    /// 400: the account may not send for now; nothing is sent.
    SendingPausedException,
    /// 500; nothing is sent.
    InternalFailure,
    /// 500 `InternalFailure`, although the mail was sent.
    AnswerLost,
}

impl FaultKind {
    /// The answer's status, code and message.
    pub(crate) fn answer(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::TooManyRequestsException => {
                (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Maximum sending rate exceeded.")
            }
            Self::MessageRejected => (StatusCode::BAD_REQUEST, "MessageRejected", "Email address is not verified."),
            Self::SendingPausedException => {
                (StatusCode::BAD_REQUEST, "SendingPausedException", "Sending paused for this account.")
            }
            Self::InternalFailure | Self::AnswerLost => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "An internal error occurred.")
            }
        }
    }
}

impl Fault {
    /// Fails the next call of any kind. Narrow it by setting the fields.
    pub fn next(kind: FaultKind) -> Self {
        Self { kind, times: 1, caller: None, to: None }
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

    /// The failure for this call, if one is pending. `is_to` tells whether the mail goes to an address.
    pub(crate) fn take(&self, caller: Option<&str>, is_to: impl Fn(&str) -> bool) -> Option<FaultKind> {
        let matches = |fault: &Fault| {
            fault.caller.as_deref().is_none_or(|wanted| Some(wanted) == caller)
                && fault.to.as_deref().is_none_or(&is_to)
        };
        let mut faults = self.lock();
        let at = faults.iter().position(matches)?;
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
        let fault = r#"{"kind":"MessageRejected","times":2,"caller":"a","to":"ada@example.com"}"#;
        faults.inject(serde_json::from_str(fault).unwrap());
        let to = |address: &'static str| move |wanted: &str| wanted == address;
        assert_eq!(faults.take(Some("b"), to("ada@example.com")), None);
        assert_eq!(faults.take(None, to("ada@example.com")), None);
        assert_eq!(faults.take(Some("a"), to("bob@example.com")), None);
        assert_eq!(faults.take(Some("a"), to("ada@example.com")), Some(FaultKind::MessageRejected));
        assert_eq!(faults.pending()[0].times, 1);
        assert_eq!(faults.take(Some("a"), to("ada@example.com")), Some(FaultKind::MessageRejected));
        assert_eq!(faults.take(Some("a"), to("ada@example.com")), None);
    }

    #[test]
    fn a_misspelt_selector_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"AnswerLost","form":"x"}"#).is_err());
    }
}
