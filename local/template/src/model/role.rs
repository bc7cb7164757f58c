//! What a function is allowed to do.

/// The role a function runs with. IAM User Guide: "IAM roles".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    /// `RoleName`, or the logical id.
    pub name: String,
    /// The statements of its policies, in the template's order. What none of them allows is denied.
    pub statements: Vec<Statement>,
}

/// One statement of a policy. IAM User Guide: "IAM JSON policy elements reference".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Effect`.
    pub effect: Effect,
    /// `Action`, each with its wildcards: `dynamodb:GetItem`, `logs:*`.
    pub actions: Vec<String>,
    /// `Resource`, each an ARN with its wildcards, or `*`.
    pub resources: Vec<String>,
}

/// What a statement does to the calls it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They may be made, if nothing denies them.
    Allow,
    /// They may not be made, whatever else allows them.
    Deny,
}
