//! The version of a product, and the condition that a change sets on it.

use std::collections::BTreeSet;

use envelope::{EntityTag, IfMatch};

use crate::domain::product::Product;

impl Product {
    /// The entity tag of this version: `"3.17"` is the third revision, with 17 units in stock.
    pub fn version(&self) -> EntityTag {
        version(self.revision, self.stock)
    }
}

/// The entity tag of a product with this revision and this stock.
pub fn version(revision: u64, stock: u64) -> EntityTag {
    EntityTag::named(format!("{revision}.{stock}"))
}

/// The revisions that a change may be made to. The stock of the versions that the client names does not count: a sale is
/// no edit, and most products are sold more often than a client can read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RevisionCondition {
    /// Any.
    #[default]
    Any,
    /// One of these.
    OneOf(BTreeSet<u64>),
}

impl RevisionCondition {
    /// The condition that `If-Match` sets. A tag that no product can have names no revision.
    pub fn of(condition: Option<&IfMatch>) -> Self {
        match condition.and_then(IfMatch::versions) {
            None => Self::Any,
            Some(versions) => Self::OneOf(versions.filter_map(revision_of).collect()),
        }
    }

    /// Whether a revision meets it.
    pub fn holds(&self, revision: u64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(revisions) => revisions.contains(&revision),
        }
    }
}

fn revision_of(version: &str) -> Option<u64> {
    let (revision, stock) = version.split_once('.')?;
    number(stock)?;
    number(revision)
}

/// A number as [`version`] writes it.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use envelope::Call;
    use envelope::lambda_http::{Body, Request};

    use super::*;
    use crate::domain::product::tests::product;

    fn condition(header: &str) -> RevisionCondition {
        let mut request = Request::new(Body::Empty);
        request.headers_mut().insert("if-match", header.parse().unwrap());
        RevisionCondition::of(Call::from(request).if_match().unwrap().as_ref())
    }

    #[test]
    fn a_version_is_the_revision_and_the_stock() {
        let lamp = Product { revision: 3, ..product("Lamp", "Light", 500, 17) };
        assert_eq!(lamp.version().to_string(), "\"3.17\"");
    }

    #[test]
    fn a_condition_compares_the_revision_alone() {
        assert_eq!(RevisionCondition::of(None), RevisionCondition::Any);
        assert_eq!(condition("*"), RevisionCondition::Any);
        let both = condition("\"3.17\", \"18446744073709551615.0\"");
        assert_eq!([2, 3, u64::MAX].map(|revision| both.holds(revision)), [false, true, true]);
    }

    #[test]
    fn a_tag_that_is_weak_or_no_products_meets_no_revision() {
        for header in
            ["W/\"3.17\"", "\"3\"", "\"3.\"", "\".17\"", "\"3.17.1\"", "\"03.17\"", "\"+3.17\"", "\"3.x\"", "\"\"", ""]
        {
            assert_eq!(condition(header), RevisionCondition::OneOf(BTreeSet::new()), "{header}");
        }
    }
}
