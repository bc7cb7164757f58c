//! What patterns match, and which are refused.

use local_fuzz_inputs::{cases, spoiled};
use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, line: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(line)
}

#[test]
fn every_term_has_to_be_there_in_its_own_case() {
    let line = "START RequestId: 8476a536 Version: $LATEST";
    for pattern in ["", " ", "START", "Version START", "\"RequestId: 8476\"", "-ERROR", "START -END", "?END ?START"] {
        assert!(matches(pattern, line), "{pattern}");
    }
    for pattern in ["start", "START END", "-START", "START -LATEST", "?END ?REPORT", "\"RequestId 8476\""] {
        assert!(!matches(pattern, line), "{pattern}");
    }
    assert!(!matches("REPORT ?START", line), "with other terms the optional ones don't count");
}

#[test]
fn conditions_look_into_json() {
    let line = r#"{"level":"ERROR","status":503,"path":"/api/orders","cold":true,"user":null,"tags":[{"a-b":"x"}]}"#;
    for pattern in [
        r#"{ $.level = "ERROR" }"#,
        "{$.level=ERROR}",
        "{ $.status >= 500 && $.status < 504 }",
        r#"{ $.path = "/api/*" }"#,
        r#"{ $.path = "*api*s" }"#,
        "{ $.level = WARN || ($.status = 503 && $.cold IS TRUE) }",
        "{ $.user IS NULL }",
        "{ $.other NOT EXISTS }",
        r#"{ $.tags[0].a-b = "x" }"#,
        r#"{ $.level != "WARN" }"#,
        "{ $.status != 500 }",
    ] {
        assert!(matches(pattern, line), "{pattern}");
    }
    for pattern in [
        "{ $.level = WARN }",
        "{ $.status > 503 }",
        r#"{ $.path = "/api" }"#,
        r#"{ $.path = "/api/*/x" }"#,
        "{ $.cold IS FALSE }",
        "{ $.other = 1 }",
        "{ $.level NOT EXISTS }",
        "{ $.other != 1 }",
    ] {
        assert!(!matches(pattern, line), "{pattern}");
    }
    assert!(!matches("{ $.level NOT EXISTS }", "plain text"));
}

#[test]
fn what_is_not_understood_is_refused() {
    for pattern in [
        "[ip, user]",
        "{ $.a",
        "{ }",
        "{ level = 1 }",
        "{ $.a 1 }",
        "{ $.a = }",
        "{ $. = 1 }",
        "{ $.a[x] = 1 }",
        "{ ($.a = 1 }",
        "{ $.a = 1 } x",
        "{ $.a < \"x\" }",
        "{ $.a = %x% }",
        "%x%",
        "\"open",
        "?",
        "-",
    ] {
        let refused = Pattern::parse(pattern);
        assert!(matches!(&refused, Err(Error::InvalidParameter(_))), "{pattern}: {refused:?}");
    }
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(Pattern::parse(&deep).is_err());
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_pattern_is_read_or_refused(
        pattern in spoiled(&["{ ($.level = \"ER*\" || $.status >= 500) && $.a[0].b NOT EXISTS }", "a ?b -\"c d\""]),
        line in spoiled(&["{\"level\":\"ERROR\",\"status\":503,\"a\":[{}]}", "a c d"]),
    ) {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            pattern.matches(&line);
        }
    }
}
