use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_800_000_000;

fn key(id: &str) -> SigningKey {
    SigningKey::derive(id, format!("{id}: a secret of thirty-two bytes and more").as_bytes()).unwrap()
}

fn keys(of: &[&SigningKey]) -> PublicKeys {
    PublicKeys { keys: of.iter().map(|key| key.public().clone()).collect() }
}

fn token(key: &SigningKey) -> String {
    let token = NewToken {
        id: "u1",
        email: "ada@example.com",
        name: "Ada",
        role: Role::Customer,
        session_id: "s1",
        lifetime: 900,
        now: NOW,
    };
    key.sign(token).unwrap()
}

fn part_of(token: &str, index: usize) -> Value {
    part(token.split('.').nth(index).unwrap()).unwrap()
}

fn with_part(token: &str, index: usize, value: &Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[index] = URL_SAFE_NO_PAD.encode(value.to_string());
    parts.join(".")
}

/// A token of this header and these claims, properly signed.
fn signed(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

/// A properly signed token, but for one header parameter; null takes it out.
fn with_parameter(name: &str, value: Value) -> String {
    let key = key("a");
    let token = token(&key);
    let mut header = part_of(&token, 0);
    header[name] = value;
    signed(&header, &part_of(&token, 1), &key)
}

/// A properly signed token, but for one claim.
fn with_claim(name: &str, value: Option<Value>) -> String {
    let key = key("a");
    let token = token(&key);
    let mut claims = part_of(&token, 1);
    match value {
        Some(value) => claims[name] = value,
        None => drop(claims.as_object_mut().unwrap().remove(name)),
    }
    signed(&part_of(&token, 0), &claims, &key)
}

fn verified(token: &str) -> Result<Identity, InvalidToken> {
    keys(&[&key("a")]).verify(token, NOW)
}

#[test]
fn a_token_proves_who_it_was_signed_for() {
    let token = token(&key("a"));
    assert_eq!(part_of(&token, 0), json!({"typ": "JWT", "alg": "EdDSA", "kid": "a"}));
    let identity = verified(&token).unwrap();
    assert_eq!(identity.id, "u1");
    assert_eq!(identity.role, Role::Customer);
    assert_eq!(identity.session_id, "s1");
    assert_eq!(identity.expires_at, NOW + 900);
}

#[test]
fn a_token_ends_with_its_lifetime() {
    let (keys, token) = (keys(&[&key("a")]), token(&key("a")));
    assert!(keys.verify(&token, NOW + 899).is_ok());
    assert!(matches!(keys.verify(&token, NOW + 900), Err(InvalidToken::Expired)));
    let unverified = UnverifiedToken::read(&token).unwrap();
    assert!(!unverified.has_expired(NOW + 899).unwrap() && unverified.has_expired(NOW + 900).unwrap());
}

#[test]
fn a_token_is_verified_by_the_key_that_it_names() {
    let (a, b) = (key("a"), key("b"));
    assert!(keys(&[&b, &a]).verify(&token(&a), NOW).is_ok());
    assert!(matches!(keys(&[&b]).verify(&token(&a), NOW), Err(InvalidToken::UnknownKey)));
    let token = token(&a);
    let unverified = UnverifiedToken::read(&token).unwrap();
    assert!(matches!(unverified.verify(b.public(), NOW), Err(InvalidToken::UnknownKey)));
}

#[test]
fn another_key_under_the_same_id_is_refused() {
    let forged = token(&SigningKey::derive("a", &[7; 32]).unwrap());
    assert!(matches!(verified(&forged), Err(InvalidToken::Rejected(_))));
}

#[test]
fn every_changed_claim_is_refused() {
    let token = token(&key("a"));
    for (claim, value) in [
        ("sub", json!("u2")),
        ("role", json!("admin")),
        ("sid", json!("s2")),
        ("exp", json!(NOW * 2)),
        ("aud", json!("other")),
        ("iss", json!("other")),
    ] {
        let mut claims = part_of(&token, 1);
        claims[claim] = value;
        assert!(verified(&with_part(&token, 1, &claims)).is_err(), "{claim}");
    }
}

#[test]
fn other_algorithms_are_refused_even_properly_signed() {
    assert!(verified(&with_parameter("alg", json!("EdDSA"))).is_ok());
    for algorithm in ["none", "None", "HS256", "HS384", "RS256", "ES256", "ES256K", "Ed25519", "eddsa", "EdDSA "] {
        let token = with_parameter("alg", json!(algorithm));
        assert!(matches!(verified(&token), Err(InvalidToken::Malformed)), "{algorithm}");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert!(verified(&unsigned).is_err(), "{algorithm}, unsigned");
    }
}

/// A verifier that took the algorithm from the token would accept this one: its secret is public.
#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    let key = key("a");
    let token = token(&key);
    let header = with_part(&token, 0, &json!({"alg": "HS256", "typ": "JWT", "kid": "a"}));
    let message = header.rsplit_once('.').unwrap().0;
    for secret in [URL_SAFE_NO_PAD.decode(key.public().x()).unwrap(), key.public().x().into_bytes()] {
        let signature = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret), message.as_bytes());
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert!(matches!(verified(&forged), Err(InvalidToken::Malformed)));
    }
}

