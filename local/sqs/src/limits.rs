//! What SQS refuses: the rules of a message and the ranges of the numbers beside it.
//! SQS Developer Guide: "Amazon SQS message quotas" and "Amazon SQS message attributes".

use std::time::Duration;

use crate::attribute::{Attribute, Value};
use crate::error::MAX_MESSAGE_BYTES;
use crate::{Error, NewMessage};

/// The longest a message stays hidden: 12 hours from its receive.
pub(crate) const MAX_VISIBILITY: Duration = Duration::from_secs(43_200);
const MAX_DELAY: Duration = Duration::from_secs(900);
const MAX_ATTRIBUTES: usize = 10;

/// Refuses a message that SQS would refuse.
pub(crate) fn check(message: &NewMessage) -> Result<(), Error> {
    if message.body.is_empty() {
        return Err(Error::MissingParameter("MessageBody"));
    }
    if message.bytes() > MAX_MESSAGE_BYTES {
        return Err(Error::InvalidParameterValue(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {MAX_MESSAGE_BYTES} bytes."
        )));
    }
    if !message.body.chars().all(is_carried) {
        return Err(Error::InvalidMessageContents);
    }
    if let Some(delay) = message.delay.filter(|delay| *delay > MAX_DELAY) {
        return Err(Error::invalid(delay.as_secs(), "DelaySeconds", "DelaySeconds must be >= 0 and <= 900."));
    }
    if message.attributes.len() > MAX_ATTRIBUTES {
        return Err(Error::InvalidParameterValue(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            message.attributes.len()
        )));
    }
    if let Some(group) = message.group_id.as_deref().filter(|group| !is_group_id(group)) {
        return Err(Error::invalid(
            group,
            "MessageGroupId",
            "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
        ));
    }
    message.attributes.iter().try_for_each(|(name, attribute)| check_attribute(name, attribute))
}

/// Refuses a visibility timeout over 12 hours.
pub(crate) fn check_visibility(timeout: Duration) -> Result<(), Error> {
    if timeout > MAX_VISIBILITY {
        return Err(Error::invalid(
            timeout.as_secs(),
            "VisibilityTimeout",
            "Must be between 0 and 43200, if provided.",
        ));
    }
    Ok(())
}

fn check_attribute(name: &str, attribute: &Attribute) -> Result<(), Error> {
    let refused = |why: String| Err(Error::InvalidParameterValue(why));
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || name.len() > 256 {
        return refused("Message (user) attribute names must be between 1 and 256 characters long".into());
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return refused(format!(
            "Message (user) attribute name {name:?} can only contain letters, digits, periods, hyphens and underscores."
        ));
    }
    if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        return refused(format!(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.': {name:?} is reserved."
        ));
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return refused(format!(
            "Message (user) attribute name {name:?} can't start or end with a period, or have two in a row."
        ));
    }

    let kind = attribute.data_type.split('.').next().unwrap_or_default();
    if attribute.data_type.len() > 256 {
        return refused("Message (user) attribute types must be shorter than 256 Bytes".into());
    }
    match (&attribute.value, kind) {
        (Value::Text(text), "String" | "Number") if text.is_empty() => {
            refused(format!("Message (user) attribute '{name}' must contain a non-empty value of type 'String'."))
        }
        (Value::Text(text), "String" | "Number") if !text.chars().all(is_carried) => {
            refused(Error::InvalidMessageContents.to_string())
        }
        (Value::Text(text), "Number") if text.parse::<f64>().is_err() => {
            refused(format!("Can't cast the value of message (user) attribute '{name}' to a number."))
        }
        (Value::Text(_), "String" | "Number") => Ok(()),
        (Value::Binary(bytes), "Binary") if bytes.is_empty() => {
            refused(format!("Message (user) attribute '{name}' must contain a non-empty value of type 'Binary'."))
        }
        (Value::Binary(_), "Binary") => Ok(()),
        (_, "String" | "Number" | "Binary") => {
            refused(format!("The value of message (user) attribute '{name}' is not of its type '{kind}'."))
        }
        _ => refused(format!(
            "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type \
             prefixes: Binary, Number, String."
        )),
    }
}

/// Whether SQS carries the character: those of XML 1.0. Surrogates can't occur in a `char`.
fn is_carried(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

fn is_group_id(group: &str) -> bool {
    (1..=128).contains(&group.len()) && group.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, attribute: Attribute) -> NewMessage {
        NewMessage { attributes: [(name.to_string(), attribute)].into(), ..NewMessage::new("body") }
    }

    fn reason(message: &NewMessage) -> String {
        check(message).expect_err("accepted").to_string()
    }

    #[test]
    fn a_message_of_exactly_one_mebibyte_is_accepted() {
        let attribute = with("name", Attribute::string("value"));
        let room = MAX_MESSAGE_BYTES - (attribute.bytes() - attribute.body.len());
        check(&NewMessage { body: "x".repeat(room), ..attribute.clone() }).unwrap();
        assert_eq!(
            reason(&NewMessage { body: "x".repeat(room + 1), ..attribute }),
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
        );
    }

    #[test]
    fn characters_outside_of_xml_are_refused() {
        check(&NewMessage::new("tab\t newline\r\n é 漢 🦀 \u{fffd}")).unwrap();
        for bad in ["\0", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            assert!(matches!(check(&NewMessage::new(bad)), Err(Error::InvalidMessageContents)), "{bad:?}");
        }
    }

    #[test]
    fn an_empty_body_is_missing() {
        assert_eq!(reason(&NewMessage::default()), "The request must contain the parameter MessageBody.");
    }

    #[test]
    fn a_delay_is_at_most_fifteen_minutes() {
        let delayed = |seconds| NewMessage { delay: Some(Duration::from_secs(seconds)), ..NewMessage::new("body") };
        check(&delayed(900)).unwrap();
        assert_eq!(
            reason(&delayed(901)),
            "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
        );
    }

    #[test]
    fn attribute_names_follow_the_rules() {
        for good in ["a", "A-b_c.d", "awsome", &"x".repeat(256)] {
            check(&with(good, Attribute::string("v"))).unwrap();
        }
        for bad in ["", "a b", "é", "AWS.x", "Amazon.x", ".a", "a.", "a..b", &"x".repeat(257)] {
            assert!(check(&with(bad, Attribute::string("v"))).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn attribute_values_are_of_their_type() {
        let text = |data_type: &str, value: &str| {
            with("a", Attribute { data_type: data_type.into(), value: Value::Text(value.into()) })
        };
        let binary = |data_type: &str, value: &[u8]| {
            with("a", Attribute { data_type: data_type.into(), value: Value::Binary(value.into()) })
        };
        for good in [text("String", "x"), text("Number.int", "-12.5"), binary("Binary.gif", b"\0")] {
            check(&good).unwrap();
        }
        let bad = [
            text("String", ""),
            text("String", "\0"),
            text("Number", "twelve"),
            text("Binary", "x"),
            text("Text", "x"),
            binary("Binary", b""),
            binary("String", b"x"),
        ];
        for bad in bad {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_eleventh_attribute_is_refused() {
        let attributes = |n| (0..n).map(|i| (format!("a{i}"), Attribute::string("v"))).collect();
        check(&NewMessage { attributes: attributes(10), ..NewMessage::new("body") }).unwrap();
        assert_eq!(
            reason(&NewMessage { attributes: attributes(11), ..NewMessage::new("body") }),
            "Number of message attributes [11] exceeds the allowed maximum [10]."
        );
    }
}
