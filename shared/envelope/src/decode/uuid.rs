//! Ids in paths and bodies.

use uuid::Uuid;

/// Length of the hyphenated form (RFC 9562, section 4).
const HYPHENATED: usize = 36;

/// The one way an id is stored, of the ways a UUID may be written: hyphenated, in lower case. `None` for anything
/// else (`Uuid` also reads braces, a URN and no hyphens, which no answer ever gave out), and so the id of nothing.
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
