//! What products and orders are called.

use uuid::Uuid;

/// Length of the hyphenated form (RFC 9562, section 4).
const LENGTH: usize = 36;

/// A new id: UUIDv7, so that ids sort by time.
pub fn new() -> String {
    Uuid::now_v7().to_string()
}

/// The one way an id is stored, of the ways a UUID may be written: hyphenated, in lower case. `None` if it is none,
/// and so the id of nothing.
pub fn parse(text: &str) -> Option<String> {
    if text.len() != LENGTH {
        return None;
    }
    Uuid::try_parse(text).ok().map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_uuid_is_one_id_in_either_case() {
        let id = super::new();
        assert_eq!(super::parse(&id.to_uppercase()), Some(id));
    }

    #[test]
    fn anything_else_is_no_id() {
        let id = super::new();
        for text in ["", "ping", "42", &id[1..], &format!("{{{id}}}"), &id.replace('-', ""), &format!("{id} ")] {
            assert_eq!(super::parse(text), None, "{text}");
        }
    }
}
