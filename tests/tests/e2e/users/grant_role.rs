//! `cargo local invoke GrantRoleFunction`, and what a role changes.

use envelope::Code;
use serde_json::{Value, json};
use tests::{Exit, Person, local};

use crate::{ada, shared};

/// Nobody's id.
const NOBODY: &str = "01980000-0000-7000-8000-000000000000";

#[apply(e2e)]
#[needs(AwsApi, Authorizer)]
async fn a_role_counts_at_once_for_a_token_that_the_gateway_does_not_know() {
    let stack = shared().await;
    let mut person = stack.customer("Promoted").await;
    stack.grant(&person.id.to_uppercase(), "admin").await;

    let verified = stack.post("/api/users/auth/verify").token(&person.token).send().await;
    assert_eq!(verified.data()["role"], "admin");
    assert_eq!(stack.get("/api/users?limit=1").token(&person.token).send().await.status, 200);

    // And back.
    stack.grant(&person.id, "customer").await;
    stack.log_in(&mut person).await;
    let demoted = stack.get("/api/users?limit=1").token(&person.token).send().await;
    demoted.fails(Code::FORBIDDEN, "Access denied", Value::Null);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_role_nobody_can_have_and_a_user_nobody_knows_are_told() {
    let (stack, ada, nobody) = (shared().await, ada().await, Person::new("Nobody"));
    let port = stack.port().to_string();
    let unknown = format!("UserNotFound: no user has the id {NOBODY}");
    for (grant, told) in [
        (json!({"id": NOBODY, "role": "admin"}), unknown.as_str()),
        (json!({"email": nobody.email, "role": "admin"}), "UserNotFound: no user has this address: register it first"),
        (
            json!({"email": ada.email, "role": "admin"}),
            "AddressNotVerified: the user has not verified the address, so it may be another's: have them verify it, or name them by id",
        ),
        (json!({"id": ada.id, "role": "root"}), "InvalidGrant: role must be customer or admin"),
        (json!({"id": ada.id, "role": "Admin"}), "InvalidGrant: role must be customer or admin"),
        (json!({"id": "ada", "role": "admin"}), "InvalidGrant: id must be a UUID"),
        (
            json!({"email": "ada", "role": "admin"}),
            "InvalidGrant: email must be an email address such as ada@example.com",
        ),
        (json!({"role": "admin"}), "InvalidGrant: name the user by either id or email"),
        (
            json!({"id": ada.id, "email": ada.email, "role": "admin"}),
            "InvalidGrant: name the user by either id or email",
        ),
    ] {
        let grant = grant.to_string();
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
