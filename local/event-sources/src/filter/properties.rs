//! What holds of every pattern and every record.

use local_fuzz_inputs::{cases, spoiled};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const PATTERNS: [&str; 3] = [
    r#"{"eventName":["INSERT"],"dynamodb":{"NewImage":{"color":{"S":[{"prefix":"a"},{"anything-but":["b","c"]}]}}}}"#,
    r#"{"body":{"n":[{"numeric":[">",0,"<=",5]}],"x":[{"exists":false}],"$or":[{"a":[1]},{"b":[null,true]}]}}"#,
    r#"{"body":["plain",{"suffix":"é"},{"equals-ignore-case":"ß"},{"anything-but":{"prefix":["a","b"]}}]}"#,
];

const RECORDS: [&str; 2] = [
    r#"{"eventName":"INSERT","dynamodb":{"NewImage":{"color":{"S":"amber"},"list":[{"a":[1,[2]]},3]}}}"#,
    r#"{"body":"{\"n\":3,\"a\":[1,{\"b\":null}]}"}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_pattern_and_record_match_or_not(pattern in spoiled(&PATTERNS), record in spoiled(&RECORDS)) {
        let (Ok(pattern), Ok(record)) = (serde_json::from_str(&pattern), serde_json::from_str::<Value>(&record)) else {
            return Ok(());
        };
        if let Ok(filters) = Filters::parse(&[pattern]) {
            let _ = filters.pass(&record);
            let _ = filters.pass_message(&record);
        }
    }

    #[test]
    fn a_text_passes_by_itself_and_not_by_its_opposite(text: String) {
        let record = json!({"a": text});
        let pass = |rule: Value| Filters::parse(&[json!({"a": [rule]})]).unwrap().pass(&record);
        for rule in [json!(text), json!({"prefix": text}), json!({"suffix": text}), json!({"equals-ignore-case": text})] {
            prop_assert!(pass(rule));
        }
        let opposite = json!({"anything-but": text});
        prop_assert!(!pass(opposite));
    }
}
