//! Who is calling.

use identity::{Identity, NewToken, PublicKeys, Role, SigningKey};
use serde_json::{Value, json};

use super::{Answered, ask, http, rest, send, server_with};
use crate::{Call, Failure, Reply, context_of, timestamp};

/// Answers with who is calling.
fn whoami(call: &Call) -> Result<Reply, Failure> {
    let Identity { id, email, name, role, .. } = call.identity()?;
    Reply::ok("Known", json!({"id": id, "email": email, "name": name, "role": role}))
}

fn ada() -> Identity {
    Identity {
        id: "u1".into(),
        email: "ada@example.com".into(),
        name: "Ada Lövelace".into(),
        role: Role::Customer,
        session_id: "s1".into(),
        expires_at: timestamp::epoch_seconds() + 60,
    }
}

fn ada_told() -> Value {
    json!({"id": "u1", "email": "ada@example.com", "name": "Ada Lövelace", "role": "customer"})
}

/// An event that an authorizer's answer came with.
fn authorized(context: impl Into<Value>) -> Value {
    rest(json!({"requestContext": {"authorizer": context.into()}}))
}

fn key() -> SigningKey {
    SigningKey::derive("k1", b"a secret of at least thirty-two bytes").unwrap()
}

fn public(key: &SigningKey) -> Option<PublicKeys> {
    Some(PublicKeys { keys: vec![key.public().clone()] })
}

fn token(key: &SigningKey, now: u64) -> String {
    let ada = ada();
    let token = NewToken {
        id: &ada.id,
        email: &ada.email,
        name: &ada.name,
        role: ada.role,
        session_id: &ada.session_id,
        lifetime: 900,
        now,
    };
    key.sign(token).unwrap()
}

