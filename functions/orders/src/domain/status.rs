//! The states of an order and the transitions between them.
//!
//! ```text
//! pending → confirmed | cancelled
//! confirmed → cancelled
//! ```

use serde::{Deserialize, Serialize};

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The order was placed, and its stock is held.
    Pending,
    /// The stock is sold to the order.
    Confirmed,
    /// The order is cancelled; this state is final.
    Cancelled,
}

impl Status {
    /// The name of the state in the table and in responses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A transition of an order from one state to another. The store applies it in one write, on the condition that the order
/// is in a state that the transition starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transition {
    /// The stock is sold to the order.
    Confirm,
    /// There is no stock for the order.
    Reject {
        /// Why, in the product service's words.
        reason: String,
    },
    /// The customer cancels the order.
    Cancel,
}

impl Transition {
    /// The states that the transition starts from.
    pub fn from(&self) -> &'static [Status] {
        match self {
            Self::Confirm | Self::Reject { .. } => &[Status::Pending],
            Self::Cancel => &[Status::Pending, Status::Confirmed],
        }
    }

    /// The state that the transition leads to.
    pub fn to(&self) -> Status {
        match self {
            Self::Confirm => Status::Confirmed,
            Self::Reject { .. } | Self::Cancel => Status::Cancelled,
        }
    }

    /// Why the order is rejected; `None` for another transition.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Reject { reason } => Some(reason),
            Self::Confirm | Self::Cancel => None,
        }
    }
}
