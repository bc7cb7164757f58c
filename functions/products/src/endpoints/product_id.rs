//! The `{id}` in a path, and the 404 of a product.

use envelope::{Call, Failure};

use crate::domain::id;

/// The id of the product that the path names.
///
/// # Errors
/// 404 for an id that no product can have.
pub(super) fn product_id(call: &Call) -> Result<String, Failure> {
    id::parse(call.path_parameter("id")).ok_or_else(|| not_found(call))
}

/// The 404 for a product that does not exist or that this caller may not see.
pub(super) fn not_found(call: &Call) -> Failure {
    Failure::not_found("Product not found").detail("productId", call.path_parameter("id"))
}
