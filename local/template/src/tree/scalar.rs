//! What a scalar is that stands without quotes: YAML 1.1, as SAM reads it (PyYAML's `SafeLoader`, with dates left as text).
//!
//! YAML: "Language-Independent Types for YAML 1.1"; the patterns are PyYAML's.

use std::sync::LazyLock;

use regex::Regex;

/// What a scalar is, in the text that CloudFormation makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Null,
    /// `<<`, as a key.
    Merge,
    /// `yes`, `off`, `True` and the like.
    Truth(bool),
    /// An integer in decimal digits, or a finite float.
    Number(String),
    /// A float in decimal digits that AWS's services, which are not written in Python, may write in another way.
    Extreme(String),
    /// Nothing that a template can say; why.
    Unusable(&'static str),
}

static INTEGER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = [
        "[-+]?0b[0-1_]+",
        "[-+]?0[0-7_]+",
        "[-+]?(?:0|[1-9][0-9_]*)",
        "[-+]?0x[0-9a-fA-F_]+",
        "[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+",
    ];
    Regex::new(&format!("^(?:{})$", patterns.join("|"))).ok()
});

static FLOAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?",
        r"\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
        r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*",
    ];
    Regex::new(&format!("^(?:{})$", patterns.join("|"))).ok()
});

impl Scalar {
    /// What `text` is.
    pub(super) fn plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "<<" => Self::Merge,
            "=" => Self::Unusable("a mark of YAML 1.1: quote it"),
            _ => Self::truth(text).or_else(|| Self::float(text)).or_else(|| Self::integer(text)).unwrap_or(Self::Text),
        }
    }

    /// What `text` is by its tag: `int` of `!!int`.
    ///
    /// # Errors
    /// Why it is nothing.
    pub(super) fn tagged(tag: &str, text: &str) -> Result<Self, String> {
        match tag {
            "str" | "timestamp" => Ok(Self::Text),
            "null" => Ok(Self::Null),
            "bool" => Self::truth(text).ok_or_else(|| format!("`{text}` is neither true nor false in YAML 1.1")),
            "int" => Self::integer(text).ok_or_else(|| format!("`{text}` is not an integer of YAML 1.1")),
            "float" => Self::float(text).ok_or_else(|| format!("`{text}` is not a float of YAML 1.1")),
            other => Err(format!("`!!{other}` can't be read in a template")),
        }
    }

    fn truth(text: &str) -> Option<Self> {
        match text {
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Self::Truth(true)),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(Self::Truth(false)),
            _ => None,
        }
    }

    fn integer(text: &str) -> Option<Self> {
        if !INTEGER.as_ref()?.is_match(text) {
            return None;
        }
        const TOO_LARGE: Scalar = Scalar::Unusable("no integer that can be read here: quote it if text is meant");
        let (sign, digits) = signed(text);
        let digits = digits.replace('_', "");
        let value = if let Some(binary) = digits.strip_prefix("0b") {
            u128::from_str_radix(binary, 2).ok()
        } else if let Some(hex) = digits.strip_prefix("0x") {
            u128::from_str_radix(hex, 16).ok()
        } else if digits.contains(':') {
            sexagesimal(&digits)
        } else if digits.len() > 1 && digits.starts_with('0') {
            u128::from_str_radix(&digits, 8).ok()
        } else {
            // Python's integers have no end.
            return Some(Self::Number(with_sign(sign, digits)));
        };
        Some(value.map_or(TOO_LARGE, |value| Self::Number(with_sign(sign, value.to_string()))))
    }

    fn float(text: &str) -> Option<Self> {
        match text.trim_start_matches(['-', '+']) {
            ".inf" | ".Inf" | ".INF" => return Some(Self::Unusable("infinity in YAML: quote it if text is meant")),
            ".nan" | ".NaN" | ".NAN" if !text.starts_with(['-', '+']) => {
                return Some(Self::Unusable("no number in YAML: quote it if text is meant"));
            }
            _ => {}
        }
        if !FLOAT.as_ref()?.is_match(text) {
            return None;
        }
        let (sign, digits) = signed(text);
        let parts = digits.replace('_', "");
        let mut value = 0.0;
        for part in parts.split(':') {
            value = value * 60.0 + part.parse::<f64>().ok()?;
        }
        if !value.is_finite() {
            return Some(Self::Unusable("a number too large for YAML: quote it if text is meant"));
        }
        let written = with_sign(sign, format!("{value:?}"));
        // Where Python and Java write a float alike: without an exponent.
        let alike = value == 0.0 || (1e-3..1e7).contains(&value);
        Some(if alike { Self::Number(written) } else { Self::Extreme(written) })
    }
}

fn signed(text: &str) -> (&str, &str) {
    match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

fn with_sign(sign: &str, digits: String) -> String {
    if digits == "0" { digits } else { sign.to_owned() + &digits }
}

/// `1:30` is 90.
fn sexagesimal(digits: &str) -> Option<u128> {
    digits.split(':').try_fold(0_u128, |value, part| value.checked_mul(60)?.checked_add(part.parse().ok()?))
}

#[cfg(test)]
mod tests;
