//! Who signed a request, and for which service. Signature Version 4; signatures are not checked.

use http::{HeaderMap, header};

/// The credential of a signature: `ACCESS_KEY_ID/DATE/REGION/SERVICE/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a> {
    /// The id of the access key.
    pub access_key_id: &'a str,
    /// The service that the request was signed for, as its signatures name it: `sqs`, `execute-api`. Empty if it is left out.
    pub service: &'a str,
}

impl<'a> Credential<'a> {
    /// The credential in a request's `Authorization` header. The header is required because no web page can send it to
    /// another origin without a preflight.
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
        let credential = parameters.split([',', ' ']).find_map(|part| part.strip_prefix("Credential="))?;
        let mut parts = credential.split('/');
        Some(Self { access_key_id: parts.next()?, service: parts.nth(2).unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use local_fuzz_inputs::{cases, spoiled};
    use proptest::prelude::*;

    use super::*;

    const SIGNED: &str =
        "AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=f";

    fn with(authorization: &str) -> Option<HeaderMap> {
        let value = HeaderValue::from_bytes(authorization.as_bytes()).ok()?;
        Some(HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
    }

    #[test]
    fn the_caller_and_the_service_are_in_the_signature() {
        let found =
            |text| Credential::of(&with(text).unwrap()).map(|it| (it.access_key_id.to_owned(), it.service.to_owned()));
        assert_eq!(found(SIGNED), Some(("AKID".to_owned(), "dynamodb".to_owned())));
        assert_eq!(found("AWS4-HMAC-SHA256 Credential=AKID"), Some(("AKID".to_owned(), String::new())));
        assert_eq!(found("Bearer x"), None);
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_signature_names_one_key(text in spoiled(&[SIGNED])) {
            let Some(headers) = with(&text) else { return Ok(()) };
            if let Some(Credential { access_key_id, .. }) = Credential::of(&headers) {
                let named = format!("Credential={access_key_id}");
                prop_assert!(!access_key_id.contains(['/', ',', ' ']) && text.contains(&named), "{}", text);
            }
        }
    }
}
