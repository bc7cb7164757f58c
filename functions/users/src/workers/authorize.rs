//! `authorize`: the gateway's Lambda authorizer. It verifies a bearer token, and gives the identity of its user as they are now.

use std::process::ExitCode;

use envelope::{Code, Context, Function, FunctionError, InitError, context_of, serve_function};
use identity::bearer_token;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::SERVICE;
use crate::tokens::{TokenVerifier, Verified};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<Authorize>(SERVICE)
}

struct Authorize {
    tokens: TokenVerifier,
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
    /// The identity, which the gateway passes to the function as `requestContext.authorizer`; of a refusal, its `code` and
    /// `message`, by which the template words the response `ACCESS_DENIED`.
    context: Map<String, Value>,
}

impl Function for Authorize {
    type Event = AuthorizerRequest;
    type Response = AuthorizerResponse;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { tokens: TokenVerifier::connect().await? })
    }

    /// A token that proves nothing is denied, and not answered with the error `Unauthorized`: that would say the same of every
    /// token. If the keys or the tables can't be read, the function fails, and the gateway answers 502.
    async fn call(&self, request: AuthorizerRequest, _: &Context) -> Result<AuthorizerResponse, FunctionError> {
        let verified = match bearer_token(&request.authorization_token) {
            Some(token) => self.tokens.verify(token).await?,
            None => Verified::Invalid,
        };
        Ok(match verified {
            Verified::Proven(identity) => {
                response("Allow", identity.id.clone(), &request.method_arn, context_of(&identity))
            }
            Verified::Expired => denied(&request.method_arn, Code::TOKEN_EXPIRED, "Authentication token expired"),
            Verified::Invalid => denied(&request.method_arn, Code::INVALID_TOKEN, "Invalid authentication token"),
        })
    }
}

fn denied(method_arn: &str, code: Code, message: &str) -> AuthorizerResponse {
    let context = [("code", code.as_str()), ("message", message)];
    let context = context.map(|(name, value)| (name.to_owned(), Value::from(value)));
    response("Deny", "anonymous".to_owned(), method_arn, context.into_iter().collect())
}

fn response(effect: &str, principal_id: String, method_arn: &str, context: Map<String, Value>) -> AuthorizerResponse {
    let resource = every_route(method_arn);
    AuthorizerResponse {
        principal_id,
        policy_document: json!({
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        }),
        context,
    }
}

/// The gateway caches the response by token alone, so the policy must be that of every route of the stage. Each function
/// then decides what the caller may do.
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
