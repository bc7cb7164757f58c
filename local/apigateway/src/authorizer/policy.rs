//! The policy an authorizer answers with. IAM User Guide: "Policy evaluation logic" and "IAM JSON policy elements:
//! Resource"; Developer Guide: "Statement reference of IAM policies for executing API in API Gateway".
//!
//! `Condition`, `NotAction`, `NotResource` and principals are refused by name rather than ignored.

use serde::Deserialize;
use serde::de::Error as _;

/// The action that calling a method is.
const INVOKE: &str = "execute-api:invoke";

/// What may be called, and what must not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Policy {
    #[serde(default, rename = "Version")]
    _version: Option<String>,
    #[serde(default, rename = "Id")]
    _id: Option<String>,
    #[serde(deserialize_with = "one_or_more")]
    statement: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(default, rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    #[serde(deserialize_with = "one_or_more")]
    action: Vec<String>,
    #[serde(deserialize_with = "one_or_more")]
    resource: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Effect {
    Allow,
    Deny,
}

/// What a policy says about a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Forbidden,
    NotMentioned,
}

impl Policy {
    /// A statement that denies beats any that allows.
    pub(crate) fn verdict(&self, method_arn: &str) -> Verdict {
        let applies = |effect: Effect| {
            self.statement.iter().any(|statement| statement.effect == effect && statement.covers(method_arn))
        };
        if applies(Effect::Deny) {
            Verdict::Forbidden
        } else if applies(Effect::Allow) {
            Verdict::Allowed
        } else {
            Verdict::NotMentioned
        }
    }
}

impl Statement {
    fn covers(&self, method_arn: &str) -> bool {
        self.action.iter().any(|action| matches(action.to_ascii_lowercase().as_bytes(), INVOKE.as_bytes()))
            && self.resource.iter().any(|resource| matches(resource.as_bytes(), method_arn.as_bytes()))
    }
}

/// Whether a text is what a pattern describes: `*` is any characters, slashes too, and `?` any one.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    // Where to go on if what follows the last star does not fit: after the star, one character further in the text.
    let mut retry = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, read));
            }
            Some(&byte) if byte == b'?' || byte == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match retry {
                None => return false,
                Some((after_star, from)) => {
                    (at, read) = (after_star, from + 1);
                    retry = Some((after_star, from + 1));
                }
            },
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// A list, or the one thing that would be in it.
fn one_or_more<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    let list = if value.is_array() {
        serde_json::from_value(value)
    } else {
        serde_json::from_value(value).map(|one| vec![one])
    };
    list.map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/api/things/7";

    fn verdict(statements: Value) -> Verdict {
        serde_json::from_value::<Policy>(json!({"Version": "2012-10-17", "Statement": statements}))
            .unwrap()
            .verdict(ARN)
    }

    fn allow(resource: Value) -> Value {
        json!({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource})
    }

    #[test]
    fn resources_are_matched_with_wildcards() {
        for resource in [
            "*",
            ARN,
            "arn:aws:execute-api:*:*:*",
            "arn:aws:execute-api:us-east-1:000000000000:Api/*/GET/*",
            "arn:aws:execute-api:us-east-1:000000000000:Api/v?/???/api/*/7",
            "*7",
        ] {
            assert_eq!(verdict(allow(json!(resource))), Verdict::Allowed, "{resource}");
        }
        for resource in ["", "arn:aws:execute-api:*:*:Api/v1/POST/*", &ARN[..ARN.len() - 1], "*8", &format!("{ARN}?")] {
            assert_eq!(verdict(allow(json!(resource))), Verdict::NotMentioned, "{resource}");
        }
        assert_eq!(verdict(allow(json!(["*/POST/*", "*/GET/*"]))), Verdict::Allowed);
        assert_eq!(verdict(allow(json!([]))), Verdict::NotMentioned);
    }

    #[test]
    fn deny_beats_allow_in_any_order() {
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*/things/*"});
        assert_eq!(verdict(json!([allow(json!("*")), deny])), Verdict::Forbidden);
        assert_eq!(verdict(json!([deny, allow(json!("*"))])), Verdict::Forbidden);
        assert_eq!(verdict(deny), Verdict::Forbidden);
        assert_eq!(verdict(json!([])), Verdict::NotMentioned);
    }

    #[test]
    fn only_invoking_counts() {
        let with = |action: Value| verdict(json!({"Effect": "Allow", "Action": action, "Resource": "*"}));
        for action in
            [json!("execute-api:*"), json!("*"), json!("EXECUTE-API:invoke"), json!(["s3:*", "execute-api:Inv*"])]
        {
            assert_eq!(with(action.clone()), Verdict::Allowed, "{action}");
        }
        assert_eq!(with(json!("execute-api:ManageConnections")), Verdict::NotMentioned);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for statement in [
            json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
            json!({"Action": "*", "Resource": "*"}),
            json!({"Effect": "Allow", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "*"}),
            json!({"Effect": "Allow", "NotAction": "*", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}),
            json!({"Effect": "Allow", "Action": [1], "Resource": "*"}),
            json!("Allow"),
        ] {
            let policy = json!({"Statement": [statement]});
            assert!(serde_json::from_value::<Policy>(policy).is_err(), "{statement}");
        }
        assert!(serde_json::from_value::<Policy>(json!({"Version": "2012-10-17"})).is_err());
    }

    #[test]
    fn a_pattern_of_many_stars_is_no_trap() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!matches(pattern.as_bytes(), "a".repeat(1_600).as_bytes()));
    }

    #[test]
    fn wildcards_agree_with_trying_every_split() {
        fn slow(pattern: &[u8], text: &[u8]) -> bool {
            match pattern.split_first() {
                None => text.is_empty(),
                Some((b'*', rest)) => (0..=text.len()).any(|at| slow(rest, &text[at..])),
                Some((&byte, rest)) => {
                    text.split_first().is_some_and(|(&first, text)| (byte == b'?' || byte == first) && slow(rest, text))
                }
            }
        }
        let words = |alphabet: &[u8], length: u32| -> Vec<Vec<u8>> {
            let base = alphabet.len();
            (0..base.pow(length)).map(|n| (0..length).map(|at| alphabet[n / base.pow(at) % base]).collect()).collect()
        };
        for pattern in (0..5).flat_map(|length| words(b"ab*?", length)) {
            for text in (0..5).flat_map(|length| words(b"ab", length)) {
                assert_eq!(matches(&pattern, &text), slow(&pattern, &text), "{pattern:?} {text:?}");
            }
        }
    }
}
