//! The states of an order and the transitions between them.
//!
//! ```text
//! pending → pending (relying on a later hold) | confirmed | cancelled
//! confirmed → cancelled
//! ```

use contracts::hold_generation::HoldGeneration;
use serde::{Deserialize, Serialize};

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A transition of an order from one state to another. The store applies it in one write, on the condition that
/// [`Transition::applies_to`] the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transition {
    /// The order relies on a later hold than it was written with: its state stays as it is.
    Renew {
        /// The later hold's generation.
        hold_generation: HoldGeneration,
    },
    /// The stock is sold to the order. Whichever generation was sold, no later one follows it.
    Confirm,
    /// There is no stock for the order.
    Reject {
        /// The hold that has none. An order that relies on a later one is not rejected.
        hold_generation: HoldGeneration,
        /// Why, in the product service's words.
        reason: String,
    },
    /// The customer cancels the order.
    Cancel,
}

/// The generations of a hold that an order may rely on, if a transition is to apply to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generations {
    /// All.
    Any,
    /// Those before this one.
    Before(HoldGeneration),
    /// Those up to this one.
    UpTo(HoldGeneration),
}

impl Transition {
    /// The states that the transition starts from.
    pub fn from(&self) -> &'static [Status] {
        match self {
            Self::Renew { .. } | Self::Confirm | Self::Reject { .. } => &[Status::Pending],
            Self::Cancel => &[Status::Pending, Status::Confirmed],
        }
    }

    /// The generations of its hold that the order may rely on before the transition.
    pub fn generations(&self) -> Generations {
        match self {
            Self::Renew { hold_generation } => Generations::Before(*hold_generation),
            Self::Reject { hold_generation, .. } => Generations::UpTo(*hold_generation),
            Self::Confirm | Self::Cancel => Generations::Any,
        }
    }

    /// Whether the transition applies to an order in this state that relies on this generation of its hold.
    pub fn applies_to(&self, status: Status, relies_on: HoldGeneration) -> bool {
        self.from().contains(&status)
            && match self.generations() {
                Generations::Any => true,
                Generations::Before(generation) => relies_on < generation,
                Generations::UpTo(generation) => relies_on <= generation,
            }
    }

    /// The state that the transition leads to.
    pub fn to(&self) -> Status {
        match self {
            Self::Renew { .. } => Status::Pending,
            Self::Confirm => Status::Confirmed,
            Self::Reject { .. } | Self::Cancel => Status::Cancelled,
        }
    }

    /// Why the order is rejected; `None` for another transition.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Reject { reason, .. } => Some(reason),
            Self::Renew { .. } | Self::Confirm | Self::Cancel => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{Cancelled, Confirmed, Pending};
    use super::*;

    #[test]
    fn what_is_said_of_an_earlier_hold_is_not_true_of_a_later_one() {
        let first = HoldGeneration::FIRST;
        let (second, third) = (first.next(), first.next().next());
        let reject = Transition::Reject { hold_generation: second, reason: "expired".to_owned() };
        let renew = Transition::Renew { hold_generation: second };
        for (transition, applies) in [
            (reject, [true, true, false]),
            (renew, [true, false, false]),
            (Transition::Confirm, [true; 3]),
            (Transition::Cancel, [true; 3]),
        ] {
            assert_eq!([first, second, third].map(|it| transition.applies_to(Pending, it)), applies, "{transition:?}");
        }
    }

    #[test]
    fn only_a_rejected_order_says_why() {
        let reject = Transition::Reject { hold_generation: HoldGeneration::FIRST, reason: "expired".to_owned() };
        let renew = Transition::Renew { hold_generation: HoldGeneration::FIRST };
        assert_eq!(reject.reason(), Some("expired"));
        assert!([renew, Transition::Confirm, Transition::Cancel].iter().all(|other| other.reason().is_none()));
    }

    #[test]
    fn a_condition_names_the_state_as_an_item_has_it() {
        for status in [Pending, Confirmed, Cancelled] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn only_its_customer_changes_an_order_that_is_decided() {
        let first = HoldGeneration::FIRST;
        let reject = Transition::Reject { hold_generation: first, reason: "expired".to_owned() };
        for transition in [reject, Transition::Renew { hold_generation: first.next() }, Transition::Confirm] {
            assert!(![Confirmed, Cancelled].iter().any(|status| transition.applies_to(*status, first)));
        }
        assert!(Transition::Cancel.applies_to(Confirmed, first));
        assert!(!Transition::Cancel.applies_to(Cancelled, first));
    }
}
