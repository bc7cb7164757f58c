//! A mail.

use serde::{Deserialize, Serialize};

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// SES's message id. Ids sort by the time of sending.
    pub id: String,
    /// When it was sent: RFC 3339, UTC, milliseconds.
    pub sent_at: String,
    /// The function that sent it; `None` if something else did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
    /// The sender's address, with or without a display name.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// Recipients of a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Recipients of a copy, unknown to the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// Where answers go, if not to the sender.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<String>,
    /// The subject line.
    pub subject: String,
    /// The body as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The body as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Further header fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
}

/// A header field of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    #[serde(rename(deserialize = "Name", serialize = "Name"))]
    pub name: String,
    /// Its value.
    #[serde(rename(deserialize = "Value", serialize = "Value"))]
    pub value: String,
}

impl Mail {
    /// Whether the mail was sent to this address, in whichever case.
    pub fn is_to(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        [&self.to, &self.cc, &self.bcc]
            .into_iter()
            .flatten()
            .any(|recipient| bare_address(recipient).to_lowercase() == address)
    }
}

/// The address in `Ada <ada@example.com>`, or the text itself.
pub fn bare_address(address: &str) -> &str {
    let named = address.trim().strip_suffix('>').and_then(|start| start.rsplit_once('<'));
    named.map_or(address.trim(), |(_, address)| address.trim())
}

#[cfg(test)]
mod tests {
    use super::bare_address;

    #[test]
    fn a_display_name_is_no_part_of_the_address() {
        for address in
            ["ada@example.com", "<ada@example.com>", "Ada L <ada@example.com>", " \"A <b>\" <ada@example.com> "]
        {
            assert_eq!(bare_address(address), "ada@example.com", "{address}");
        }
    }
}
