//! Email addresses.

use envelope::decode::{FromField, Reject, is_blank, string};
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An email address (RFC 5321, 5322 and 6531) in one spelling, so that one mailbox is one user:
///
/// - without white space around it, in lower case;
/// - the local part in Unicode's normalization form C (RFC 6532, section 3.1);
/// - the domain in its ASCII form (RFC 5890; Unicode Technical Standard 46): `bücher.example` is `xn--bcher-kva.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// The text is not an email address.
#[derive(Debug, thiserror::Error)]
#[error("must be an email address such as ada@example.com")]
pub struct InvalidEmail;

impl Email {
    /// Longest local part, in bytes (RFC 5321, section 4.5.3.1.1).
    const MAX_LOCAL_BYTES: usize = 64;
    /// Longest address, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX_BYTES: usize = 254;

    /// Parses an address: no display name, no address literal, and a domain with a dot.
    ///
    /// # Errors
    /// [`InvalidEmail`]
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        // A longer one can get shorter, but no person's does.
        if text.len() > 2 * Self::MAX_BYTES {
            return Err(InvalidEmail);
        }
        let (local_part, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let (local_part, domain) = (canonical_local_part(local_part), ascii_domain(domain)?);
        let address = format!("{local_part}@{domain}");
        if address.len() > Self::MAX_BYTES || !is_dot_string(&local_part) || !domain.contains('.') {
            return Err(InvalidEmail);
        }
        Ok(Self(address))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Composed before and after, as lower case is defined by character and not by what is seen.
fn canonical_local_part(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    nfc.normalize(&nfc.normalize(text).to_lowercase()).into_owned()
}

/// Whether the text is a local part without quotes: atoms with dots between (RFC 5321, section 4.1.2), whose characters may
/// be any beyond ASCII (RFC 6531, section 3.3). Here only those that are seen.
fn is_dot_string(text: &str) -> bool {
    text.len() <= Email::MAX_LOCAL_BYTES && text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

fn is_atext(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        _ => !c.is_whitespace() && !c.is_control() && !is_invisible(c),
    }
}

fn ascii_domain(text: &str) -> Result<String, InvalidEmail> {
    let ascii = Uts46::new().to_ascii(
        text.as_bytes(),
        AsciiDenyList::STD3,
        // Two hyphens in the third and fourth place are allowed: such names exist, and RFC 5890 reserves them only.
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.map(|ascii| ascii.into_owned()).map_err(|_| InvalidEmail)
}

/// Two addresses that look the same must not be two users.
fn is_invisible(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

impl FromField for Email {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let address = string(value)?;
        if is_blank(address) {
            return Err(Reject::Missing);
        }
        Self::parse(address).map_err(|error| Reject::invalid("INVALID_FORMAT", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    fn parse(text: &str) -> String {
        Email::parse(text).unwrap_or_else(|error| panic!("{text:?} {error}")).as_str().to_owned()
    }

    #[test]
    fn addresses_are_trimmed_and_lower_cased() {
        assert_eq!(parse(" Ada.L+shop@Example.COM\n"), "ada.l+shop@example.com");
        assert_eq!(parse("ÖMER@example.com"), "ömer@example.com");
    }

    #[test]
    fn a_domain_is_one_in_any_spelling() {
        for text in [
            "ada@bücher.example",
            "ada@bu\u{308}cher.example",
            "ada@BÜCHER.Example",
            "ada@xn--bcher-kva.example",
            "ada@XN--BCHER-KVA.EXAMPLE",
            "ada@bü\u{ad}cher.example",
            "ada@bücher。example",
            "ada@ｂücher．example",
        ] {
            assert_eq!(parse(text), "ada@xn--bcher-kva.example", "{text:?}");
        }
        assert_eq!(parse("ada@straße.example"), "ada@xn--strae-oqa.example");
        assert_eq!(parse("用户@例子.测试"), "用户@xn--fsqu00a.xn--0zwm56d");
        assert_eq!(parse("ada@r3---sn.example.com"), "ada@r3---sn.example.com");
    }

    #[test]
    fn a_local_part_is_one_composed_and_decomposed() {
        assert_eq!(parse("ame\u{301}lie@example.com"), "am\u{e9}lie@example.com");
        assert_eq!(parse("AME\u{301}LIE@example.com"), "am\u{e9}lie@example.com");
        assert_eq!(parse("\u{212b}sa@example.com"), "\u{e5}sa@example.com");
        assert_eq!(parse("하@example.com"), parse("\u{1112}\u{1161}@example.com"));
        assert_ne!(parse("amelie@example.com"), parse("amélie@example.com"));
    }

    #[test]
    fn an_address_has_a_longest_length_as_typed_and_in_its_one_spelling() {
        let wide = |count: usize| "\u{ff41}".repeat(count);
        let typed = |local: &str| format!("{local}@{0}.{0}.{1}.example", wide(60), wide(45));
        assert_eq!(typed("ab").len(), 2 * Email::MAX_BYTES);
        assert_eq!(parse(&typed("ab")).len(), 178);
        assert!(Email::parse(&typed("abc")).is_err() && Email::parse(&typed("abcd")).is_err());
        let long = |last: usize| format!("{}@{1}.{1}.{2}", "a".repeat(64), "b".repeat(63), "c".repeat(last));
        assert_eq!(parse(&long(61)).len(), Email::MAX_BYTES);
        assert!(Email::parse(&long(62)).is_err() && Email::parse(&long(63)).is_err());
    }

    #[test]
    fn a_local_part_has_any_character_that_is_seen() {
        for address in [
            "\u{1f600}@example.com",
            "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}@example.com",
            "\u{e01}\u{e33}@example.com",
            "a\u{338}@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "\u{61f}\u{2192}\u{b2}@example.com",
        ] {
            assert_eq!(parse(address), address);
        }
        let longest = format!("{}@example.com", "\u{1f600}".repeat(16));
        assert_eq!(parse(&longest), longest);
        assert!(Email::parse(&format!("a{longest}")).is_err());
    }

    #[test]
    fn a_local_part_shows_all_of_itself() {
        for odd in [
            "\u{a0}",
            "\u{3000}",
            "\u{2028}",
            "\u{80}",
            "\u{9f}",
            "\u{ad}",
            "\u{34f}",
            "\u{115f}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{200b}",
            "\u{feff}",
            "\u{e0020}",
        ] {
            assert!(Email::parse(&format!("a{odd}b@example.com")).is_err(), "{odd:?}");
        }
        assert!(Email::parse("\"ab\"@example.com").is_err());
    }

    #[test]
    fn text_that_is_no_address_is_refused() {
        let long = format!("{}@example.com", "x".repeat(250));
        let long_domain = format!("a@{}.example", "ü".repeat(60));
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "a b@example.com",
            "ada@exa mple.com",
            "Ada <ada@example.com>",
            "ada@[127.0.0.1]",
            "ada@@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..da@example.com",
            "a(da)@example.com",
            "a,da@example.com",
            "a;da@example.com",
            "a:da@example.com",
            "a\\da@example.com",
            "ada@example..com",
            "ada\0@example.com",
            "\"a b\"@example.com",
            "ada@example.com.",
            "ada@-example.com",
            "ada@xn--a.example",
            "ada@xn--\u{fc}.example",
            "ada@exa_mple.com",
            "ad\u{ad}a@example.com",
            "ada\u{200b}@example.com",
            "a\u{200d}da@example.com",
            "ada@\u{202e}moc.example",
            "ada@a\u{5d0}.example",
            "ada＠example.com",
            &long,
            &long_domain,
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