fn refused_as(answered: &Answered, code: &str) {
    assert_eq!((answered.status(), answered.code().as_str()), (401, code));
    assert_eq!(answered.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn an_authorizers_answer_is_who_is_calling() {
    let mut context = context_of(&ada());
    context.insert("principalId".into(), "u1".into());
    context.insert("integrationLatency".into(), 12.into());
    assert_eq!(ask(&authorized(context.clone()), whoami).json()["data"], ada_told());
    // A gateway that keeps numbers as such is as good.
    context.insert("exp".into(), (timestamp::epoch_seconds() + 60).into());
    assert_eq!(ask(&authorized(context), whoami).json()["data"], ada_told());
}

#[test]
fn an_http_apis_authorizer_is_as_good() {
    let event = http(json!({"requestContext": {"authorizer": {"lambda": context_of(&ada())}}}));
    assert_eq!(ask(&event, whoami).json()["data"], ada_told());
    let not_where_it_belongs = http(json!({"requestContext": {"authorizer": context_of(&ada())}}));
    refused_as(&ask(&not_where_it_belongs, whoami), "TOKEN_REQUIRED");
}

#[test]
fn an_identity_that_ended_while_it_was_cached_is_refused() {
    let expired = Identity { expires_at: timestamp::epoch_seconds(), ..ada() };
    refused_as(&ask(&authorized(context_of(&expired)), whoami), "TOKEN_EXPIRED");
}

#[test]
fn an_identity_that_lacks_or_garbles_anything_is_refused() {
    for key in ["id", "email", "name", "role", "sessionId", "exp"] {
        for value in [None, Some(json!([])), Some(json!(true)), Some(json!({"a": 1}))] {
            let mut context = context_of(&ada());
            context.remove(key);
            context.extend(value.map(|value| (key.to_owned(), value)));
            refused_as(&ask(&authorized(context), whoami), "INVALID_TOKEN");
        }
    }
    for (key, value) in [("role", "root"), ("exp", "soon"), ("exp", "-1"), ("exp", "1e99")] {
        let mut context = context_of(&ada());
        context.insert(key.into(), value.into());
        refused_as(&ask(&authorized(context), whoami), "INVALID_TOKEN");
    }
}

#[test]
fn headers_that_claim_an_identity_mean_nothing() {
    let spoofed = json!({
        "X-User-ID": "u1",
        "X-User-Role": "admin",
        "X-User-Email": "ada@example.com",
        "X-User-Context": serde_json::to_string(&context_of(&ada())).unwrap(),
    });
    refused_as(&ask(&rest(json!({"headers": spoofed})), whoami), "TOKEN_REQUIRED");
    let mut event = authorized(context_of(&ada()));
    super::merge(&mut event, json!({"headers": spoofed}));
    assert_eq!(ask(&event, |call| Reply::ok("Known", call.admin()?.id.clone())).status(), 403);
}

#[test]
fn without_a_key_a_token_alone_is_nobody() {
    let key = key();
    let token = token(&key, timestamp::epoch_seconds());
    let event = rest(json!({"headers": {"Authorization": format!("Bearer {token}")}}));
    refused_as(&ask(&event, whoami), "TOKEN_REQUIRED");
}

#[test]
fn a_process_with_a_key_checks_the_token_itself() {
    let key = key();
    let now = timestamp::epoch_seconds();
    let server = server_with(None, public(&key), whoami);
    for event in [rest, http] {
        let sent = |authorization: String| send(&server, &event(json!({"headers": {"authorization": authorization}})));
        assert_eq!(sent(format!("bearer  {} ", token(&key, now))).json()["data"], ada_told());
        refused_as(&sent(format!("Bearer {}", token(&key, now - 900))), "TOKEN_EXPIRED");
        for bad in ["Bearer x", "Bearer é.\u{1}."] {
            refused_as(&sent(bad.to_owned()), "INVALID_TOKEN");
        }
        for none in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer\tx"] {
            refused_as(&sent(none.to_owned()), "TOKEN_REQUIRED");
        }
    }
    refused_as(&send(&server, &http(json!({}))), "TOKEN_REQUIRED");
}

/// Whichever of the two a gateway took, a function must not take the other.
#[test]
fn two_different_tokens_are_nobody() {
    let key = key();
    let server = server_with(None, public(&key), whoami);
    let ours = format!("Bearer {}", token(&key, timestamp::epoch_seconds()));
    let sent = |event: Value, values: &[&str]| {
        let mut event = event;
        super::merge(&mut event, json!({"multiValueHeaders": {"Authorization": values}}));
        send(&server, &event)
    };
    for other in ["Bearer x", "Basic YTpi", "", "bearer  x"] {
        for values in [[ours.as_str(), other], [other, ours.as_str()]] {
            refused_as(&sent(rest(json!({})), &values), "INVALID_TOKEN");
            refused_as(&sent(authorized(context_of(&ada())), &values), "INVALID_TOKEN");
        }
    }
    assert_eq!(sent(rest(json!({})), &[&ours, &ours]).json()["data"], ada_told());
    assert_eq!(sent(authorized(context_of(&ada())), &[&ours, &ours]).json()["data"], ada_told());
}

#[test]
fn a_header_of_one_value_is_not_taken_from_two() {
    let told = |values: &[&str]| {
        let event = rest(json!({"multiValueHeaders": {"Idempotency-Key": values}}));
        ask(&event, |call| Reply::ok("Read", call.single_header("idempotency-key").map_err(|_| Failure::forbidden())?))
    };
    assert_eq!(told(&[]).json()["data"], json!(null));
    assert_eq!(told(&["a"]).json()["data"], "a");
    assert_eq!(told(&["a", "a"]).json()["data"], "a");
    for values in [["a", "b"], ["", "a"], ["a", ""], ["a", "A"]] {
        assert_eq!(told(&values).status(), 403, "{values:?}");
    }
}

#[test]
fn a_key_does_not_overrule_an_authorizer() {
    let key = key();
    let server = server_with(None, public(&key), whoami);
    let bearer = format!("Bearer {}", token(&key, timestamp::epoch_seconds()));
    let mut event = authorized(context_of(&Identity { expires_at: 1, ..ada() }));
    super::merge(&mut event, json!({"headers": {"Authorization": bearer}}));
    refused_as(&send(&server, &event), "TOKEN_EXPIRED");
}

#[test]
fn admins_only_lets_admins_in() {
    let admin_only = |call: &Call| Reply::ok("Known", call.admin()?.id.clone());
    refused_as(&ask(&rest(json!({})), admin_only), "TOKEN_REQUIRED");
    let customer = ask(&authorized(context_of(&ada())), admin_only);
    assert_eq!((customer.status(), customer.code().as_str()), (403, "FORBIDDEN"));
    assert_eq!(customer.header("www-authenticate"), None);
    let admin = ask(&authorized(context_of(&Identity { role: Role::Admin, ..ada() })), admin_only);
    assert_eq!((admin.status(), &admin.json()["data"]), (200, &json!("u1")));
}
