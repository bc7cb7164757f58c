use serde_json::json;

use super::*;

fn filters(pattern: Value) -> Filters {
    Filters::parse(&[pattern]).unwrap()
}

#[test]
fn each_operator_matches_what_it_should() {
    let (yes, no) = (true, false);
    let absent = json!({});
    let a = |value: Value| json!({ "a": value });
    for (rules, record, passes) in [
        (json!(["x"]), a(json!("x")), yes),
        (json!(["x"]), a(json!("X")), no),
        (json!(["x"]), absent.clone(), no),
        (json!(["x", "y"]), a(json!("y")), yes),
        (json!(["x"]), a(json!(["w", "x"])), yes),
        (json!(["x"]), a(json!(["w"])), no),
        (json!([3]), a(json!(3)), yes),
        (json!([3]), a(json!("3")), no),
        (json!([3]), a(json!(3.0)), no),
        (json!([true]), a(json!(true)), yes),
        (json!([true]), a(json!("true")), no),
        (json!([null]), a(json!(null)), yes),
        (json!([null]), a(json!("")), no),
        (json!([null]), absent.clone(), no),
        (json!([""]), a(json!("")), yes),
        (json!([""]), a(json!(null)), no),
        (json!([{ "equals-ignore-case": "äB" }]), a(json!("Äb")), yes),
        (json!([{ "equals-ignore-case": "ab" }]), a(json!("abc")), no),
        (json!([{ "prefix": "us-" }]), a(json!("us-east-1")), yes),
        (json!([{ "prefix": "us-" }]), a(json!("eu-us-1")), no),
        (json!([{ "prefix": "3" }]), a(json!(31)), no),
        (json!([{ "suffix": ".png" }]), a(json!("a.png")), yes),
        (json!([{ "suffix": ".png" }]), a(json!("a.png.txt")), no),
        (json!([{ "anything-but": "x" }]), a(json!("y")), yes),
        (json!([{ "anything-but": "x" }]), a(json!("x")), no),
        (json!([{ "anything-but": "x" }]), absent.clone(), no),
        (json!([{ "anything-but": ["x", 3] }]), a(json!(3)), no),
        (json!([{ "anything-but": ["x", 3] }]), a(json!(4)), yes),
        (json!([{ "anything-but": { "prefix": "in" } }]), a(json!("init")), no),
        (json!([{ "anything-but": { "prefix": "in" } }]), a(json!("done")), yes),
        (json!([{ "anything-but": { "suffix": [".a", ".b"] } }]), a(json!("x.b")), no),
        (json!([{ "numeric": ["=", 100] }]), a(json!(100.0)), yes),
        (json!([{ "numeric": [">", 0, "<=", 5] }]), a(json!(5)), yes),
        (json!([{ "numeric": [">", 0, "<=", 5] }]), a(json!(0)), no),
        (json!([{ "numeric": ["<", 0] }]), a(json!(-1.5)), yes),
        (json!([{ "numeric": [">=", 1] }]), a(json!("1")), no),
        (json!([{ "exists": true }]), a(json!("x")), yes),
        (json!([{ "exists": true }]), a(json!(null)), yes),
        (json!([{ "exists": true }]), absent.clone(), no),
        (json!([{ "exists": true }]), a(json!({ "b": 1 })), no),
        (json!([{ "exists": false }]), absent.clone(), yes),
        (json!([{ "exists": false }]), a(json!("x")), no),
        (json!(["x", { "exists": false }]), absent.clone(), yes),
        (json!({ "b": [1] }), a(json!({ "b": 1, "c": 2 })), yes),
        (json!({ "b": [1] }), a(json!({ "b": 2 })), no),
        (json!({ "b": [1] }), a(json!([{ "b": 2 }, { "b": 1 }])), yes),
        // One element is to match in all fields, not each field in some element.
        (json!({ "b": [1], "c": [2] }), a(json!([{ "b": 1, "c": 0 }, { "b": 0, "c": 2 }])), no),
        (json!({ "b": [{ "exists": false }] }), absent.clone(), yes),
        (json!({ "b": [{ "exists": false }] }), a(json!({ "b": 1 })), no),
    ] {
        assert_eq!(filters(json!({ "a": rules })).pass(&record), passes, "{rules} of {record}");
    }
}