#[test]
fn another_type_is_refused() {
    for typ in [json!("at+jwt"), json!("dpop+jwt"), json!("jwt"), json!("JWS"), json!(""), json!(1), Value::Null] {
        assert!(matches!(verified(&with_parameter("typ", typ.clone())), Err(InvalidToken::Malformed)), "{typ}");
    }
}

#[test]
fn extensions_that_must_be_understood_are_refused() {
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!("exp"), Value::Null] {
        assert!(matches!(verified(&with_parameter("crit", crit.clone())), Err(InvalidToken::Malformed)), "{crit}");
    }
}

#[test]
fn a_key_id_is_a_short_text() {
    for kid in [json!(""), json!("a".repeat(65)), json!(1), json!(["a"]), Value::Null] {
        assert!(matches!(verified(&with_parameter("kid", kid.clone())), Err(InvalidToken::Malformed)), "{kid}");
    }
    assert!(matches!(verified(&with_parameter("kid", json!("a".repeat(64)))), Err(InvalidToken::UnknownKey)));
}

#[test]
fn keys_in_the_header_are_ignored() {
    let other = key("b");
    let token = token(&key("a"));
    let header =
        json!({"alg": "EdDSA", "typ": "JWT", "kid": "a", "jwk": other.public(), "jku": "https://example.com/keys"});
    assert!(verified(&signed(&header, &part_of(&token, 1), &key("a"))).is_ok());
    assert!(matches!(verified(&signed(&header, &part_of(&token, 1), &other)), Err(InvalidToken::Rejected(_))));
}

#[test]
fn a_token_of_the_future_is_refused() {
    assert!(verified(&with_claim("nbf", Some(json!(NOW)))).is_ok());
    let future = verified(&with_claim("nbf", Some(json!(NOW + 1))));
    assert!(matches!(future, Err(InvalidToken::NotYetValid)));
    for nbf in [json!("1"), json!(-1), json!([]), Value::Null] {
        assert!(verified(&with_claim("nbf", Some(nbf.clone()))).is_err(), "{nbf}");
    }
}

#[test]
fn a_token_without_all_claims_is_refused() {
    for claim in ["sub", "email", "name", "role", "sid", "iss", "aud", "iat", "exp", "jti"] {
        let refused = verified(&with_claim(claim, None));
        assert!(matches!(refused, Err(InvalidToken::Rejected(_))), "{claim}: {refused:?}");
    }
}

#[test]
fn properly_signed_tokens_of_another_issuer_or_audience_are_refused() {
    for claim in ["aud", "iss"] {
        for value in [json!("another"), json!(["another"]), json!("")] {
            let refused = verified(&with_claim(claim, Some(value.clone())));
            assert!(matches!(refused, Err(InvalidToken::Rejected(_))), "{claim} {value}");
        }
    }
}

#[test]
fn rubbish_is_refused() {
    for rubbish in ["", ".", "..", "a.b.c", "é.é.é", &"x".repeat(100_000)] {
        assert!(verified(rubbish).is_err());
    }
    let token = token(&key("a"));
    for cut in 0..token.len() {
        assert!(verified(&token[..cut]).is_err(), "{cut}");
    }
    assert!(verified(&format!("{token}.{token}")).is_err());
}
