//! The output of an authorizer. Developer Guide: "Output from an API Gateway Lambda authorizer".

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::policy::Policy;

/// Who the bearer of a token is, and what they may call.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(crate) principal_id: String,
    pub(crate) policy: Policy,
    /// Numbers and booleans as text, which is how a function gets them.
    pub(crate) context: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    principal_id: String,
    policy_document: Policy,
    #[serde(default)]
    context: Option<BTreeMap<String, Value>>,
}

impl Permit {
    /// Reads an authorizer's output, or says what is wrong with it.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, String> {
        // serde would take an array for the fields in order.
        if payload.trim_ascii_start().first() != Some(&b'{') {
            return Err("not a JSON object".to_owned());
        }
        let output: Output = serde_json::from_slice(payload).map_err(|error| describe(&error))?;
        let context = output.context.unwrap_or_default().into_iter().filter_map(|(name, value)| match value {
            // `requestContext.authorizer` has these of its own.
            _ if name == "principalId" || name == "integrationLatency" => None,
            Value::Null => None,
            Value::String(text) => Some(Ok((name, text))),
            Value::Bool(flag) => Some(Ok((name, flag.to_string()))),
            Value::Number(number) => Some(Ok((name, number.to_string()))),
            Value::Array(_) | Value::Object(_) => {
                Some(Err(format!("context.{name} is neither text, number nor boolean")))
            }
        });
        let context = context.collect::<Result<_, _>>()?;
        Ok(Self { principal_id: output.principal_id, policy: output.policy_document, context })
    }
}

/// What is wrong, without quoting the answer, which may hold the token.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    if message.starts_with("missing field") || message.starts_with("unknown field") {
        return message;
    }
    format!("not what an authorizer answers, at line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::authorizer::policy::Verdict;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Permit, String> {
        let mut output = json!({
            "principalId": "ada",
            "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        });
        change(&mut output);
        Permit::read(output.to_string().as_bytes())
    }

    #[test]
    fn context_values_become_text() {
        let permit = read(|output| {
            output["context"] = json!({"s": "a", "i": 1, "f": 1.5, "b": true, "n": null, "principalId": "eve"});
        });
        let expected = [("b", "true"), ("f", "1.5"), ("i", "1"), ("s", "a")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(permit.unwrap().context, expected.into());
    }

    #[test]
    fn an_answer_without_its_parts_is_refused() {
        assert!(read(|_| ()).is_ok());
        assert!(read(|output| output["usageIdentifierKey"] = json!("key")).is_ok());
        let removed = |key: &'static str| read(move |output| drop(output.as_object_mut().unwrap().remove(key)));
        assert_eq!(removed("principalId").unwrap_err(), "missing field `principalId` at line 1 column 81");
        assert!(removed("policyDocument").is_err());
        let quoting = read(|output| output["policyDocument"] = json!("secret")).unwrap_err();
        assert!(quoting.starts_with("not what an authorizer answers, at line 1"), "{quoting}");
        assert!(read(|output| output["principalId"] = Value::Null).is_err());
        assert!(read(|output| output["policyDocument"] = json!("*")).is_err());
        let nested = read(|output| output["context"] = json!({"a": {"b": 1}})).unwrap_err();
        assert_eq!(nested, "context.a is neither text, number nor boolean");
        assert!(read(|output| output["context"] = json!({"a": [1]})).is_err());
        assert!(read(|output| *output = json!("Unauthorized")).is_err());
        assert!(read(|output| *output = json!([])).is_err());
    }

    const ANSWERS: [&str; 2] = [
        r#"{"principalId":"ada","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["arn:aws:execute-api:*/v1/*","*?"]}]},"context":{"role":"admin","exp":17,"fresh":true,"none":null}}"#,
        r#"{"principalId":"ada","policyDocument":{"Statement":{"Effect":"Deny","Action":["*","execute-api:*"],"Resource":"**?**"}}}"#,
    ];

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn an_authorizers_answer_is_a_permit_or_malformed(
            text in prop_oneof![6 => spoiled(&ANSWERS), 1 => texts()],
            method_arn in spoiled(&["arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/me"]),
        ) {
            match Permit::read(text.as_bytes()) {
                Ok(permit) => {
                    prop_assert!(!permit.context.contains_key("principalId"));
                    let verdict = permit.policy.verdict(&method_arn);
                    prop_assert!(verdict != Verdict::Allowed || text.contains("Allow"));
                }
                Err(why) => prop_assert!(!why.is_empty()),
            }
        }
    }
}
