//! `requestContext` of an event, which is also what `$context.…` means in a gateway response.
//!
//! Developer Guide: "Input format of a Lambda function for proxy integration" and "Variables for data
//! transformations for API Gateway".

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Method;
use http::header::{HOST, USER_AGENT};
use http::request::Parts;
use local_template::ACCOUNT;
use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::authorizer::Said;
use crate::request_headers::text;

/// The stage that requests are addressed to. It is not in their path: on one machine there is one stage.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) api_id: String,
    pub(crate) name: String,
    pub(crate) region: String,
}

impl Stage {
    /// The ARN of a method, as policies name it: `arn:aws:execute-api:…/stage/GET/api/things`.
    pub(crate) fn method_arn(&self, method: &Method, path: &str) -> String {
        let Self { api_id, name, region } = self;
        format!("arn:aws:execute-api:{region}:{ACCOUNT}:{api_id}/{name}/{method}/{}", path.trim_matches('/'))
    }
}

/// Everything about a request but its headers, query and body.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Context<'a> {
    account_id: &'static str,
    api_id: &'a str,
    /// What the authorizer said, if the route has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer: Option<Said>,
    deployment_id: &'static str,
    domain_name: Option<Cow<'a, str>>,
    domain_prefix: Option<String>,
    /// Also `x-amz-apigw-id`.
    pub(crate) extended_request_id: String,
    #[serde(serialize_with = "as_text")]
    pub(crate) http_method: Method,
    identity: Identity<'a>,
    path: &'a str,
    protocol: &'static str,
    pub(crate) request_id: String,
    request_time: String,
    request_time_epoch: i128,
    pub(crate) resource_id: Option<&'a str>,
    pub(crate) resource_path: Option<&'a str>,
    stage: &'a str,
}

/// Who sent the request: nothing but the address, since no request is signed with AWS credentials here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    access_key: (),
    account_id: (),
    caller: (),
    cognito_authentication_provider: (),
    cognito_authentication_type: (),
    cognito_identity_id: (),
    cognito_identity_pool_id: (),
    principal_org_id: (),
    /// The peer's, whatever headers claim.
    source_ip: IpAddr,
    user: (),
    user_agent: Option<Cow<'a, str>>,
    user_arn: (),
}

impl<'a> Context<'a> {
    pub(crate) fn new(stage: &'a Stage, head: &'a Parts, http_method: Method, peer: SocketAddr) -> Self {
        let now = OffsetDateTime::now_utc();
        let domain_name = head.headers.get(HOST).map(text);
        Self {
            account_id: ACCOUNT,
            api_id: &stage.api_id,
            authorizer: None,
            deployment_id: "local",
            domain_prefix: domain_name.as_deref().and_then(|name| name.split(['.', ':']).next()).map(str::to_owned),
            domain_name,
            extended_request_id: BASE64.encode(rand::random::<[u8; 11]>()),
            http_method,
            identity: Identity {
                access_key: (),
                account_id: (),
                caller: (),
                cognito_authentication_provider: (),
                cognito_authentication_type: (),
                cognito_identity_id: (),
                cognito_identity_pool_id: (),
                principal_org_id: (),
                source_ip: peer.ip().to_canonical(),
                user: (),
                user_agent: head.headers.get(USER_AGENT).map(text),
                user_arn: (),
            },
            path: head.uri.path(),
            protocol: protocol(head.version),
            request_id: uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string(),
            request_time: common_log_time(now),
            request_time_epoch: now.unix_timestamp_nanos() / 1_000_000,
            resource_id: None,
            resource_path: None,
            stage: &stage.name,
        }
    }

    pub(crate) fn source_ip(&self) -> IpAddr {
        self.identity.source_ip
    }

    /// The value of `$context.NAME`, if it has one.
    pub(crate) fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        let borrowed = |text: &'a str| Some(Cow::Borrowed(text));
        match name {
            "accountId" => borrowed(self.account_id),
            "apiId" => borrowed(self.api_id),
            "deploymentId" => borrowed(self.deployment_id),
            "domainName" => self.domain_name.as_deref().map(Cow::Borrowed),
            "domainPrefix" => self.domain_prefix.as_deref().map(Cow::Borrowed),
            "extendedRequestId" => Some(Cow::Borrowed(&self.extended_request_id)),
            "httpMethod" => Some(Cow::Borrowed(self.http_method.as_str())),
            "identity.sourceIp" => Some(Cow::Owned(self.identity.source_ip.to_string())),
            "identity.userAgent" => self.identity.user_agent.as_deref().map(Cow::Borrowed),
            "path" => borrowed(self.path),
            "protocol" => borrowed(self.protocol),
            "requestId" => Some(Cow::Borrowed(&self.request_id)),
            "requestTime" => Some(Cow::Borrowed(&self.request_time)),
            "requestTimeEpoch" => Some(Cow::Owned(self.request_time_epoch.to_string())),
            "resourceId" => self.resource_id.map(Cow::Borrowed),
            "resourcePath" => self.resource_path.map(Cow::Borrowed),
            "stage" => borrowed(self.stage),
            name => self.authorizer.as_ref()?.variable(name.strip_prefix("authorizer.")?).map(Cow::Borrowed),
        }
    }
}

fn as_text<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

fn protocol(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// `10/Jul/2024:12:28:36 +0000`.
fn common_log_time(time: OffsetDateTime) -> String {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    // The format asks for nothing that a date and time in UTC does not have.
    time.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_in_the_common_log_format() {
        assert_eq!(common_log_time(datetime!(2024-07-01 02:08:06.7 UTC)), "01/Jul/2024:02:08:06 +0000");
    }

    #[test]
    fn a_method_arn_has_the_path_without_slashes_around_it() {
        let stage = Stage { api_id: "Api".into(), name: "v1".into(), region: "us-east-1".into() };
        let arn = |path| stage.method_arn(&Method::GET, path);
        assert_eq!(arn("/a/{b}/"), "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/a/{b}");
        assert_eq!(arn("/"), "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/");
    }
}
