//! An action on a resource: a call needs some, a role allows some.

use serde::Serialize;

/// One action on one resource. A call may need several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Access {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// The resource's ARN; `*` for an action that is about none, such as `dynamodb:ListTables`.
    pub resource: String,
}

impl Access {
    /// This action on this resource.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}
