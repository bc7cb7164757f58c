//! Strict decoding: a value that exists is valid, and every problem of a request comes back at once.
//!
//! A field's type says what is allowed by implementing [`FromField`]; a request's type lists its fields by
//! implementing [`Decode`].
//!
//! ```
//! use envelope::decode::{Decode, Fields, FromField, Reject, line, string};
//! use serde_json::Value;
//!
//! struct Name(String);
//!
//! impl FromField for Name {
//!     fn from_field(value: &Value) -> Result<Self, Reject> {
//!         Ok(Self(line(string(value)?, 200)?.to_owned()))
//!     }
//! }
//!
//! struct Rename { name: Name, reason: Option<String> }
//!
//! impl Decode for Rename {
//!     fn decode(fields: &mut Fields) -> Option<Self> {
//!         let name = fields.required("name");
//!         let reason = fields.optional("reason");
//!         Some(Self { name: name?, reason: reason? })
//!     }
//! }
//! ```

mod field_errors;
mod fields;
mod from_field;
mod limit;
mod nested;
mod number;
mod object;
mod problems;
#[cfg(test)]
mod properties;
mod query;
mod text;
mod uuid;

pub(crate) use object::object;

pub use self::uuid::uuid;
pub use fields::Fields;
pub use from_field::{FromField, Reject, string};
pub use limit::{CursorParameter, Limit, PageNumber};
pub use nested::{list_of, object_of};
pub use number::integer;
pub use problems::Problem;
pub use query::{FromQuery, QueryFields, whole_number};
pub use text::{InvalidText, is_blank, line, lines, sets_direction};

/// A request body.
pub trait Decode: Sized {
    /// The message of the 400 where a required field is absent or blank.
    const MISSING: &'static str = "Missing required fields";

    /// Reads the fields. Ask for all of them before the first `?`, so that one answer lists every problem.
    fn decode(fields: &mut Fields) -> Option<Self>;
}

/// The query of a request.
pub trait DecodeQuery: Sized {
    /// Reads the parameters, as [`Decode::decode`] does.
    fn decode(query: &mut QueryFields) -> Option<Self>;
}
