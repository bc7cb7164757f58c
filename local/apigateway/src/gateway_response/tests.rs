use http::{Method, Request};

use super::*;
use crate::context::Stage;

type Described = local_template::GatewayResponse;

/// Answers a fault with these definitions to a request with these headers.
fn answer(defined: &[(&str, Described)], fault: Fault, headers: &[(&str, &str)]) -> (Response<Bytes>, String) {
    let defined = defined.iter().map(|(name, definition)| ((*name).to_owned(), definition.clone())).collect();
    let responses = GatewayResponses::new(&defined).unwrap();
    let stage = Stage { api_id: "Api".into(), name: "v1".into(), region: "us-east-1".into() };
    let mut request = Request::get("/a%22b?c=d");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let head = request.body(()).unwrap().into_parts().0;
    let context = Context::new(&stage, &head, Method::GET, "127.0.0.1:9".parse().unwrap());
    (responses.response(fault, &context, &head.headers), context.request_id.clone())
}

fn defined(status: Option<u16>, body: &str) -> Described {
    let templates = BTreeMap::from([(JSON.to_owned(), body.to_owned())]);
    Described { status, headers: vec![], templates }
}

fn status(definitions: &[(&str, Described)], fault: Fault) -> u16 {
    answer(definitions, fault, &[]).0.status().as_u16()
}

