//! CBOR (RFC 8949), as far as an error needs it: a map of texts.

/// A map of texts.
pub fn map(members: &[(&str, &str)]) -> Vec<u8> {
    const MAP: u8 = 5 << 5;
    let mut bytes = head(MAP, members.len());
    for (name, value) in members {
        text(&mut bytes, name);
        text(&mut bytes, value);
    }
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    const TEXT: u8 = 3 << 5;
    bytes.extend(head(TEXT, text.len()));
    bytes.extend_from_slice(text.as_bytes());
}

/// The head of an item: its major type and its length (section 3).
fn head(major: u8, length: usize) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..24), _) => vec![major | length],
        (Ok(length), _) => vec![major | 24, length],
        (_, Ok(length)) => [&[major | 25][..], &length.to_be_bytes()].concat(),
        _ => [&[major | 27][..], &(length as u64).to_be_bytes()].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        assert_eq!(map(&[("a", "")]), [0xa1, 0x61, b'a', 0x60]);
        assert_eq!(head(0x60, 23), [0x77]);
        assert_eq!(head(0x60, 24), [0x78, 24]);
        assert_eq!(head(0x60, 256), [0x79, 1, 0]);
        assert_eq!(head(0x60, 65_536), [0x7b, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
