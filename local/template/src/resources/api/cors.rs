//! `Cors` of an API. AWS SAM: "CorsConfiguration".

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::Cors;

const PROPERTIES: Accepted = Accepted {
    emulated: &["AllowOrigin", "AllowMethods", "AllowHeaders", "MaxAge", "AllowCredentials"],
    without_effect: &[],
};

pub(super) fn cors(field: &Field<'_>) -> Option<Cors> {
    if !field.is_map() {
        return Some(Cors { allow_origin: quoted(field)?, ..Cors::default() });
    }
    field.only(&PROPERTIES);
    let allow_origin = or_default(field.get("AllowOrigin"), "*".to_owned(), |field| quoted(&field));
    let allow_methods = optional(field.get("AllowMethods"), |field| quoted(&field));
    let allow_headers = optional(field.get("AllowHeaders"), |field| quoted(&field));
    let max_age = optional(field.get("MaxAge"), |field| quoted(&field));
    let allow_credentials = or_default(field.get("AllowCredentials"), false, |field| field.flag());
    if allow_credentials == Some(true) && allow_origin.as_deref() == Some("*") {
        field.get("AllowCredentials")?.note("no browser takes credentials from origin `*`: name the origin");
    }
    Some(Cors {
        allow_origin: allow_origin?,
        allow_methods: allow_methods?,
        allow_headers: allow_headers?,
        max_age: max_age?,
        allow_credentials: allow_credentials?,
    })
}

/// API Gateway takes a mapping expression here, and a fixed value is one in single quotes.
fn quoted(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(inner) => Some(inner.to_owned()),
        None => field.refuse(format!("API Gateway wants single quotes inside: \"'{text}'\"")),
    }
}
