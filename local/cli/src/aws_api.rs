//! The AWS services on the stack's port, told apart by their signatures, paths and `X-Amz-Target` as SDKs send them.
//!
//! Most services are crates of their own. Here are those that tools ask for a description of what there is (`sts`, `lambda`,
//! `cloudformation`, `apigateway`, `events`), and the refusal of all others in the client's own `protocol`.

mod apigateway;
mod call;
mod cloudformation;
mod events;
mod lambda;
mod origin;
mod protocol;
mod query;
mod refusal;
mod signature;
mod sts;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use local_apigateway::Unread;
use local_logs::Logs;

use crate::stack::Stack;
use crate::told::Told;
use call::Call;
use protocol::Protocol;
use refusal::Refusal;
use signature::Credential;

pub use origin::{is_local, names_this_machine};

/// The Invoke API's paths begin with its version.
const LAMBDA: &str = "/2015-03-31/";

/// What requests of the template's own API are signed for, if it is called with AWS credentials.
const OWN_API: &str = "execute-api";

/// Whether a request is for an AWS service, not for the template's API: it is signed for one, or has the form that only
/// AWS's clients give a request. A template may have routes with paths of AWS's services.
pub fn is_meant(request: &Request<impl Sized>) -> bool {
    let service = Credential::of(request.headers()).map(|credential| credential.service);
    request.uri().path().starts_with(LAMBDA)
        || service.is_some_and(|service| !service.is_empty() && service != OWN_API)
        || (request.method() == Method::POST
            && request.uri().path() == "/"
            && request.headers().contains_key("x-amz-target"))
}

/// Answers as the service would.
pub async fn handle(stack: &Stack, request: Request<Bytes>) -> Response<Bytes> {
    let credential = Credential::of(request.headers());
    let service = credential.map_or("", |credential| credential.service).to_owned();
    let protocol = Protocol::of(&request, &service);
    let Some(credential) = credential.filter(|_| is_local(request.headers(), stack.host.as_deref())) else {
        return protocol.refuse(&Refusal::unsigned(protocol));
    };
    let caller = stack.lambda.caller(credential.access_key_id);
    let span = stack.lambda.span(credential.access_key_id);
    let refusal = caller.as_deref().and_then(|function| stack.iam.refusal(function, &request));
    let caller = caller.as_deref();
    if let Some(refusal) = refusal {
        Told::denied(&span, &request, &refusal);
        return refusal.response;
    }
    let told = Told::new(stack, caller.is_some(), &span, &request);
    let response = serve(stack, caller, &service, protocol, told.mark(request)).await;
    told.end(&response);
    response
}

async fn serve(
    stack: &Stack,
    caller: Option<&str>,
    service: &str,
    protocol: Protocol,
    request: Request<Bytes>,
) -> Response<Bytes> {
    match service_of(&request, service) {
        Service::Invoke => stack.lambda.handle(request).await,
        Service::Ses => stack.ses.handle(caller, request).await,
        Service::DynamoDb => stack.dynamodb.handle(caller, request).await,
        Service::Sqs => stack.sqs.handle(caller, request).await,
        Service::SecretsManager => stack.secrets.handle(caller, request).await,
        Service::Described(answer) => {
            let call = Call { stack, request: &request, caller, service, protocol };
            answer(&call).unwrap_or_else(|refusal| protocol.refuse(&refusal))
        }
    }
}

/// Who answers a request.
enum Service {
    Invoke,
    Ses,
    DynamoDb,
    Sqs,
    SecretsManager,
    /// A service of which there are descriptions only.
    Described(fn(&Call<'_>) -> Result<Response<Bytes>, Refusal>),
}

fn service_of(request: &Request<Bytes>, signed_for: &str) -> Service {
    let path = request.uri().path();
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    match target.map(|target| target.split(['.', '_']).next().unwrap_or_default()) {
        Some("DynamoDB" | "DynamoDBStreams") => return Service::DynamoDb,
        Some("AmazonSQS") => return Service::Sqs,
        Some("secretsmanager") => return Service::SecretsManager,
        Some("Logs") => return Service::Described(logs),
        Some("AWSEvents") => return Service::Described(events::answer),
        Some(_) if path == "/" => return Service::Described(unknown),
        _ => {}
    }
    match signed_for {
        "ses" if path.starts_with(local_ses::PATH) => Service::Ses,
        "sts" => Service::Described(sts::answer),
        "cloudformation" => Service::Described(cloudformation::answer),
        "apigateway" => Service::Described(apigateway::answer),
        _ if path.starts_with(LAMBDA) && local_lambda::api::target(request.uri()).is_some() => Service::Invoke,
        _ if path.starts_with(LAMBDA) || signed_for == "lambda" => Service::Described(lambda::answer),
        _ => Service::Described(unknown),
    }
}

fn logs(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let region = &call.stack.system.region;
    let body: serde_json::Value = serde_json::from_slice(call.request.body()).unwrap_or_default();
    let group = ["logGroupName", "logGroupIdentifier"].iter().find_map(|member| body[*member].as_str());
    call.needs(&format!("logs:{}", call.operation()), Logs::arn(region, group.unwrap_or("*")))?;
    Ok(call.stack.logs.handle(call.request))
}

/// A service that is not emulated at all.
fn unknown(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let operation = match call.protocol {
        Protocol::Json => call.operation().to_owned(),
        Protocol::Query | Protocol::Ec2 => call.parameter("Action").unwrap_or_default(),
        Protocol::Cbor => call.path().last().cloned().unwrap_or_default(),
        Protocol::RestJson | Protocol::RestXml | Protocol::S3 => {
            format!("{} {}", call.request.method(), call.request.uri().path())
        }
    };
    Err(call.not_emulated(&operation, &[]))
}

/// Answers a request whose body could not be read.
pub fn refuse_body(request: &Request<impl Sized>, unread: Unread) -> Response<Bytes> {
    let service = Credential::of(request.headers()).map_or("", |credential| credential.service);
    let protocol = Protocol::of(request, service);
    protocol.refuse(&match unread {
        Unread::TooLong => {
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", "the body is too long")
        }
        Unread::Broken => Refusal::invalid("SerializationException", "the body can't be read"),
    })
}
