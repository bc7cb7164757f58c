//! The protocols that clients of AWS services speak, told apart by the request, and errors in each. Smithy: "AWS protocols".

mod cbor;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use quick_xml::escape::escape;
use serde_json::json;
use uuid::Uuid;

use super::refusal::Refusal;

/// How a client writes a request, and reads an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 and 1.1: the operation is in `X-Amz-Target`.
    Json,
    /// AWS REST JSON: the operation is in method and path.
    RestJson,
    /// AWS Query: the operation is in a form, the answer is XML.
    Query,
    /// EC2's own form of AWS Query.
    Ec2,
    /// AWS REST XML.
    RestXml,
    /// REST XML with S3's errors, which have no envelope.
    S3,
    /// Smithy RPC v2 CBOR.
    Cbor,
}

impl Protocol {
    /// The protocol of a request that was signed for `service`.
    pub fn of(request: &Request<impl Sized>, service: &str) -> Self {
        let headers = request.headers();
        let is = |name: &str, value: &str| {
            headers.get(name).and_then(|header| header.to_str().ok()).is_some_and(|header| header.starts_with(value))
        };
        match service {
            _ if is("smithy-protocol", "rpc-v2-cbor") => Self::Cbor,
            _ if headers.contains_key("x-amz-target") => Self::Json,
            "s3" | "s3express" | "s3-object-lambda" => Self::S3,
            "route53" | "cloudfront" => Self::RestXml,
            "ec2" => Self::Ec2,
            _ if request.uri().path() == "/"
                && is_query(request, is("content-type", "application/x-www-form-urlencoded")) =>
            {
                Self::Query
            }
            _ => Self::RestJson,
        }
    }

    /// The answer to a request that is refused.
    pub fn refuse(self, refusal: &Refusal) -> Response<Bytes> {
        let Refusal { status, code, message } = refusal;
        let id = Uuid::now_v7().to_string();
        let mut headers = HeaderMap::new();
        let fault = if status.is_server_error() { "Receiver" } else { "Sender" };
        let (text, content_type) =
            (escape(message.as_str()), if self.is_xml() { "text/xml" } else { "application/json" });
        let body: Bytes = match self {
            Self::Json | Self::RestJson => json!({"__type": code, "message": message}).to_string().into(),
            Self::Query | Self::RestXml => format!(
                "<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code><Message>{text}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            )
            .into(),
            Self::Ec2 => format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{text}</Message></Error></Errors>\
                 <RequestID>{id}</RequestID></Response>"
            )
            .into(),
            Self::S3 => {
                format!("<Error><Code>{code}</Code><Message>{text}</Message><RequestId>{id}</RequestId></Error>").into()
            }
            Self::Cbor => cbor::map(&[("__type", code), ("message", message)]).into(),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        match self {
            Self::Json => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
            }
            Self::Cbor => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
                headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
            }
            Self::RestJson => {
                if let Ok(code) = HeaderValue::from_str(code) {
                    headers.insert("x-amzn-errortype", code);
                }
            }
            _ => {}
        }
        answer(*status, headers, body, &id)
    }

    /// Whether answers are XML.
    pub fn is_xml(self) -> bool {
        matches!(self, Self::Query | Self::Ec2 | Self::RestXml | Self::S3)
    }
}

/// A Query request is a form. Some clients send it as the query of a GET.
fn is_query(request: &Request<impl Sized>, is_form: bool) -> bool {
    let has_action = || request.uri().query().is_some_and(|query| query.split('&').any(|it| it.starts_with("Action=")));
    is_form && *request.method() == Method::POST || has_action()
}

/// An answer that is JSON.
pub fn json(value: &serde_json::Value) -> Response<Bytes> {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    answer(StatusCode::OK, headers, value.to_string().into(), &Uuid::now_v7().to_string())
}

/// An answer that is XML.
pub fn xml(text: String, id: &str) -> Response<Bytes> {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/xml"))]);
    answer(StatusCode::OK, headers, text.into(), id)
}

fn answer(status: StatusCode, mut headers: HeaderMap, body: Bytes, id: &str) -> Response<Bytes> {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<()> {
        let builder = Request::builder().method(method).uri(uri);
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(()).unwrap()
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

    #[test]
    fn a_protocol_is_told_by_the_request() {
        for (service, request, protocol) in [
            ("sts", request("POST", "/", &[FORM]), Protocol::Query),
            ("sns", request("GET", "/?Action=ListTopics&Version=2010-03-31", &[]), Protocol::Query),
            ("ec2", request("POST", "/", &[FORM]), Protocol::Ec2),
            ("events", request("POST", "/", &[("x-amz-target", "AWSEvents.ListRules")]), Protocol::Json),
            ("lambda", request("GET", "/2015-03-31/functions/", &[]), Protocol::RestJson),
            ("s3", request("GET", "/", &[]), Protocol::S3),
            ("route53", request("GET", "/2013-04-01/hostedzone", &[]), Protocol::RestXml),
            (
                "monitoring",
                request("POST", "/service/X/operation/Y", &[("smithy-protocol", "rpc-v2-cbor")]),
                Protocol::Cbor,
            ),
        ] {
            assert_eq!(Protocol::of(&request, service), protocol, "{service}");
        }
    }

    #[test]
    fn an_error_is_told_in_each_protocol() {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "InvalidAction", "no <such> thing");
        let body = |protocol: Protocol| String::from_utf8_lossy(protocol.refuse(&refusal).body()).into_owned();
        assert_eq!(body(Protocol::Json), r#"{"__type":"InvalidAction","message":"no <such> thing"}"#);
        assert_eq!(Protocol::RestJson.refuse(&refusal).headers()["x-amzn-errortype"], "InvalidAction");
        let error = "<Code>InvalidAction</Code><Message>no &lt;such&gt; thing</Message>";
        for protocol in [Protocol::Query, Protocol::Ec2, Protocol::RestXml, Protocol::S3] {
            let body = body(protocol);
            assert!(body.contains(error), "{body}");
            assert_eq!(protocol.refuse(&refusal).headers()[CONTENT_TYPE], "text/xml");
        }
        assert!(body(Protocol::Cbor).contains("\u{6f}no <such> thing"));
    }
}
