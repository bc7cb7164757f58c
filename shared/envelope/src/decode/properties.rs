//! What holds of every text that a client may send.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::Value;

use super::{integer, line, lines, object, whole_number};

const BODIES: [&str; 3] = [
    r#"{"name":"Desk lamp","price":19.99,"stock":7,"tags":["a","b\n\u00e9"],"nested":{"a":{"b":[1,-2.5e3,null,true]}}}"#,
    r#"{"items":[{"productId":"0197a1b2-0000-7000-8000-000000000000","quantity":7.0}],"shippingAddress":{"city":"Köln"}}"#,
    r#"{"a":9007199254740993.0,"b":1e2,"c":-0.0,"d":18446744073709551615,"e":7.00000000000000001}"#,
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_object_that_is_read_is_json_and_reads_the_same_when_written(text in spoiled(&BODIES)) {
        if let Some(read) = object(text.as_bytes()) {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_object()), "{text}");
            let written = Value::Object(read.clone()).to_string();
            prop_assert_eq!(object(written.as_bytes()), Some(read));
        }
    }

    #[test]
    fn any_bytes_are_an_object_or_none(bytes in any::<Vec<u8>>()) {
        let _ = object(&bytes);
    }

    #[test]
    fn a_line_is_read_once(text in texts(), most in 0..60_usize) {
        if let Ok(read) = line(&text, most) {
            prop_assert!(!read.is_empty() && read.len() <= most);
            prop_assert_eq!(line(read, most), Ok(read));
        }
        if let Ok(read) = lines(&text, most) {
            prop_assert!(read.len() <= most);
            prop_assert_eq!(lines(read, most), Ok(read));
        }
    }

    #[test]
    fn a_number_of_a_query_is_in_its_range(text in prop_oneof![texts(), spoiled(&["7", "7.0", "70e-1", "1e2", "100"])]) {
        if let Ok(number) = whole_number(&text, 1, 100) {
            prop_assert!((1..=100).contains(&number), "{text}");
            prop_assert_eq!(whole_number(&number.to_string(), 1, 100), Ok(number));
        }
    }

    #[test]
    fn every_integer_is_read_in_every_notation(number: u64, zeros in 0..20_usize) {
        let zeros = "0".repeat(zeros);
        for text in [number.to_string(), format!("{number}.{zeros}0"), format!("{number}{zeros}e-{}", zeros.len())] {
            let read = object(format!("{{\"n\":{text}}}").as_bytes()).unwrap();
            prop_assert_eq!(integer(&read["n"], 0, u64::MAX).unwrap(), number, "{}", text);
        }
    }
}
