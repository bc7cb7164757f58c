//! Calls to an AWS service without its SDK crate: a request is signed and sent, and its response returned as it is.
//!
//! For a service of which one operation is used. The SDK's Lambda client has more than eighty operations, all compiled,
//! and read when each binary is linked, to send one POST. The caller does what a client would add: it interprets the
//! status, sets a time limit and decides whether to retry.

use std::error::Error;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;

use crate::config::{ConfigError, Environment};
use crate::http as connections;

/// One AWS service in one region.
#[derive(Debug, Clone)]
pub struct Api {
    connector: SharedHttpConnector,
    origin: String,
    service: &'static str,
    region: String,
    identity: Identity,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request could not be built or signed.
    #[error("the request could not be made")]
    Request(#[source] Box<dyn Error + Send + Sync>),
    /// No connection to the service could be opened: it got nothing.
    #[error("there was no connection")]
    NotConnected(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke, or the service's response did not arrive completely. It may have done what was asked.
    #[error("there was no answer")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
}

impl Api {
    /// A service with the endpoint, region and credentials of the function's environment. It has two names: `id` in
    /// settings, as for [`crate::config`] (`secrets-manager`), and `service` in its host name and in signatures
    /// (`secretsmanager`).
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn new(id: &str, service: &'static str) -> Result<Self, ConfigError> {
        Self::on_host(id, service, service)
    }

    /// As [`Api::new`], for a service whose host name begins with another name than the one in signatures (SES: `email`
    /// and `ses`).
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn on_host(id: &str, host: &str, service: &'static str) -> Result<Self, ConfigError> {
        let Environment { endpoint, region, credentials } = Environment::read(id)?;
        let connector = connections::connector(endpoint.as_deref());
        let origin = endpoint.unwrap_or_else(|| format!("https://{host}.{region}.{}", dns_suffix(&region)));
        Ok(Self::with(connector, origin, service, region, credentials))
    }

    /// A service behind the caller's own connector, for tests.
    #[must_use]
    pub fn through(connector: SharedHttpConnector, service: &'static str) -> Self {
        let credentials = Credentials::new("id", "key", None, None, "test");
        Self::with(connector, "http://localhost".to_owned(), service, "us-east-1".to_owned(), credentials)
    }

    fn with(
        connector: SharedHttpConnector,
        mut origin: String,
        service: &'static str,
        region: String,
        credentials: Credentials,
    ) -> Self {
        origin.truncate(origin.trim_end_matches('/').len());
        Self { connector, origin, service, region, identity: credentials.into() }
    }

    /// Posts `body` to `path`, which must be percent-encoded. A response with an error status is returned like any
    /// other.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response<Bytes>, ApiError> {
        let request = self.signed(path, headers, body, SystemTime::now()).map_err(ApiError::Request)?;
        let response = self.connector.call(request).await.map_err(ApiError::of_call)?;
        let response = response.try_into_http1x().map_err(|error| ApiError::NoAnswer(error.into()))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(ApiError::NoAnswer)?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    /// Signs the request ("AWS Signature Version 4 for API requests"): the body and all headers, but for those that
    /// proxies change.
    fn signed(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        now: SystemTime,
    ) -> Result<HttpRequest, Box<dyn Error + Send + Sync>> {
        let url = format!("{}{path}", self.origin);
        let signable = SignableRequest::new("POST", url.as_str(), headers.iter().copied(), SignableBody::Bytes(body))?;
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(self.service)
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let (signature, _) = sign(signable, &parameters)?.into_parts();
        let request = Request::post(&url);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut request = request.body(SdkBody::from(body))?;
        signature.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }
}

impl ApiError {
    fn of_call(error: ConnectorError) -> Self {
        if connections::is_unconnected(&error) {
            return Self::NotConnected(error.into());
        }
        Self::NoAnswer(error.into())
    }
}

/// The end of an endpoint's host name. It depends on the partition, which the region's prefix tells ("AWS partitions").
fn dns_suffix(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ];
    let of_region = partitions.iter().find(|(prefix, _)| region.starts_with(prefix));
    of_region.map_or("amazonaws.com", |(_, suffix)| suffix)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_smithy_runtime_api::client::http::HttpConnectorFuture;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::*;

    #[derive(Debug)]
    struct Refuses;

    impl HttpConnector for Refuses {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let body = SdkBody::from(r#"{"Message":"no"}"#);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(403.try_into().unwrap(), body)))
        }
    }

    fn api(origin: &str, session: Option<&str>) -> Api {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIDEXAMPLE", secret, session.map(str::to_owned), None, "test");
        let connector = SharedHttpConnector::new(Refuses);
        Api::with(connector, origin.to_owned(), "lambda", "eu-central-1".to_owned(), credentials)
    }

    /// The expected signatures were made by botocore, from the same request at the same time.
    #[test]
    fn a_request_is_signed_as_aws_does_it() {
        let noon = UNIX_EPOCH + Duration::from_secs(1_795_521_600);
        let function = "arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Areserve-stock";
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let headers = [("x-amz-invocation-type", "RequestResponse")];
        for (session, signed, signature) in [
            (
                None,
                "host;x-amz-date;x-amz-invocation-type",
                "5dd9e5dadbb4fafbf029bc79c5c60d11b1898b0742ed763048a393070cdef06b",
            ),
            (
                Some("a/session+token="),
                "host;x-amz-date;x-amz-invocation-type;x-amz-security-token",
                "0cb218ae55c2f6f79926e8c36c1d76295bba60f7efda5150ba11a432bcad10a8",
            ),
        ] {
            let api = api("https://lambda.eu-central-1.amazonaws.com/", session);
            let request = api.signed(&path, &headers, br#"{"orderId":"o1"}"#, noon).unwrap();
            let scope = "20261124/eu-central-1/lambda/aws4_request";
            assert_eq!(
                request.headers().get("authorization").unwrap(),
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={signed}, Signature={signature}"
                )
            );
            assert_eq!(request.uri(), format!("https://lambda.eu-central-1.amazonaws.com{path}"));
            assert_eq!(request.headers().get("x-amz-date"), Some("20261124T120000Z"));
            assert_eq!(request.headers().get("x-amz-invocation-type"), Some("RequestResponse"));
            assert_eq!(request.headers().get("x-amz-security-token"), session);
        }
    }

    #[tokio::test]
    async fn an_error_status_is_a_response() {
        let answer = api("http://localhost", None).post("/", &[], &[]).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (403, br#"{"Message":"no"}"#.as_slice()));
    }

    #[tokio::test]
    async fn an_invalid_header_is_not_sent() {
        let failed = api("http://localhost", None).post("/", &[("x-amz-meta", "two\nlines")], &[]).await;
        assert!(matches!(failed, Err(ApiError::Request(_))), "{failed:?}");
    }

    #[test]
    fn an_endpoint_is_in_its_regions_partition() {
        let suffixes = [
            ("us-east-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("us-iso-east-1", "c2s.ic.gov"),
        ];
        for (region, suffix) in suffixes {
            assert_eq!(dns_suffix(region), suffix, "{region}");
        }
    }
}
