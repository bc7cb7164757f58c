//! The error codes of the shop's API.

use envelope::{Catalogue, Code, Kind};

/// An order without lines.
pub const EMPTY_ORDER: Code = Code::new("EMPTY_ORDER", Kind::VALIDATION);
/// A line of an order is malformed.
pub const INVALID_ITEM: Code = Code::new("INVALID_ITEM", Kind::VALIDATION);
/// An order for a product that is not sold.
pub const PRODUCT_NOT_FOUND: Code = Code::new("PRODUCT_NOT_FOUND", Kind::VALIDATION);
/// The request asks for more units than are in stock.
pub const INSUFFICIENT_STOCK: Code = Code::new("INSUFFICIENT_STOCK", Kind::VALIDATION);
/// An account with this email address exists.
pub const USER_EXISTS: Code = Code::new("USER_EXISTS", Kind::CONFLICT);
/// The token of a password reset is unknown, used or too old.
pub const INVALID_RESET_TOKEN: Code = Code::new("INVALID_RESET_TOKEN", Kind::VALIDATION);
/// The token that verifies an address is unknown, too old, or another user's.
pub const INVALID_VERIFICATION_TOKEN: Code = Code::new("INVALID_VERIFICATION_TOKEN", Kind::VALIDATION);
/// The order is in a state that cannot be cancelled.
pub const ORDER_NOT_CANCELLABLE: Code = Code::new("ORDER_NOT_CANCELLABLE", Kind::CONFLICT);

/// Every code that the API answers with: the general ones and the shop's.
pub const CATALOGUE: Catalogue = Catalogue::new(&[
    INVALID_ITEM,
    EMPTY_ORDER,
    PRODUCT_NOT_FOUND,
    INSUFFICIENT_STOCK,
    USER_EXISTS,
    INVALID_RESET_TOKEN,
    INVALID_VERIFICATION_TOKEN,
    ORDER_NOT_CANCELLABLE,
]);

#[cfg(test)]
mod tests {
    use super::CATALOGUE;

    #[test]
    fn no_two_codes_share_a_name() {
        let mut names: Vec<_> = CATALOGUE.codes().map(envelope::Code::as_str).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
