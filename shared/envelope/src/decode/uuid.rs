//! Reads ids in paths and bodies.

use uuid::Uuid;

/// Length of the hyphenated form (RFC 9562, section 4).
const HYPHENATED: usize = 36;

/// Reads an id, in the form in which ids are stored: hyphenated, in lower case. `None` for anything else, such as the
/// braces, the URN and the form without hyphens that `Uuid` reads too: no answer ever has those.
pub fn uuid(text: &str) -> Option<String> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == HYPHENATED)?;
    Some(id.to_string())
}

#[cfg(test)]
mod tests {
    const ID: &str = "01980000-0000-7000-8000-00000000abcd";

    #[test]
    fn a_uuid_is_one_id_in_either_case() {
        assert_eq!(super::uuid(&ID.to_uppercase()).as_deref(), Some(ID));
    }

    #[test]
    fn anything_else_is_no_id() {
        for text in ["", "ping", "42", &ID[1..], &format!("{{{ID}}}"), &ID.replace('-', ""), &format!("{ID} ")] {
            assert_eq!(super::uuid(text), None, "{text}");
        }
    }
}
