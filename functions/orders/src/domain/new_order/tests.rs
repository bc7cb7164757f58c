use contracts::codes;
use envelope::{Code, Failure};
use serde_json::{Value, json};

use super::*;

fn read(body: Value) -> Result<NewOrder, Failure> {
    let Value::Object(object) = body else { panic!("not an object") };
    Fields::read(object)
}

fn items(items: Value) -> Result<NewOrder, Failure> {
    read(json!({"items": items}))
}

/// Code, message and details of the failure.
fn refused(body: Value) -> (Code, String, Value) {
    let failure = read(body).unwrap_err();
    (failure.code(), failure.message().to_owned(), Value::Object(failure.details().clone()))
}

fn fingerprint(body: Value) -> String {
    read(body).unwrap().fingerprint().unwrap()
}

#[test]
fn lines_of_one_product_are_merged_into_the_first() {
    let new_order = items(json!([
        {"productId": "b", "quantity": 1},
        {"productId": "a", "quantity": 2},
        {"productId": "b", "quantity": 9_999},
    ]));
    let lines = new_order.unwrap().lines;
    let merged = json!([{"productId": "b", "quantity": 10_000}, {"productId": "a", "quantity": 2}]);
    assert_eq!(serde_json::to_value(&lines).unwrap(), merged);
    assert_eq!(serde_json::to_value(lines.to_reserve()).unwrap(), merged);
}

#[test]
fn a_uuid_is_the_same_product_in_any_case() {
    let id = "01980c5e-0000-7000-8000-0000000000af";
    let new_order =
        items(json!([{"productId": id.to_uppercase(), "quantity": 1}, {"productId": id, "quantity": 1}])).unwrap();
    assert_eq!(serde_json::to_value(new_order.lines).unwrap(), json!([{"productId": id, "quantity": 2}]));
}

#[test]
fn a_uuid_in_another_notation_is_another_id() {
    let id = "01980c5e-0000-7000-8000-0000000000af";
    for other in [
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        id.replace('-', ""),
        format!(" {id}"),
        "01980C5E-0000-7000-8000-0000000000AG".to_owned(),
    ] {
        let new_order = items(json!([{"productId": id, "quantity": 1}, {"productId": other, "quantity": 1}])).unwrap();
        let lines = json!([{"productId": id, "quantity": 1}, {"productId": other, "quantity": 1}]);
        assert_eq!(serde_json::to_value(new_order.lines).unwrap(), lines);
    }
}

#[test]
fn an_order_without_lines_is_refused() {
    for (body, code) in [
        (json!({"items": []}), "EMPTY"),
        (json!({"items": "a"}), "INVALID_TYPE"),
        (json!({}), "REQUIRED"),
        (json!({"items": null}), "REQUIRED"),
    ] {
        let (answered, message, details) = refused(body);
        assert_eq!((answered, message.as_str()), (codes::EMPTY_ORDER, "Order must contain items"));
        assert_eq!(details["items"], "Must be non-empty array");
        assert_eq!((&details["fields"][0]["field"], &details["fields"][0]["code"]), (&json!("items"), &json!(code)));
    }
}

#[test]
fn a_malformed_line_is_shown_with_every_problem_at_its_path() {
    let (code, message, details) = refused(json!({
        "items": [
            {"productId": "a", "quantity": 1},
            {"productId": "b", "quantity": 0},
            {"quantity": "2", "colour": "red"},
            7,
        ],
        "shippingAddress": {"city": 1},
        "coupon": "x",
    }));
    assert_eq!((code, message.as_str()), (codes::INVALID_ITEM, "Invalid item format"));
    let problem = |field: &str, code: &str, message: &str| json!({"field": field, "code": code, "message": message});
    assert_eq!(
        details,
        json!({
            "item": {"productId": "b", "quantity": 0},
            "fields": [
                problem("items[1].quantity", "OUT_OF_RANGE", "must be from 1 to 10000"),
                problem("items[2].productId", "REQUIRED", "is required"),
                problem("items[2].quantity", "INVALID_TYPE", "must be a whole number from 1 to 10000"),
                problem("items[2].colour", "UNKNOWN_FIELD", "is not a field of this request"),
                problem("items[3]", "INVALID_TYPE", "must be an object"),
                problem("shippingAddress.city", "INVALID_TYPE", "must be a string"),
                problem("coupon", "UNKNOWN_FIELD", "is not a field of this request"),
            ],
        })
    );
}

#[test]
fn a_quantity_is_a_whole_number_from_1_to_10_000() {
    for quantity in [json!(1), json!(7.0), json!(1e4), json!(10_000)] {
        assert!(items(json!([{"productId": "a", "quantity": quantity}])).is_ok());
    }
    for (quantity, code) in [
        (json!(0), "OUT_OF_RANGE"),
        (json!(-1), "OUT_OF_RANGE"),
        (json!(10_001), "OUT_OF_RANGE"),
        (json!(u64::MAX), "OUT_OF_RANGE"),
        (json!(-1.0), "OUT_OF_RANGE"),
        (json!(1e300), "OUT_OF_RANGE"),
        (json!(1.5), "INVALID_TYPE"),
        (json!("1"), "INVALID_TYPE"),
        (json!(true), "INVALID_TYPE"),
        (json!(null), "REQUIRED"),
    ] {
        let (answered, _, details) = refused(json!({"items": [{"productId": "a", "quantity": quantity}]}));
        assert_eq!((answered, &details["fields"][0]["code"]), (codes::INVALID_ITEM, &json!(code)), "{quantity}");
    }
}

