//! What can be wrong with an order that a customer asks for by its id.

use contracts::codes;
use envelope::Failure;

use crate::domain::status::Status;

/// Why a customer's request for an order is refused. It does not implement `Error`: a `Failure` made from an `Error` is a
/// 500.
#[derive(Debug)]
pub enum OrderError {
    /// There is no such order, or it is another customer's: the response does not tell which.
    NotFound,
    /// An order in this state cannot be cancelled.
    NotCancellable(Status),
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound => Self::not_found("Order not found"),
            OrderError::NotCancellable(status) => {
                Self::conflict(codes::ORDER_NOT_CANCELLABLE, "Order cannot be cancelled").detail("status", status)
            }
        }
    }
}
