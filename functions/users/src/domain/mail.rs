//! The mails that users get, and their text. None quotes what a person typed, be it a name: whoever asks for a mail to
//! somebody else's address would choose its words.

use contracts::payloads::{MailKind, StockRejected};

/// A mail to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// To show that the user reads mail to the address.
    VerifyEmail,
    /// To choose a new password.
    PasswordReset,
    /// An order was placed.
    OrderReceived {
        /// The order's id.
        order_id: String,
    },
    /// An order's stock is sold to it.
    OrderConfirmed {
        /// The order's id.
        order_id: String,
    },
    /// An order was cancelled.
    OrderCancelled {
        /// The order's id.
        order_id: String,
        /// Why, if not by the user.
        reason: Option<String>,
    },
}

/// A mail's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The subject line.
    pub subject: &'static str,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// How long the token of a verification can be used, in seconds.
const VERIFICATION_SECONDS: u64 = 24 * 60 * 60;
/// How long the token of a password reset can be used, in seconds.
const RESET_SECONDS: u64 = 30 * 60;

impl From<MailKind> for Mail {
    fn from(kind: MailKind) -> Self {
        match kind {
            MailKind::VerifyEmail => Self::VerifyEmail,
            MailKind::PasswordReset => Self::PasswordReset,
        }
    }
}

impl Mail {
    /// The kind's name in stored items and logs, by which mails are limited.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::PasswordReset => "password-reset",
            Self::OrderReceived { .. } => "order-received",
            Self::OrderConfirmed { .. } => "order-confirmed",
            Self::OrderCancelled { .. } => "order-cancelled",
        }
    }

    /// How long the token in it can be used, in seconds; `None` if it has none.
    pub fn token_seconds(&self) -> Option<u64> {
        match self {
            Self::VerifyEmail => Some(VERIFICATION_SECONDS),
            Self::PasswordReset => Some(RESET_SECONDS),
            Self::OrderReceived { .. } | Self::OrderConfirmed { .. } | Self::OrderCancelled { .. } => None,
        }
    }

    /// The mail's text. With the shop's URL, a token is in a link there: behind `#`, so that no server's log has it.
    /// Without, the mail shows the token to paste.
    pub fn content(&self, token: &str, shop_url: Option<&str>) -> Content {
        let (subject, paragraphs) = match self {
            Self::VerifyEmail => (
                "Confirm your email address",
                [
                    "An account was registered with this email address.".to_owned(),
                    "If it is yours, log in and confirm the address within 24 hours:".to_owned(),
                    at("verify-email", token, shop_url),
                    "If it is not, ignore this mail.".to_owned(),
                ],
            ),
            Self::PasswordReset => (
                "Choose a new password",
                [
                    "A new password was asked for, for the account with this email address.".to_owned(),
                    "Choose one within 30 minutes. All devices are logged out then:".to_owned(),
                    at("password-reset", token, shop_url),
                    "If you did not ask for it, ignore this mail: your password stays.".to_owned(),
                ],
            ),
            Self::OrderReceived { order_id } => ("Your order was received", order(order_id, "was received", shop_url)),
            Self::OrderConfirmed { order_id } => ("Your order is confirmed", order(order_id, "is confirmed", shop_url)),
            Self::OrderCancelled { order_id, reason } => {
                ("Your order was cancelled", order(order_id, cancelled(reason.as_deref()), shop_url))
            }
        };
        let shown: Vec<&str> =
            paragraphs.iter().map(String::as_str).filter(|paragraph| !paragraph.is_empty()).collect();
        let html = shown.iter().map(|paragraph| format!("<p>{}</p>\n", linked(paragraph))).collect();
        Content { subject, text: format!("{}\n", shown.join("\n\n")), html }
    }
}

/// A link to a page of the shop that is given the token, or the token itself.
fn at(page: &str, token: &str, shop_url: Option<&str>) -> String {
    shop_url.map_or_else(|| token.to_owned(), |url| format!("{}/{page}#token={token}", url.trim_end_matches('/')))
}

fn order(id: &str, what: &str, shop_url: Option<&str>) -> [String; 4] {
    // An id is a UUID. Anything else is no order of this shop.
    let id = envelope::decode::uuid(id).unwrap_or_default();
    let link = shop_url.map(|url| format!("{}/orders/{id}", url.trim_end_matches('/'))).unwrap_or_default();
    let why = "You get this mail because your account asks for mails about its orders.".to_owned();
    [format!("Your order {id} {what}."), link, why, String::new()]
}

/// The reasons that the shop gives. Another is not repeated.
fn cancelled(reason: Option<&str>) -> &'static str {
    match reason {
        Some(StockRejected::EXPIRED) => "was cancelled: the units held for it were released",
        Some(StockRejected::INSUFFICIENT_STOCK) => "was cancelled: there is not enough stock",
        _ => "was cancelled",
    }
}

/// A paragraph in HTML: one that is a URL is a link.
fn linked(paragraph: &str) -> String {
    let escaped = escaped(paragraph);
    if paragraph.starts_with("https://") || paragraph.starts_with("http://") {
        return format!("<a href=\"{escaped}\">{escaped}</a>");
    }
    escaped
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "01980c5e-0000-7000-8000-0000000000af";

    #[test]
    fn a_token_is_in_a_link_where_there_is_a_shop_and_else_to_paste() {
        let linked = Mail::PasswordReset.content("T0k-en_", Some("https://shop.example/"));
        assert!(linked.text.contains("\n\nhttps://shop.example/password-reset#token=T0k-en_\n\n"), "{}", linked.text);
        let link = "<a href=\"https://shop.example/password-reset#token=T0k-en_\">";
        assert!(linked.html.contains(link), "{}", linked.html);
        let pasted = Mail::VerifyEmail.content("T0k-en_", None);
        assert!(pasted.text.contains("\n\nT0k-en_\n\n") && pasted.html.contains("<p>T0k-en_</p>"), "{pasted:?}");
    }

    #[test]
    fn mails_about_orders_name_the_order_and_nothing_that_is_no_id() {
        let mail = Mail::OrderConfirmed { order_id: ORDER.to_owned() };
        let content = mail.content("", Some("https://shop.example"));
        assert!(content.text.starts_with(&format!("Your order {ORDER} is confirmed.\n\n")), "{}", content.text);
        assert!(
            content.html.contains(&format!("<a href=\"https://shop.example/orders/{ORDER}\">")),
            "{}",
            content.html
        );
        let odd = Mail::OrderCancelled { order_id: "<b>".to_owned(), reason: Some("click evil.example".to_owned()) };
        let content = odd.content("", None);
        assert!(!format!("{content:?}").contains("<b>") && !format!("{content:?}").contains("evil"), "{content:?}");
    }

    #[test]
    fn kinds_are_named_as_the_events_that_ask_for_them() {
        for kind in [MailKind::VerifyEmail, MailKind::PasswordReset] {
            assert_eq!(serde_json::to_value(kind).unwrap(), Mail::from(kind).kind());
        }
    }

    #[test]
    fn html_is_escaped() {
        assert_eq!(
            linked("https://a.example/?a=1&b=\"<"),
            "<a href=\"https://a.example/?a=1&amp;b=&quot;&lt;\">https://a.example/?a=1&amp;b=&quot;&lt;</a>"
        );
    }
}
