use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const REQUEST: &str = r#"{"FromEmailAddress":"Shop <shop@example.com>","Destination":{"ToAddresses":["ada@example.com"]},
"Content":{"Simple":{"Subject":{"Data":"Grüße","Charset":"UTF-8"},
"Body":{"Text":{"Data":"hello"},"Html":{"Data":"<p>hello</p>","Charset":"utf-8"}},
"Headers":[{"Name":"Auto-Submitted","Value":"auto-generated"}]}}}"#;

fn request() -> Value {
    serde_json::from_str(REQUEST).unwrap()
}

fn refusal(change: impl Fn(&mut Value)) -> String {
    let mut request = request();
    change(&mut request);
    read(request.to_string().as_bytes(), None).map(|mail| format!("{mail:?}")).unwrap_err().to_string()
}

#[test]
fn a_simple_mail_is_read() {
    let mail = read(request().to_string().as_bytes(), Some("send-mail")).unwrap();
    assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("Shop <shop@example.com>", "Grüße"));
    assert_eq!((mail.text.as_deref(), mail.html.as_deref()), (Some("hello"), Some("<p>hello</p>")));
    assert!(mail.is_to("ada@example.com") && !mail.is_to("shop@example.com"));
    assert_eq!((mail.sent_by.as_deref(), mail.headers.len()), (Some("send-mail"), 1));
}

#[test]
fn what_ses_refuses_is_refused() {
    let simple = |request: &mut Value, key: &str, value: Value| request["Content"]["Simple"][key] = value;
    for (change, told) in [
        (&(|r: &mut Value| r["FromEmailAddress"] = Value::Null) as &dyn Fn(&mut Value), "FromEmailAddress"),
        (&|r: &mut Value| r["FromEmailAddress"] = json!("shop"), "address"),
        (&|r: &mut Value| r["Destination"] = json!({}), "1 to 50 recipients"),
        (&|r: &mut Value| r["Destination"]["CcAddresses"] = json!(vec!["a@b.example"; 50]), "1 to 50 recipients"),
        (&|r: &mut Value| r["Destination"]["ToAddresses"] = json!(["ömer@example.com"]), "7-bit"),
        (&|r: &mut Value| r["Destination"]["ToAddresses"] = json!(["a@bücher.example"]), "Punycode"),
        (&|r: &mut Value| r["Destination"]["ToAddresses"] = json!(["A\r\nBcc: x@y.example <a@b.example>"]), "address"),
        (&|r: &mut Value| r["Content"] = json!({}), "Simple"),
        (&|r: &mut Value| simple(r, "Subject", Value::Null), "Subject"),
        (&|r: &mut Value| simple(r, "Subject", json!({"Data": "a\nb"})), "one line"),
        (&|r: &mut Value| simple(r, "Subject", json!({"Data": "Grüße"})), "Charset"),
        (&|r: &mut Value| simple(r, "Body", json!({})), "Text, Html or both"),
        (&|r: &mut Value| simple(r, "Headers", json!([{"Name": "A:", "Value": "b"}])), "one line each"),
        (&|r: &mut Value| r["EmailTags"] = json!([]), "not emulated on one machine: unknown field `EmailTags`"),
        (&|r: &mut Value| r["Content"]["Raw"] = json!({}), "not emulated on one machine: unknown field `Raw`"),
    ] {
        let refused = refusal(change);
        assert!(refused.contains(told), "{told}: {refused}");
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_mail_that_is_taken_has_plain_addresses_and_one_line_of_subject(
        text in prop_oneof![4 => spoiled(&[REQUEST]), 1 => texts()],
    ) {
        match read(text.as_bytes(), None) {
            Ok(mail) => {
                prop_assert!(!mail.to.is_empty() || !mail.cc.is_empty() || !mail.bcc.is_empty());
                prop_assert!(mail.to.iter().all(|to| bare_address(to).is_ascii() && !to.contains(['\r', '\n'])), "{:?}", mail.to);
                prop_assert!(!mail.subject.contains(['\r', '\n']));
            }
            Err(refused) => prop_assert!(!refused.to_string().is_empty()),
        }
    }
}
