//! `authorize`: the gateway's Lambda authorizer. It verifies a bearer token and gives the identity in it.

use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, context_of, serve_function};
use identity::bearer_token;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use signing_keys::{Keys, VerifyError};

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<Authorize>(SERVICE)
}

struct Authorize {
    keys: Keys,
}

/// "Input to an API Gateway Lambda authorizer", of type `TOKEN`. (In `aws_lambda_events` every field of it is optional: a
/// malformed request would look like one without a token.)
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerRequest {
    authorization_token: String,
    method_arn: String,
}

/// "Output from an API Gateway Lambda authorizer".
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerResponse {
    /// The user's id.
    principal_id: String,
    /// An IAM policy: what the caller may invoke.
    policy_document: Value,
    /// The identity, which the gateway passes to the function as `requestContext.authorizer`.
    context: Map<String, Value>,
}

impl Function for Authorize {
    type Event = AuthorizerRequest;
    type Response = AuthorizerResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { keys: Keys::read().await? })
    }

    async fn call(&self, request: AuthorizerRequest, _: &Context) -> Result<AuthorizerResponse, FunctionError> {
        let token = bearer_token(&request.authorization_token).ok_or_else(unauthorized)?;
        let identity = match self.keys.verify(token).await {
            Err(VerifyError::Invalid(_)) => return Err(unauthorized()),
            outcome => outcome?,
        };
        Ok(AuthorizerResponse {
            principal_id: identity.id.clone(),
            policy_document: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": every_route(&request.method_arn),
                }],
            }),
            context: context_of(&identity),
        })
    }
}

/// API Gateway answers an error with exactly this message with a 401. Any other it treats as a failed authorizer.
fn unauthorized() -> FunctionError {
    FunctionError::refusal("Unauthorized", "Unauthorized")
}

/// The gateway caches the response by token alone, so the policy must allow every route of the stage. Each function then
/// decides what the caller may do.
fn every_route(method_arn: &str) -> String {
    let stage: Vec<&str> = method_arn.splitn(3, '/').take(2).collect();
    format!("{}/*", stage.join("/"))
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    const REQUEST: &str = r#"{"type":"TOKEN","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/api/users/me","authorizationToken":"Bearer a.b.c"}"#;

    #[test]
    fn the_policy_covers_every_route_of_the_stage_and_no_other() {
        assert_eq!(
            every_route("arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/api/users/me"),
            "arn:aws:execute-api:us-east-1:123456789012:abc/prod/*"
        );
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_policy_covers_the_route_that_was_asked_for(text in prop_oneof![4 => spoiled(&[REQUEST]), 1 => texts()]) {
            if let Ok(request) = serde_json::from_str::<AuthorizerRequest>(&text) {
                let _ = bearer_token(&request.authorization_token);
                let covered = every_route(&request.method_arn);
                let stage = covered.strip_suffix('*').unwrap();
                prop_assert!(format!("{}/", request.method_arn).starts_with(stage), "{covered}");
            }
        }
    }
}
