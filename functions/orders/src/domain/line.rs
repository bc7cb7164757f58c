//! The lines of a new order.

use contracts::codes;
use contracts::reserve_stock::{self, MAX_LINES, MAX_QUANTITY};
use envelope::decode::{Decode, Fields, FromField, Reject, integer, is_blank, list_of, object_of, string, uuid};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A product's id as the client gave it. Only the product service knows whether there is such a product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ProductId(String);

impl ProductId {
    /// Longest id in bytes; a real one is a UUID of 36.
    const MAX_BYTES: usize = 100;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromField for ProductId {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let id = string(value)?;
        if is_blank(id) {
            return Err(Reject::Missing);
        }
        match id.len() {
            // An id that is no UUID stays as it is: the product service will find no product for it.
            ..=Self::MAX_BYTES => Ok(Self(uuid(id).unwrap_or_else(|| id.to_owned()))),
            _ => Err(Reject::invalid("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES))),
        }
    }
}

/// Units of one product: 1 to [`MAX_QUANTITY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Quantity(u32);

impl Quantity {
    fn new(quantity: u64) -> Result<Self, Reject> {
        match u32::try_from(quantity) {
            Ok(quantity @ 1..=MAX_QUANTITY) => Ok(Self(quantity)),
            _ => Err(Reject::invalid("OUT_OF_RANGE", format!("must be from 1 to {MAX_QUANTITY}"))),
        }
    }

    fn plus(self, more: Self) -> Result<Self, Reject> {
        Self::new(u64::from(self.0) + u64::from(more.0))
    }
}

impl FromField for Quantity {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        Self::new(integer(value, 1, MAX_QUANTITY.into())?)
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The product's id.
    pub product_id: ProductId,
    /// Units of the product.
    pub quantity: Quantity,
}

impl Decode for Line {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let product_id = fields.required("productId");
        let quantity = fields.required("quantity");
        Some(Self { product_id: product_id?, quantity: quantity? })
    }
}

impl FromField for Line {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        object_of(value).map_err(|reject| malformed(reject, value))
    }
}

/// The lines of a new order: 1 to [`MAX_LINES`], each of another product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Lines(Vec<Line>);

impl Lines {
    /// The lines.
    pub fn as_slice(&self) -> &[Line] {
        &self.0
    }

    /// The lines as the product service is asked to hold them.
    pub fn to_reserve(&self) -> Vec<reserve_stock::Line> {
        let line = |line: &Line| reserve_stock::Line {
            product_id: line.product_id.as_str().to_owned(),
            quantity: line.quantity.0,
        };
        self.0.iter().map(line).collect()
    }

    /// Merges the lines of each product into the first of them.
    fn merge(given: Vec<Line>) -> Result<Self, Reject> {
        let mut lines: Vec<Line> = Vec::with_capacity(given.len());
        for (index, line) in given.into_iter().enumerate() {
            match lines.iter_mut().find(|known| known.product_id == line.product_id) {
                None => lines.push(line),
                Some(known) => {
                    known.quantity = known.quantity.plus(line.quantity).map_err(|reject| {
                        let within = Reject::within([(format!("[{index}].quantity"), reject)]);
                        malformed(within, &json!(line))
                    })?;
                }
            }
        }
        Ok(Self(lines))
    }
}

impl FromField for Lines {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        match value {
            Value::Array(lines) if !lines.is_empty() => Self::merge(list_of(value, MAX_LINES)?),
            Value::Array(_) => Err(empty(Reject::invalid("EMPTY", "must have at least one element"))),
            _ => Err(empty(Reject::mistyped("an array"))),
        }
    }

    fn absent() -> Reject {
        empty(Reject::invalid("REQUIRED", "is required"))
    }
}

fn empty(reject: Reject) -> Reject {
    let details = Map::from_iter([("items".to_owned(), json!("Must be non-empty array"))]);
    reject.named(codes::EMPTY_ORDER, "Order must contain items", details)
}

fn malformed(reject: Reject, item: &Value) -> Reject {
    // A field that is missing in a line is a malformed line, not a missing field of the order.
    let details = Map::from_iter([("item".to_owned(), item.clone())]);
    reject.named(codes::INVALID_ITEM, "Invalid item format", details)
}
