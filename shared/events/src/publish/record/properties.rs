//! What holds of every stream record.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;
use crate::stream::StreamEvent;

const RECORDS: [&str; 1] = [
    r#"{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"1","NewImage":{"id":{"S":"a"},"n":{"N":"1"},"secret":{"S":"hush"},
    "event":{"M":{"specversion":{"S":"1.0"},"id":{"S":"e1"},"source":{"S":"/s"},"type":{"S":"parcel.sent"},"subject":{"S":"p"},
    "time":{"S":"t"},"datacontenttype":{"S":"application/json"},"requestid":{"S":"r"},"data":{"M":{"l":{"L":[{"NULL":true}]}}}}}},
    "OldImage":{"id":{"S":"a"}}}}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_record_ends_the_publisher_and_none_is_quoted(text in prop_oneof![spoiled(&RECORDS), texts()]) {
        let batch = format!("{{\"Records\":[{text}]}}");
        let Ok(event) = serde_json::from_str::<StreamEvent>(&batch) else { return Ok(()) };
        for record in &event.records {
            match read(record) {
                Ok(Some(event)) => prop_assert!(!event.id.is_empty() && !event.kind.is_empty()),
                Ok(None) => {}
                Err(problem) => prop_assert!(!problem.to_string().contains("hush")),
            }
            let _ = sequence_number(record);
            let left: Value = serde_json::from_str(&redacted(record, &["secret"])).unwrap();
            prop_assert!(left.pointer("/dynamodb/NewImage/secret").is_none());
        }
    }
}
