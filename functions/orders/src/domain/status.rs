//! What becomes of an order: the states it is in and the changes between them.

use serde::{Deserialize, Serialize};

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Placed; its stock is held, not yet taken.
    Pending,
    /// Its stock is taken.
    Confirmed,
    /// Over. There is no way out.
    Cancelled,
}

impl Status {
    /// As it is stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A change of an order's state. The store makes it in one write, conditional on the state it starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Its stock was taken.
    Confirm,
    /// Its stock was not to be had.
    Reject {
        /// Why, as the product service says it.
        reason: String,
    },
    /// Its customer wants it no more.
    Cancel,
}

impl Change {
    /// The states it starts from.
    pub fn from(&self) -> &'static [Status] {
        match self {
            Self::Confirm | Self::Reject { .. } => &[Status::Pending],
            Self::Cancel => &[Status::Pending, Status::Confirmed],
        }
    }

    /// The state it leads to.
    pub fn to(&self) -> Status {
        match self {
            Self::Confirm => Status::Confirmed,
            Self::Reject { .. } | Self::Cancel => Status::Cancelled,
        }
    }

    /// Why it is made, where that is to be told.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Reject { reason } => Some(reason),
            Self::Confirm | Self::Cancel => None,
        }
    }
}
