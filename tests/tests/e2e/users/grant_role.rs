//! `cargo local invoke GrantRoleFunction`, and what a role changes.

use envelope::Code;
use serde_json::{Value, json};
use tests::{Exit, Person, local};

use crate::{ada, shared};

#[apply(e2e)]
#[needs(AwsApi)]
async fn a_role_counts_from_the_next_login() {
    let stack = shared().await;
    let mut person = stack.customer("Promoted").await;
    stack.grant(&person.email.to_uppercase(), "admin").await;

    let old = stack.get("/api/users?limit=1").token(&person.token).send().await;
    old.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    let verified = stack.post("/api/users/auth/verify").token(&person.token).send().await;
    assert_eq!(verified.data()["role"], "customer");

    stack.log_in(&mut person).await;
    assert_eq!(stack.get("/api/users?limit=1").token(&person.token).send().await.status, 200);

    // And back.
    stack.grant(&person.email, "customer").await;
    assert_eq!(stack.get("/api/users?limit=1").token(&person.token).send().await.status, 200);
    stack.log_in(&mut person).await;
    let demoted = stack.get("/api/users?limit=1").token(&person.token).send().await;
    demoted.fails(Code::FORBIDDEN, "Access denied", Value::Null);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_role_nobody_can_have_and_a_user_nobody_knows_are_told() {
    let (stack, ada, nobody) = (shared().await, ada().await, Person::new("Nobody"));
    let port = stack.port().to_string();
    let unknown = format!("UserNotFound: no user has the address {}: register it first", nobody.email);
    for (email, role, told) in [
        (nobody.email.as_str(), "admin", unknown.as_str()),
        (&ada.email, "root", "InvalidGrant: role must be customer or admin"),
        (&ada.email, "Admin", "InvalidGrant: role must be customer or admin"),
        ("ada", "admin", "InvalidGrant: email must be an email address such as ada@example.com"),
    ] {
        let grant = json!({"email": email, "role": role}).to_string();
        let Exit { code, output } = local(&["invoke", "GrantRoleFunction", &grant, "--port", &port]).await;
        assert_eq!((code, output), (Some(1), format!("error: GrantRoleFunction failed: {told}\n")));
    }
}

#[apply(e2e)]
async fn no_route_leads_to_it() {
    let stack = shared().await;
    let body = json!({"email": ada().await.email, "role": "admin"});
    for path in ["/grant-role", "/api/grant-role", "/api/users/grant-role"] {
        let answer = stack.post(path).json(body.clone()).send().await;
        answer.is_the_gateways(Code::NOT_FOUND, "Not found");
    }
}
