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
        ("http://[::1]:3000/a@b", "http://[::1]:3000/a@b"),
        ("postgres://u:p@X@h/db x", "postgres://•••@h/db x"),
        ("\"postgres://u:p/X@h/db\", a@b", "\"postgres://•••@h/db\", a@b"),
        ("http://h:80/?to=http://u:X@h, x", "http://h:80/?to=http://•••@h, x"),
        ("n=1 password=\"X\" m=2", "n=1 password=••• m=2"),
        ("token=\"X Y\\\"Z\", n=1", "token=•••, n=1"),
        ("token=\"X Y", "token=•••"),
        ("token=Some(\"X\") n=1", "token=Some(•••) n=1"),
        ("export DB_PASSWORD=\"X\"; ls", "export DB_PASSWORD=•••; ls"),
        ("password='X' n", "password=••• n"),
        ("password = X n", "password = ••• n"),
        ("password = \"X Y\" n", "password = ••• n"),
        ("password => 'X', n => 1", "password => •••, n => 1"),
        ("\"password\" => \"X\", \"n\" => 1", "\"password\" => \"•••\", \"n\" => 1"),
        ("token= user=ada", "token= user=ada"),
        ("authorization=Bearer X n=1", "authorization=••• n=1"),
        ("{'password': 'X', 'n': 1}", "{'password': '•••', 'n': 1}"),
        ("INSERT INTO t VALUE {'password':'X''Y','n':'1'}", "INSERT INTO t VALUE {'password':'•••','n':'1'}"),
        ("{\"credentials\": {\"note\":\"}\",\"key\":\"X\"}, x", "{\"credentials\": \"•••\", x"),
        ("q {\\\"secrets\\\": [\\\"]\\\", \\\"X\\\"], x", "q {\\\"secrets\\\": \"•••\", x"),
        ("?q=%7B%22password%22%3A%22X%22%7D&x=1", "?q=%7B%22password%22%3A•••%7D&x=1"),
        ("%22token%22%3A+%22X%5C%22Y%22%2C%22n%22%3A1", "%22token%22%3A+•••%2C%22n%22%3A1"),
        ("%22pwd%22%3A7%2C%22n%22%3A1", "%22pwd%22%3A•••%2C%22n%22%3A1"),
        ("%22secrets%22%3A%5B%22X%22%5D n", "%22secrets%22%3A••• n"),
        ("login --password X --n 1", "login --password ••• --n 1"),
        ("login --token 'X Y' --n 1", "login --token ••• --n 1"),
        ("login --password --n 1", "login --password --n 1"),
        ("curl -u a:X http://h/", "curl -u ••• http://h/"),
        ("<user n=\"1\"><password>X</password></user>", "<user n=\"1\"><password>•••</password></user>"),
        ("<w:Password Type=\"t\"><![CDATA[X]]></w:Password>", "<w:Password Type=\"t\"><![CDATA[•••</w:Password>"),
        (
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nX\nY\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n•••\r\n--b--",
        ),
        (
            "env: {\"name\":\"DB_PASSWORD\",\"value\":\"X\"},{\"name\":\"A\",\"value\":\"1\"}",
            "env: {\"name\":\"DB_PASSWORD\",\"value\":\"•••\"},{\"name\":\"A\",\"value\":\"1\"}",
        ),
        ("passcode=X otp=X hotpot=1 signature=X", "passcode=••• otp=••• hotpot=1 signature=•••"),
        ("x-session-id: X\nx-auth: a:X\nn", "x-session-id: •••\nx-auth: •••\nn"),
        ("refreshHash=X hashKey=id tokenExpiresAt=7", "refreshHash=••• hashKey=id tokenExpiresAt=7"),
    ] {
        assert_eq!(masked(line), shown);
    }
}

