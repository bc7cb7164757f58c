//! The MD5 digests that SQS answers with, so that a client can see its message arrived whole.
//! SQS Developer Guide: "Calculating the MD5 message digest for message attributes".

use crate::attribute::{Attribute, Value};

/// The digest of a message body.
pub(crate) fn of_body(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

/// The digest of attributes in the order of their names; `None` if there are none.
pub(crate) fn of_attributes<'a>(attributes: impl IntoIterator<Item = (&'a String, &'a Attribute)>) -> Option<String> {
    let mut encoded = Vec::new();
    for (name, attribute) in attributes {
        push(&mut encoded, name.as_bytes());
        push(&mut encoded, attribute.data_type.as_bytes());
        match &attribute.value {
            Value::Text(text) => {
                encoded.push(1);
                push(&mut encoded, text.as_bytes());
            }
            Value::Binary(bytes) => {
                encoded.push(2);
                push(&mut encoded, bytes);
            }
        }
    }
    (!encoded.is_empty()).then(|| format!("{:x}", md5::compute(encoded)))
}

/// Each part goes in behind its length: four bytes, most significant first. A message is at most 1 MiB.
fn push(encoded: &mut Vec<u8>, part: &[u8]) {
    encoded.extend_from_slice(&(part.len() as u32).to_be_bytes());
    encoded.extend_from_slice(part);
}

/// The expected digests were recorded from AWS.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Attributes;

    fn strings(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(name, value)| (name.to_string(), Attribute::string(*value))).collect()
    }

    #[test]
    fn a_body_has_the_digest_aws_gives_it() {
        assert_eq!(of_body("msg"), "6e2baaf3b97dbeef01c0043275f9a0e7");
    }

    #[test]
    fn string_attributes_have_the_digests_aws_gives_them() {
        let digest = |pairs: &[(&str, &str)]| of_attributes(&strings(pairs)).unwrap();
        assert_eq!(digest(&[("Foo", "Bar")]), "ae7155c6026991b6d54b11589678bf9c");
        assert_eq!(digest(&[("Hello", "There")]), "a311262e065454b75da111d535b8dacd");
        assert_eq!(digest(&[("Hello", "There"), ("General", "Kenobi")]), "fca026605781cb4126a1e9044df24232");
        assert_eq!(
            digest(&[("Hello", "There"), ("General", "Kenobi"), ("Help.Me", "Me")]),
            "4c360f3fdafd970e05fae2f149d997f5"
        );
    }

    #[test]
    fn a_binary_attribute_has_the_digest_aws_gives_it() {
        let value = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01".to_vec();
        let attribute = Attribute { data_type: "Binary".into(), value: Value::Binary(value) };
        assert_eq!(of_attributes([(&"attr1".to_string(), &attribute)]).unwrap(), "8cbe4db156db8a94db8b801b7addb984");
    }

    #[test]
    fn no_attributes_have_no_digest() {
        assert_eq!(of_attributes(&Attributes::new()), None);
    }
}