#[test]
fn without_definitions_aws_speaks() {
    for (fault, status, error_type, body) in [
        (Fault::NoRoute, 403, "MissingAuthenticationTokenException", r#"{"message":"Missing Authentication Token"}"#),
        (Fault::Unauthorized, 401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#),
        (Fault::AuthorizerMalformed, 500, "AuthorizerConfigurationException", r#"{"message":null}"#),
        (Fault::AuthorizerFailure, 500, "AuthorizerFailureException", r#"{"message":null}"#),
        (Fault::Throttled, 429, "TooManyRequestsException", r#"{"message":"Too Many Requests"}"#),
        (Fault::BadIntegration, 502, "InternalServerErrorException", r#"{"message":"Internal server error"}"#),
        (Fault::IntegrationTimeout, 504, "InternalServerErrorException", r#"{"message":"Endpoint request timed out"}"#),
        (Fault::IntegrationThrottled, 500, "InternalServerErrorException", r#"{"message":"Internal server error"}"#),
        (Fault::IntegrationUnavailable, 504, "InternalServerErrorException", r#"{"message":"Internal server error"}"#),
        (Fault::BodyTooLarge, 413, "RequestTooLargeException", r#"{"message":"Request Too Long"}"#),
        (Fault::BadRequest, 400, "BadRequestException", r#"{"message":"Bad Request"}"#),
    ] {
        let (response, _) = answer(&[], fault, &[]);
        assert_eq!(response.status(), status, "{fault:?}");
        assert_eq!(response.headers()["x-amzn-errortype"], error_type);
        assert_eq!(response.headers()["content-type"], JSON);
        assert_eq!(response.body(), body);
    }
}

#[test]
fn a_type_is_answered_as_defined_else_as_its_default() {
    let own = ("UNAUTHORIZED", defined(None, "own"));
    let default = ("DEFAULT_4XX", defined(None, "default"));
    let body = |fault| answer(&[own.clone(), default.clone()], fault, &[]).0.into_body();
    assert_eq!(body(Fault::Unauthorized), "own");
    assert_eq!(body(Fault::NoRoute), "default");
    assert_eq!(body(Fault::BadIntegration), r#"{"message":"Internal server error"}"#);
}

#[test]
fn a_status_comes_from_the_definition_that_is_used() {
    let of = |status| defined(status, "");
    assert_eq!(status(&[], Fault::NoRoute), 403);
    assert_eq!(status(&[("DEFAULT_4XX", of(None))], Fault::NoRoute), 403);
    assert_eq!(status(&[("DEFAULT_4XX", of(Some(404)))], Fault::NoRoute), 404);
    assert_eq!(
        status(&[("DEFAULT_4XX", of(Some(404))), ("MISSING_AUTHENTICATION_TOKEN", of(None))], Fault::NoRoute),
        403
    );
    assert_eq!(status(&[("MISSING_AUTHENTICATION_TOKEN", of(Some(410)))], Fault::NoRoute), 410);
    assert_eq!(status(&[("DEFAULT_5XX", of(None))], Fault::BadIntegration), 502);
    assert_eq!(status(&[("DEFAULT_5XX", of(Some(503)))], Fault::BadIntegration), 503);
    assert_eq!(status(&[("DEFAULT_5XX", of(None))], Fault::IntegrationThrottled), 500);
    assert_eq!(status(&[("INTEGRATION_FAILURE", of(None))], Fault::IntegrationThrottled), 504);
}

#[test]
fn a_template_is_filled_with_variables() {
    let template = r#"{"a":$context.error.messageString,"b":"$context.error.message","c":"$context.error.responseType","d":"$context.requestId.","e":"$context.path $context.status$context.nothing$contextual","f":"$context.identity.userAgent"}"#;
    let (response, id) =
        answer(&[("UNAUTHORIZED", defined(None, template))], Fault::Unauthorized, &[("user-agent", "a\"b\\")]);
    let expected = format!(
        r#"{{"a":"Unauthorized","b":"Unauthorized","c":"UNAUTHORIZED","d":"{id}.","e":"/a%22b 401$contextual","f":"a\"b\\"}}"#
    );
    assert_eq!(std::str::from_utf8(response.body()).unwrap(), expected);
    assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_ok());
}

#[test]
fn headers_are_literal_or_taken_from_the_request() {
    let headers = [
        ("WWW-Authenticate", Parameter::Literal("Bearer".into())),
        ("X-Request-ID", Parameter::Context("requestId".into())),
        ("X-Type", Parameter::Context("error.responseType".into())),
        ("X-Origin", Parameter::RequestHeader("Origin".into())),
        ("X-None", Parameter::RequestHeader("X-None".into())),
        ("X-Principal", Parameter::Context("authorizer.principalId".into())),
        ("Content-Type", Parameter::Literal("application/json; charset=utf-8".into())),
    ];
    let headers = headers.map(|(name, parameter)| (name.to_owned(), parameter)).to_vec();
    let definition = Described { status: None, headers, templates: BTreeMap::new() };
    let (response, id) = answer(&[("UNAUTHORIZED", definition)], Fault::Unauthorized, &[("origin", "https://a.test")]);
    let headers = response.headers();
    assert_eq!(headers["www-authenticate"], "Bearer");
    assert_eq!(headers["x-request-id"], id);
    assert_eq!(headers["x-type"], "UNAUTHORIZED");
    assert_eq!(headers["x-origin"], "https://a.test");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert!(!headers.contains_key("x-none") && !headers.contains_key("x-principal"));
    assert_eq!(response.body(), r#"{"message":"Unauthorized"}"#);
}

#[test]
fn the_client_chooses_among_templates() {
    let mut definition = defined(None, "json");
    definition.templates.insert("text/html".into(), "<p>$context.error.message</p>".into());
    let body = |accept: &str| {
        let (response, _) = answer(&[("DEFAULT_4XX", definition.clone())], Fault::NoRoute, &[("accept", accept)]);
        (response.headers()["content-type"].to_str().unwrap().to_owned(), response.into_body())
    };
    assert_eq!(body("text/html"), ("text/html".into(), "<p>Missing Authentication Token</p>".into()));
    assert_eq!(body("text/html;q=0.5, */*"), ("text/html".into(), "<p>Missing Authentication Token</p>".into()));
    assert_eq!(body("*/*"), (JSON.into(), "json".into()));
    assert_eq!(body("image/png, text/html"), (JSON.into(), "json".into()));
}

#[test]
fn what_can_not_be_answered_is_refused_at_once() {
    let refusal = |name: &str, definition| {
        GatewayResponses::new(&BTreeMap::from([(name.to_owned(), definition)])).unwrap_err().to_string()
    };
    assert_eq!(refusal("NOT_FOUND", Described::default()), "GatewayResponses: unknown response type NOT_FOUND");
    let headers = vec![("A".to_owned(), Parameter::Literal("a\nb".to_owned()))];
    let bad_header = Described { headers, ..Described::default() };
    assert_eq!(refusal("THROTTLED", bad_header), r#"GatewayResponses: THROTTLED: "a\nb" can't be in a header"#);
    assert_eq!(refusal("THROTTLED", defined(Some(100), "")), "GatewayResponses: THROTTLED: 100 is not a status code");
}