#[test]
fn which_secret_is_meant_and_what_is_done_with_it_is_shown() {
    let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/Jwt_Secret-a1B2c3";
    let denied =
        format!("not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} because no policy");
    for text in [arn, denied.as_str(), "arn:aws-us-gov:secretsmanager::1:secret:x, secretsmanager:ListSecrets"] {
        assert_eq!(masked(text), text);
    }
    for (text, shown) in [
        (format!("{arn} password=X"), format!("{arn} password=•••")),
        (format!("token: {arn}"), "token: •••:aws:secretsmanager:•••:000000000000:secret:•••".to_owned()),
        ("secretsmanager: X".to_owned(), "secretsmanager: •••".to_owned()),
        ("secretsmanager:hunter2".to_owned(), "secretsmanager:•••".to_owned()),
        ("arn:aws:x:y:1:secret:X".to_owned(), "arn:aws:x:y:1:secret:•••".to_owned()),
    ] {
        assert_eq!(masked(&text), shown);
    }
}

#[test]
fn a_members_name_may_stand_beside_it() {
    for (event, shown) in [
        (
            json!([{"name": "DB_PASSWORD", "value": "X"}, {"name": "A", "value": "1"}]),
            json!([{"name": "DB_PASSWORD", "value": HIDDEN}, {"name": "A", "value": "1"}]),
        ),
        (json!({"Key": "token", "Value": ["X"]}), json!({"Key": "token", "Value": HIDDEN})),
        (
            json!({
                "Key": {"id": {"S": "1"}},
                "UpdateExpression": "SET #p = :p, n = :n",
                "ExpressionAttributeNames": {"#p": "passwordHash"},
                "ExpressionAttributeValues": {":p": {"S": "X"}, ":n": {"N": "1"}, ":l": {"L": [{"B": "X"}, {"SS": ["X"]}]}},
            }),
            json!({
                "Key": {"id": {"S": "1"}},
                "UpdateExpression": "SET #p = :p, n = :n",
                "ExpressionAttributeNames": {"#p": "passwordHash"},
                "ExpressionAttributeValues":
                    {":p": {"S": HIDDEN}, ":n": {"N": "1"}, ":l": {"L": [{"B": HIDDEN}, {"SS": HIDDEN}]}},
            }),
        ),
        (
            json!([{"Update": {"ConditionExpression": "refreshHash=:h", "ExpressionAttributeValues": {":h": {"S": "X"}}}}]),
            json!([{"Update": {"ConditionExpression": "refreshHash=•••", "ExpressionAttributeValues": {":h": {"S": HIDDEN}}}}]),
        ),
        (
            json!({"Statement": "UPDATE t SET password=? WHERE id=?", "Parameters": [{"S": "X"}]}),
            json!({"Statement": "UPDATE t SET password=••• WHERE id=?", "Parameters": [{"S": HIDDEN}]}),
        ),
        (
            json!({"FilterExpression": "tokenExpiresAt < :at", "ExpressionAttributeValues": {":at": {"S": "1"}}}),
            json!({"FilterExpression": "tokenExpiresAt < :at", "ExpressionAttributeValues": {":at": {"S": "1"}}}),
        ),
    ] {
        assert_eq!(serde_json::from_str::<Value>(&masked(&event.to_string())).unwrap(), shown);
    }
}

#[test]
fn a_text_without_secrets_stays_as_it_is() {
    for text in ["{\"sent\": \"by hand\"}", "[ {\"a\": \"b=c: d\"} ]", "a=b", "{ cut", ""] {
        assert!(matches!(masked(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn a_schemes_name_over_and_over_is_no_deep_recursion() {
    let text = format!("password={}", "bearer ".repeat(200_000));
    assert!(masked(&text).starts_with(&format!("password={HIDDEN} bearer")));
}

/// Looking to the end of the text at each `=` would take many times as long.
#[test]
fn a_long_text_takes_as_long_as_it_is() {
    for part in [
        "a=1&",
        "a=",
        "a%3D1%26",
        "%",
        "password=1&",
        "password%3D1%26",
        "a: ",
        "a:",
        "=",
        "://a:b",
        "://a:1/@",
        "<a",
        "<a>",
        " --a ",
        " name=\"a\"\r\n",
        "'a",
        "\"a\":",
        "\"a\":'",
        "\\\"a",
        "password=\"",
        "password='a' ",
        "%22a%22%3A%22",
        "%22password%22%3A%22a%22",
    ] {
        let text = part.repeat((1 << 18) / part.len());
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