#[test]
fn merged_lines_over_the_highest_quantity_are_refused() {
    let line = |quantity: u32| json!({"productId": "a", "quantity": quantity});
    let (code, _, details) = refused(json!({"items": [line(9_999), line(1), line(1)]}));
    assert_eq!(code, codes::INVALID_ITEM);
    assert_eq!(details["item"], line(1));
    assert_eq!(details["fields"][0]["field"], "items[2].quantity");
}

#[test]
fn fifty_lines_are_an_order_and_fifty_one_are_not() {
    let lines = |count: u32| -> Vec<Value> {
        (0..count).map(|line| json!({"productId": line.to_string(), "quantity": 1})).collect()
    };
    assert!(items(json!(lines(50))).is_ok());
    let (code, message, details) = refused(json!({"items": lines(51)}));
    assert_eq!((code, message.as_str()), (Code::INVALID_FIELDS, "Validation failed"));
    let problem = json!({"field": "items", "code": "TOO_MANY", "message": "must have at most 50 elements"});
    assert_eq!(details, json!({"fields": [problem]}));
}

#[test]
fn an_address_is_an_object_of_strings_of_at_most_2_kib() {
    let items = json!([{"productId": "a", "quantity": 1}]);
    let read = |address: Value| read(json!({"items": items, "shippingAddress": address}));
    for address in [json!({}), json!({"street": "Ring 1", "city": ""}), json!({"é": "x".repeat(2046)})] {
        let read = read(address.clone()).unwrap();
        assert_eq!(serde_json::to_value(read.shipping_address).unwrap(), address);
    }
    for (address, code) in [
        (json!("Ring 1"), "INVALID_TYPE"),
        (json!(null), "INVALID_TYPE"),
        (json!({"lines": ["Ring 1"]}), "INVALID_TYPE"),
        (json!({" ": "x"}), "INVALID_FORMAT"),
        (json!({"é": "x".repeat(2047)}), "TOO_LONG"),
    ] {
        let failure = read(address.clone()).unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Validation failed"), "{address}");
        assert_eq!(failure.details()["fields"][0]["code"], code, "{address}");
    }
}

#[test]
fn a_fingerprint_does_not_depend_on_the_order_of_keys_and_lines() {
    let line = |id: &str, quantity: u32| json!({"productId": id, "quantity": quantity});
    let address = json!({"street": "Ring 1", "city": "Wien"});
    let first = fingerprint(json!({"items": [line("a", 3), line("b", 1)], "shippingAddress": address}));
    let address = json!({"city": "Wien", "street": "Ring 1"});
    let other = json!({"shippingAddress": address, "items": [line("b", 1), line("a", 1), line("a", 2)]});
    assert_eq!(fingerprint(other), first);
    assert_eq!((first.len(), first.to_lowercase()), (64, first.clone()));
}

#[test]
fn another_order_has_another_fingerprint() {
    let line = |id: &str, quantity: u32| json!({"productId": id, "quantity": quantity});
    let fingerprints = std::collections::BTreeSet::from([
        fingerprint(json!({"items": [line("a", 1)]})),
        fingerprint(json!({"items": [line("a", 2)]})),
        fingerprint(json!({"items": [line("b", 1)]})),
        fingerprint(json!({"items": [line("a", 1), line("b", 1)]})),
        fingerprint(json!({"items": [line("a", 1)], "shippingAddress": {}})),
        fingerprint(json!({"items": [line("a", 1)], "shippingAddress": {"city": "Wien"}})),
    ]);
    assert_eq!(fingerprints.len(), 6);
}

#[test]
fn a_quantity_written_with_a_point_or_an_exponent_has_the_same_fingerprint() {
    let order = |quantity: f64| fingerprint(json!({"items": [{"productId": "a", "quantity": quantity}]}));
    let whole = fingerprint(json!({"items": [{"productId": "a", "quantity": 7}]}));
    assert_eq!(order(7.0), whole);
    assert_ne!(order(8.0), whole);
}

#[test]
fn an_address_shows_its_fields_as_they_are() {
    let address = |address: Value| {
        refused(json!({"items": [{"productId": "a", "quantity": 1}], "shippingAddress": address})).2["fields"].clone()
    };
    for text in ["1 Main\u{202e}St", "\u{2066}x\u{2069}", "a\u{2028}b", "a\u{2029}b"] {
        for (field, body) in [("street", json!({"street": text})), (text, json!({text: "x"}))] {
            let problem = &address(body)[0];
            assert_eq!(problem["field"], format!("shippingAddress.{field}"));
            assert_eq!(problem["code"], "INVALID_FORMAT");
        }
    }
    for name in ["", " ", "\u{ad}", "\u{200b}\u{3164}"] {
        assert_eq!(address(json!({name: "x"}))[0]["code"], "INVALID_FORMAT", "{name:?}");
    }
    let address = json!({"street": "1 Main St\nBack yard", "شهر": "می\u{200c}خواهم"});
    assert!(read(json!({"items": [{"productId": "a", "quantity": 1}], "shippingAddress": address})).is_ok());
}
