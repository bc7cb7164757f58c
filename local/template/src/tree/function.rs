//! CloudFormation's functions, by both of their names. CloudFormation: "Intrinsic function reference".

use std::fmt;

/// A function that can be evaluated on one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Ref,
    GetAtt,
    Sub,
    If,
    Join,
    Select,
    Split,
    FindInMap,
    Equals,
    And,
    Or,
    Not,
    Condition,
    /// Only in `Rules`.
    Contains,
}

impl Function {
    const ALL: [(Self, &'static str); 14] = [
        (Self::Ref, "Ref"),
        (Self::GetAtt, "GetAtt"),
        (Self::Sub, "Sub"),
        (Self::If, "If"),
        (Self::Join, "Join"),
        (Self::Select, "Select"),
        (Self::Split, "Split"),
        (Self::FindInMap, "FindInMap"),
        (Self::Equals, "Equals"),
        (Self::And, "And"),
        (Self::Or, "Or"),
        (Self::Not, "Not"),
        (Self::Condition, "Condition"),
        (Self::Contains, "Contains"),
    ];

    /// `Sub` of `!Sub`.
    pub(crate) fn of_tag(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(function, _)| *function)
    }

    /// `Ref` or `Fn::Sub`, the key of a map of one. `Condition` is left out: it is an ordinary key elsewhere, so only
    /// those who evaluate conditions read it as a function.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        match key.strip_prefix("Fn::") {
            Some(name) => Self::of_tag(name).filter(|function| !matches!(function, Self::Ref | Self::Condition)),
            None => (key == "Ref").then_some(Self::Ref),
        }
    }

    /// Whether a key says that its map is meant as a function call.
    pub(crate) fn is_call(key: &str) -> bool {
        key == "Ref" || key.starts_with("Fn::")
    }
}

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(function, _)| function == self).map_or("", |(_, name)| name);
        write!(formatter, "!{name}")
    }
}
