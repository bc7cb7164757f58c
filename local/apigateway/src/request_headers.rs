//! The headers of a request as they reach the function.
//!
//! Developer Guide, "Important notes", has the table of headers that are dropped on the way to a Lambda integration.
//! Header names keep what is left of the client's spelling: the HTTP library has lower-cased them, as HTTP/2 clients
//! do, and API Gateway itself spells some in its own way (LocalStack's snapshots: `Authorization`, `User-Agent`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use http::header::{AUTHORIZATION, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};

/// The method a client wants instead of the request's own.
pub(crate) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
/// AWS X-Ray's header.
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Never handed on: API Gateway's table, and what RFC 9110 (7.6.1) and common practice call hop-by-hop.
const DROPPED: [&str; 16] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// Names and values, in order of the names.
pub(crate) type Headers<'a> = BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>;

/// A header's value as text; bytes that are not UTF-8 are replaced.
pub(crate) fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

/// The bytes of a request line and its header values: what API Gateway limits ("Quotas for configuring and running a
/// REST API").
pub(crate) fn head_length(head: &http::request::Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let line = head.method.as_str().len() + target + " HTTP/1.1".len() + 1;
    line + head.headers.values().map(HeaderValue::len).sum::<usize>()
}

/// The headers of the event.
pub(crate) fn for_function<'a>(headers: &'a HeaderMap, source_ip: IpAddr, trace_id: &'a str) -> Headers<'a> {
    let per_connection: Vec<Cow<'_, str>> = headers.get_all(CONNECTION).iter().map(text).collect();
    let named_by_connection = |name: &HeaderName| {
        per_connection
            .iter()
            .flat_map(|names| names.split(','))
            .any(|named| named.trim().eq_ignore_ascii_case(name.as_str()))
    };
    let mut handed_on = Headers::new();
    for name in headers.keys() {
        if DROPPED.contains(&name.as_str()) || *name == METHOD_OVERRIDE || named_by_connection(name) {
            continue;
        }
        let values = headers.get_all(name).iter().filter(|value| !(*name == AUTHORIZATION && is_signature(value)));
        let values: Vec<_> = values.map(text).collect();
        if !values.is_empty() {
            handed_on.insert(Cow::Borrowed(spelling(name)), values);
        }
    }
    let mut chain = handed_on.remove(spelling(&FORWARDED_FOR)).unwrap_or_default();
    chain.push(source_ip.to_string().into());
    handed_on.insert("X-Forwarded-For".into(), vec![chain.join(", ").into()]);
    handed_on.insert("X-Forwarded-Port".into(), vec![port(headers).into()]);
    handed_on.insert("X-Forwarded-Proto".into(), vec!["http".into()]);
    handed_on.insert("X-Amzn-Trace-Id".into(), vec![trace_id.into()]);
    handed_on
}

/// The trace a request belongs to: the client's, or a new one (X-Ray: "Tracing header").
pub(crate) fn trace_id(headers: &HeaderMap) -> String {
    let given = headers.get(&TRACE_ID).and_then(|value| value.to_str().ok());
    if let Some(given) = given.filter(|value| value.split(';').any(|field| field.trim_start().starts_with("Root="))) {
        return given.to_owned();
    }
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    format!("Root=1-{seconds:08x}-{:024x}", rand::random::<u128>() >> 32)
}

/// "The Authorization header is dropped if it contains a Signature Version 4 signature" ("Important notes").
fn is_signature(value: &HeaderValue) -> bool {
    value.as_bytes().starts_with(b"AWS4-HMAC-SHA256")
}

fn spelling(name: &HeaderName) -> &str {
    match name.as_str() {
        "authorization" => "Authorization",
        "host" => "Host",
        "user-agent" => "User-Agent",
        "x-amzn-trace-id" => "X-Amzn-Trace-Id",
        "x-forwarded-for" => "X-Forwarded-For",
        name => name,
    }
}

/// The port that the client connected to, as far as it says so.
fn port(headers: &HeaderMap) -> String {
    let authority = headers.get(HOST).and_then(|host| http::uri::Authority::try_from(host.as_bytes()).ok());
    authority.and_then(|authority| authority.port_u16()).unwrap_or(80).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_on(headers: &[(&'static str, &str)]) -> BTreeMap<String, Vec<String>> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        for_function(&map, "192.0.2.1".parse().unwrap(), "Root=1-0-0")
            .into_iter()
            .map(|(name, values)| (name.into_owned(), values.into_iter().map(Cow::into_owned).collect()))
            .collect()
    }

    #[test]
    fn the_gateway_adds_what_it_knows_of_the_connection() {
        let headers = handed_on(&[("host", "localhost:3000")]);
        let expected = [
            ("Host", "localhost:3000"),
            ("X-Amzn-Trace-Id", "Root=1-0-0"),
            ("X-Forwarded-For", "192.0.2.1"),
            ("X-Forwarded-Port", "3000"),
            ("X-Forwarded-Proto", "http"),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).into());
    }

    #[test]
    fn claims_about_the_connection_are_continued_or_replaced() {
        let headers = handed_on(&[
            ("x-forwarded-for", "10.0.0.1, 10.0.0.2"),
            ("x-forwarded-for", "10.0.0.3"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-port", "443"),
        ]);
        assert_eq!(headers["X-Forwarded-For"], ["10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.1"]);
        assert_eq!(headers["X-Forwarded-Proto"], ["http"]);
        assert_eq!(headers["X-Forwarded-Port"], ["80"]);
        assert_eq!(headers.len(), 4);
    }

    #[test]
    fn what_belongs_to_the_connection_stays_with_it() {
        let headers = handed_on(&[
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("content-length", "3"),
            ("te", "trailers"),
            ("x-http-method-override", "PUT"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=…"),
            ("accept", "text/html"),
            ("accept", "text/plain"),
        ]);
        assert_eq!(headers["accept"], ["text/html", "text/plain"]);
        assert_eq!(headers.len(), 5);
    }

    #[test]
    fn a_trace_goes_on_or_begins() {
        let mut headers = HeaderMap::new();
        let new = trace_id(&headers);
        assert!(new.starts_with("Root=1-") && new.len() == "Root=1-5759e988-bd862e3fe1be46a994272793".len(), "{new}");
        headers.insert(TRACE_ID, "Self=1;Root=1-a-b".parse().unwrap());
        assert_eq!(trace_id(&headers), "Self=1;Root=1-a-b");
        headers.insert(TRACE_ID, "nonsense".parse().unwrap());
        assert_ne!(trace_id(&headers), "nonsense");
    }
}