#[test]
fn fields_are_all_to_match_and_of_or_one() {
    let both = filters(json!({ "a": ["1"], "b": ["2"] }));
    assert!(both.pass(&json!({ "a": "1", "b": "2" })));
    assert!(!both.pass(&json!({ "a": "1", "b": "3" })));
    let or = filters(json!({ "a": ["1"], "$or": [{ "b": ["2"] }, { "c": { "d": ["3"] } }] }));
    assert!(or.pass(&json!({ "a": "1", "b": "2" })));
    assert!(or.pass(&json!({ "a": "1", "c": { "d": "3" } })));
    assert!(!or.pass(&json!({ "a": "1" })));
    assert!(!or.pass(&json!({ "a": "0", "b": "2" })));
    let nested = filters(json!({ "x": { "$or": [{ "b": ["2"] }, { "c": ["3"] }] } }));
    assert!(nested.pass(&json!({ "x": { "c": "3" } })));
    assert!(!nested.pass(&json!({ "c": "3" })));
}

#[test]
fn a_record_passes_if_one_filter_matches_or_there_is_none() {
    let two = Filters::parse(&[json!({ "a": ["1"] }), json!({ "a": ["2"] })]).unwrap();
    assert!(two.pass(&json!({ "a": "2" })));
    assert!(!two.pass(&json!({ "a": "3" })));
    assert!(Filters::default().pass(&json!({})));
}

#[test]
fn a_body_is_matched_as_what_the_pattern_wants_it_to_be() {
    let json_body = filters(json!({ "body": { "type": ["thing.created"] } }));
    let text_body = filters(json!({ "body": ["thing.created"] }));
    let other = filters(json!({ "attributes": { "n": ["1"] } }));
    let message = |body: &str| json!({ "body": body, "attributes": { "n": "1" } });
    for (body, as_json, as_text) in [
        (r#"{"type":"thing.created"}"#, true, false),
        (r#"{"type":"thing.removed"}"#, false, false),
        ("thing.created", false, true),
        (r#"["thing.created"]"#, false, false),
        ("", false, false),
    ] {
        assert_eq!(json_body.pass_message(&message(body)), as_json, "{body}");
        assert_eq!(text_body.pass_message(&message(body)), as_text, "{body}");
        assert!(other.pass_message(&message(body)));
    }
    let absent = filters(json!({ "body": { "a": [{ "exists": false }] } }));
    assert!(absent.pass_message(&message("{}")));
    assert!(!absent.pass_message(&message("text")));
}

#[test]
fn what_is_not_understood_is_refused_and_named() {
    for (pattern, path, problem) in [
        (json!({ "a": { "b": [{ "wildcard": "x*" }] } }), "$.a.b", r#"unknown operator "wildcard""#),
        (json!({ "a": [{ "anything-but": { "cidr": "x" } }] }), "$.a", r#"unknown operator "cidr""#),
        (json!({ "a": [{ "prefix": 3 }] }), "$.a", r#"operator "prefix" can't take 3"#),
        (json!({ "a": [{ "numeric": [">"] }] }), "$.a", r#"operator "numeric" can't take [">"]"#),
        (json!({ "a": [{ "numeric": ["!", 1] }] }), "$.a", r#"operator "numeric" can't take ["!",1]"#),
        (json!({ "a": [{ "exists": "yes" }] }), "$.a", r#"operator "exists" can't take "yes""#),
        (json!({ "a": [{ "anything-but": [] }] }), "$.a", r#"operator "anything-but" can't take []"#),
        (
            json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
            "$.a",
            r#"{"prefix":"x","suffix":"y"} should have one operator"#,
        ),
        (json!({ "a": "x" }), "$.a", r#"a value is matched by a list of rules, not by "x""#),
        (json!({ "a": [] }), "$.a", "a value is matched by a list of rules, not by []"),
        (json!({ "$or": ["x"] }), "$.$or", r#"an alternative is an object, not "x""#),
        (json!("x"), "$", r#"a pattern is an object, not "x""#),
    ] {
        let error = Filters::parse(std::slice::from_ref(&pattern)).unwrap_err();
        assert_eq!((error.path.as_str(), error.problem.as_str()), (path, problem), "{pattern}");
    }
}
