use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::*;

const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl_-x";
const BCRYPT: &str = "$2b$12$abcdefghijklmnopqrstuuBbcdefghijklmnopqrstuvwxyz01234";

#[test]
fn members_are_hidden_by_their_names() {
    let event = json!({
        "headers": {"Authorization": "Bearer abcdefgh", "Accept": "*/*", "Set-Cookie": "a=b", "x-api-key": "k"},
        "multiValueHeaders": {"authorization": ["Bearer abcdefgh"]},
        "body": json!({"email": "ada@example.com", "password": "correct \"horse\"", "n": {"refreshToken": ["r"]}}).to_string(),
        "SecretString": "{\"privateKey\":\"x\"}", "private_key": 7, "none": null, "token": null,
    });
    let masked: Value = serde_json::from_str(&masked(&event.to_string())).unwrap();
    let expected = json!({
        "headers": {"Authorization": HIDDEN, "Accept": "*/*", "Set-Cookie": HIDDEN, "x-api-key": HIDDEN},
        "multiValueHeaders": {"authorization": HIDDEN},
        "body": json!({"email": "ada@example.com", "password": HIDDEN, "n": {"refreshToken": HIDDEN}}).to_string(),
        "SecretString": HIDDEN, "private_key": HIDDEN, "none": null, "token": null,
    });
    assert_eq!(masked, expected);
}

#[test]
fn tokens_and_hashes_are_hidden_anywhere_in_text() {
    assert_eq!(BCRYPT.len(), 60);
    assert_eq!(masked(&format!("got {JWT}, {BCRYPT}.")), format!("got {HIDDEN}, {HIDDEN}."));
    assert_eq!(masked(&format!("{{\"x\":{{\"S\":\"{BCRYPT}\"}}}}")), format!("{{\"x\":{{\"S\":\"{HIDDEN}\"}}}}"));
    assert_eq!(masked("https://shop/verify?token=abc-123&x=1"), format!("https://shop/verify?token={HIDDEN}&x=1"));
    assert_eq!(masked("é→reset_token=abc a=b=c"), format!("é→reset_token={HIDDEN} a=b=c"));
    assert_eq!(masked("authorization Bearer abcdefgh.ijk"), format!("authorization Bearer {HIDDEN}"));
    let key = "-----BEGIN PRIVATE KEY-----\nMIIE-x\n-----END PRIVATE KEY-----";
    assert_eq!(masked(&format!("a {key} b")), format!("a {HIDDEN} b"));
}

#[test]
fn what_is_named_is_hidden_however_a_line_writes_it() {
    for (line, shown) in [
        ("Authorization: Bearer abc", "Authorization: •••"),
        ("cookie: a=b; c=d\nnext", "cookie: •••\nnext"),
        ("Login { email: \"a@b.c\", password: \"hun ter\", n: 1 }", "Login { email: \"a@b.c\", password: •••, n: 1 }"),
        ("refresh_token: Some(\"abc\"), x", "refresh_token: Some(•••), x"),
        ("refreshToken: abc-def, x", "refreshToken: •••, x"),
        ("reset token: 0a1b2c", "reset token: •••"),
        ("said \\\"password: \\\"hunter\\\"", "said \\\"password: •••"),
        ("postgres://shop:hunter2@db/x", "postgres://•••@db/x"),
        ("/login?next=%2Freset%3Ftoken%3Dabc%26x%3D1", "/login?next=%2Freset%3Ftoken%3D•••%26x%3D1"),
        ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIi… (900 bytes)", "•••… (900 bytes)"),
        ("pwd=hunter jwt=abc", "pwd=••• jwt=•••"),
        ("token::Kind at 12:30:00, a: b", "token::Kind at 12:30:00, a: b"),
        ("http://localhost:3000/a@b", "http://localhost:3000/a@b"),
    ] {
        assert_eq!(masked(line), shown);
    }
}

#[test]
fn a_text_without_secrets_stays_as_it_is() {
    for text in ["{\"sent\": \"by hand\"}", "[ {\"a\": \"b=c: d\"} ]", "a=b", "{ cut", ""] {
        assert!(matches!(masked(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

/// Looking to the end of the text at each `=` would take minutes.
#[test]
fn a_long_text_takes_as_long_as_it_is() {
    for part in ["a=1&", "a=", "a%3D1%26", "%", "password=1&", "password%3D1%26"] {
        let text = part.repeat((1 << 20) / part.len());
        let began = Instant::now();
        assert_eq!(masked(&text) == text, !part.contains("password"), "{part}");
        assert!(began.elapsed() < Duration::from_secs(10), "{part}: {:?}", began.elapsed());
    }
}

#[test]
fn json_that_was_cut_is_masked_too() {
    let whole = json!({"body": json!({"password": "hun\"ter\\2", "name": "Ada"}).to_string(), "token": "tttt", "z": 1})
        .to_string();
    for end in 1..whole.len() {
        let shown = masked(&whole[..end]);
        assert!(!shown.contains("ter") && !shown.contains("tttt"), "{shown}");
    }
    assert_eq!(masked(r#"{"secrets":["a","b"],"x":1"#), format!(r#"{{"secrets":"{HIDDEN}","x":1"#));
}

#[test]
fn an_edited_event_gets_its_hidden_values_back() {
    let original = json!({"headers": {"Authorization": "Bearer abcdefgh"}, "body": json!({"password": "p", "n": 1}).to_string(), "log": format!("x {JWT}")});
    let mut edited: Value = serde_json::from_str(&masked(&original.to_string())).unwrap();
    edited["body"] = json!({"password": HIDDEN, "n": 2}).to_string().into();
    unmasked(&mut edited, &original);
    let mut expected = original.clone();
    expected["body"] = json!({"password": "p", "n": 2}).to_string().into();
    assert_eq!(edited, expected);
}

proptest! {
    #[test]
    fn what_is_secret_is_never_shown(prefix in "[ -~]{0,20}", secret in "[a-z0-9]{12,24}", rest in "\\PC{0,20}") {
        let named = json!({prefix.clone() + "Password": {"S": secret}, "rest": rest});
        let nested = json!({"body": named.to_string()}).to_string();
        let shown = masked(&nested).into_owned();
        prop_assert!(!shown.contains(&secret), "{shown}");
        prop_assert!(serde_json::from_str::<Value>(&shown).is_ok());
        let token = format!("{prefix} eyJ{secret}.{secret}.{secret} {rest}");
        let shown = masked(&token).into_owned();
        prop_assert!(!shown.contains(&secret), "{shown}");
    }
}
