//! What holds of every query, path, response and policy.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use crate::{query, reply};

const RESPONSES: [&str; 2] = [
    r#"{"statusCode":200,"headers":{"x-a":"b","x-n":7},"multiValueHeaders":{"x-a":["c",true]},"body":"é\n","isBase64Encoded":false}"#,
    r#"{"statusCode":"404","body":"4pyT","isBase64Encoded":true}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_query_is_read_or_undecodable(text in prop_oneof![texts(), spoiled(&["a=1+2%2B3&a=%C3%A9;b[]=%2525"])]) {
        if let Ok(parameters) = query::parse(&text) {
            let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
            let pairs = parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
            let written: Vec<_> = pairs.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
            let written = written.join("&");
            prop_assert_eq!(query::parse(&written).unwrap(), parameters);
        }
        let _ = query::check_path(&text);
    }

    #[test]
    fn a_response_has_a_final_status_or_is_malformed(text in prop_oneof![texts(), spoiled(&RESPONSES)], decode: bool) {
        if let Ok(response) = reply::read(text.as_bytes(), decode) {
            prop_assert!((200..600).contains(&response.status().as_u16()));
            prop_assert!(response.headers().contains_key("content-type"));
        }
    }
}
