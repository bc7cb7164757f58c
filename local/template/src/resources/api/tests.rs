use std::collections::BTreeMap;
use std::time::Duration;

use crate::testing::{function_with, problems, system};
use crate::{Api, Parameter, Throttle, Throttling};

/// A template with an API of these properties (flow style, line 3) and a function `F` of these events (line 7).
fn template(api: &str, events: &str) -> String {
    let api = format!("  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: v1, {api}}}}}\n");
    api + &function_with(&format!("Events: {{{events}}}"))
}

fn event(name: &str, method: &str, path: &str, more: &str) -> String {
    format!("{name}: {{Type: Api, Properties: {{RestApiId: !Ref Api, Method: {method}, Path: '{path}', {more}}}}}")
}

fn api(api: &str, events: &str) -> Api {
    system(&template(api, events)).api.expect("an API")
}

const AUTH: &str = "Auth: {DefaultAuthorizer: Token, AddDefaultAuthorizerToCorsPreflight: false, \
                    Authorizers: {Token: {FunctionArn: !GetAtt F.Arn}, \
                    Admin: {FunctionArn: !GetAtt F.Arn, Identity: {Header: X-Admin, ValidationExpression: 'k-.+', ReauthorizeEvery: 0}}}}";

#[test]
fn routes_come_in_the_order_of_the_template() {
    let events = [event("B", "get", "/b/{id}", ""), event("A", "ANY", "/{all+}", "TimeoutInMillis: 5000")].join(", ");
    let api = api("", &events);
    assert_eq!((api.id.as_str(), api.stage.as_str()), ("Api", "v1"));
    let routes: Vec<_> = api.routes.iter().map(|r| (r.method.as_str(), r.path.as_str(), r.function.as_str())).collect();
    assert_eq!(routes, [("GET", "/b/{id}", "F"), ("ANY", "/{all+}", "F")]);
    assert_eq!(api.routes[0].timeout, Duration::from_secs(29));
    assert_eq!(api.routes[1].timeout, Duration::from_secs(5));
    assert_eq!(api.routes[0].authorizer, None);
}

#[test]
fn authorizers_guard_by_default_by_name_or_not() {
    let events = [
        event("A", "GET", "/a", ""),
        event("B", "GET", "/b", "Auth: {Authorizer: NONE}"),
        event("C", "GET", "/c", "Auth: {Authorizer: Admin}"),
        event("D", "OPTIONS", "/a", ""),
    ];
    let api = api(&format!("{AUTH}, Cors: \"'*'\""), &events.join(", "));
    let guards: Vec<_> = api.routes.iter().map(|route| route.authorizer.as_deref()).collect();
    assert_eq!(guards, [Some("Token"), None, Some("Admin"), None]);
    let (token, admin) = (&api.authorizers["Token"], &api.authorizers["Admin"]);
    assert_eq!((token.function.as_str(), token.header.as_str()), ("F", "Authorization"));
    assert_eq!((token.validation.as_deref(), token.ttl.as_secs()), (None, 300));
    assert_eq!((admin.header.as_str(), admin.validation.as_deref(), admin.ttl.as_secs()), ("X-Admin", Some("k-.+"), 0));
}

#[test]
fn cors_is_an_origin_or_a_map() {
    let cors = api("Cors: \"'https://a.example'\"", "").cors.expect("CORS");
    assert_eq!(
        (cors.allow_origin.as_str(), cors.allow_methods, cors.allow_credentials),
        ("https://a.example", None, false)
    );
    let map = "Cors: {AllowHeaders: \"'Authorization'\", AllowMethods: \"'GET'\", MaxAge: \"'600'\"}";
    let cors = api(map, "").cors.expect("CORS");
    assert_eq!((cors.allow_origin.as_str(), cors.allow_methods.as_deref()), ("*", Some("GET")));
    assert_eq!((cors.allow_headers.as_deref(), cors.max_age.as_deref()), (Some("Authorization"), Some("600")));
}

#[test]
fn gateway_responses_have_status_headers_and_templates() {
    let responses = "GatewayResponses: {UNAUTHORIZED: {StatusCode: '401', \
        ResponseParameters: {Headers: {Retry-After: \"'5'\", X-Request-ID: context.requestId, Allow: method.request.header.Origin}}, \
        ResponseTemplates: {application/json: '{\"id\":\"$context.requestId\",\"price\":\"$5\"}'}}, DEFAULT_5XX: {}}";
    let api = api(responses, "");
    let response = &api.gateway_responses["UNAUTHORIZED"];
    assert_eq!(response.status, Some(401));
    assert_eq!(
        response.headers,
        [
            ("Retry-After".to_owned(), Parameter::Literal("5".to_owned())),
            ("X-Request-ID".to_owned(), Parameter::Context("requestId".to_owned())),
            ("Allow".to_owned(), Parameter::RequestHeader("Origin".to_owned())),
        ]
    );
    assert_eq!(response.templates["application/json"], "{\"id\":\"$context.requestId\",\"price\":\"$5\"}");
    assert_eq!(api.gateway_responses["DEFAULT_5XX"].status, None);
}

#[test]
fn throttling_is_for_each_method() {
    let all = "MethodSettings: [{ResourcePath: '/*', HttpMethod: '*', LoggingLevel: INFO, ThrottlingRateLimit: 50.5, ThrottlingBurstLimit: 20}]";
    let throttling = |settings: &str| api(settings, "").throttling;
    assert_eq!(throttling(all).all, Some(Throttle { rate: 50.5, burst: 20 }));
    let rate = "MethodSettings: [{ThrottlingRateLimit: 7}]";
    assert_eq!(throttling(rate).all, Some(Throttle { rate: 7.0, burst: 5_000 }));
    assert_eq!(throttling("MethodSettings: [{LoggingLevel: INFO, CachingEnabled: false}]"), Throttling::default());
    // What a method's own setting does not name, it has from that of all.
    let own = "MethodSettings: [{ResourcePath: '/~1a~1{id}', HttpMethod: GET, ThrottlingRateLimit: 5}, {ThrottlingBurstLimit: 9}, \
        {ResourcePath: /, HttpMethod: POST, ThrottlingBurstLimit: 2}, {ResourcePath: /~1b, HttpMethod: GET, LoggingLevel: INFO}]";
    let method = |path: &str, method: &str| (path.to_owned(), method.to_owned());
    assert_eq!(
        throttling(own),
        Throttling {
            all: Some(Throttle { rate: 10_000.0, burst: 9 }),
            methods: BTreeMap::from([
                (method("/a/{id}", "GET"), Throttle { rate: 5.0, burst: 9 }),
                (method("/", "POST"), Throttle { rate: 10_000.0, burst: 2 }),
            ]),
        }
    );
}

#[test]
fn method_settings_that_api_gateway_does_not_take_are_refused() {
    for (settings, problem) in [
        ("{ResourcePath: /a/b, HttpMethod: GET}", "[0]: its ResourcePath has to be written /~1a~1b"),
        ("{ResourcePath: /a, HttpMethod: GET}", "[0]: its ResourcePath has to be written /~1a"),
        ("{ResourcePath: /~1a}", "[0]: is neither for all methods (`/*` and `*`) nor for one: * /~1a"),
        ("{HttpMethod: GET}", "[0]: is neither for all methods (`/*` and `*`) nor for one: GET /*"),
        ("{}, {ThrottlingRateLimit: 1}", "[1]: is of the same methods as another one"),
    ] {
        let settings = format!("MethodSettings: [{settings}]");
        assert_eq!(problems(&template(&settings, "")), [format!("t.yaml:3: Api.MethodSettings{problem}")]);
    }
}

#[test]
fn routes_that_could_not_be_told_apart_are_refused() {
    let twice = [event("A", "GET", "/a", ""), event("B", "get", "/a", "")].join(", ");
    assert_eq!(problems(&template("", &twice)), ["t.yaml:7: F.Events.B.Properties.Path: GET /a already goes to `F`"]);
    let siblings = [event("A", "GET", "/a/{id}", ""), event("B", "GET", "/a/{name}/b", "")].join(", ");
    assert_eq!(
        problems(&template("", &siblings)),
        ["t.yaml:7: F.Events.B.Properties.Path: `{name}` stands where /a/{id} has `{id}`: one name a place"]
    );
}

#[test]
fn wrong_routes_are_refused() {
    for (path, message) in [
        ("a", "`a` has to start with `/`"),
        ("/a/", "`/a/`: a part is letters, digits and `._-:`, or {name} or {name+}"),
        ("/a b", "`/a b`: a part is letters, digits and `._-:`, or {name} or {name+}"),
        ("/{all+}/b", "`{all+}` takes all the rest, so it has to be the last part"),
    ] {
        let found = problems(&template("", &event("E", "GET", path, "")));
        assert_eq!(found, [format!("t.yaml:7: F.Events.E.Properties.Path: {message}")]);
    }
    let wrong = event("E", "FETCH", "/a", "TimeoutInMillis: 30000, Auth: {Authorizer: Nobody}, RequestModel: {}");
    assert_eq!(
        problems(&template("", &wrong)),
        [
            "t.yaml:7: F.Events.E.Properties.RequestModel: `RequestModel` isn't emulated on one machine (or is misspelt): take it out",
            "t.yaml:7: F.Events.E.Properties.Method: `FETCH` is none of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY",
            "t.yaml:7: F.Events.E.Properties.Auth.Authorizer: `Nobody` is none of the API's Auth.Authorizers",
            "t.yaml:7: F.Events.E.Properties.TimeoutInMillis: `30000` is not a whole number from 50 to 29000",
        ]
    );
}

#[test]
fn a_route_without_an_api_is_refused() {
    assert_eq!(
        problems(&function_with("Events: {E: {Type: Api, Properties: {Method: GET, Path: /a}}}")),
        [
            "t.yaml:6: F.Events.E.Properties: needs `RestApiId: !Ref` an AWS::Serverless::Api: there is no implicit API here"
        ]
    );
}

#[test]
fn what_a_gateway_here_cannot_do_is_refused() {
    for (property, message) in [
        (
            "DefinitionBody: {}",
            "Api.DefinitionBody: `DefinitionBody` isn't emulated on one machine (or is misspelt): take it out",
        ),
        (
            "MinimumCompressionSize: 5",
            "Api.MinimumCompressionSize: `MinimumCompressionSize` isn't emulated on one machine (or is misspelt): take it out",
        ),
        ("EndpointConfiguration: {Type: PRIVATE}", "Api.EndpointConfiguration.Type: `PRIVATE` is not REGIONAL or EDGE"),
        ("Cors: '*'", "Api.Cors: API Gateway wants single quotes inside: \"'*'\""),
        (
            "Cors: {AllowCredentials: true}",
            "Api.Cors.AllowCredentials: no browser takes credentials from origin `*`: name the origin",
        ),
        ("Auth: {DefaultAuthorizer: AWS_IAM}", "Api.Auth.DefaultAuthorizer: `AWS_IAM` is none of the Authorizers"),
        (
            "Auth: {Authorizers: {A: {FunctionArn: !GetAtt F.Arn, FunctionPayloadType: REQUEST}}}",
            "Api.Auth.Authorizers.A.FunctionPayloadType: `REQUEST` is not TOKEN",
        ),
        (
            "Auth: {Authorizers: {A: {FunctionArn: !GetAtt F.Arn, Identity: {ValidationExpression: '('}}}}",
            "Api.Auth.Authorizers.A.Identity.ValidationExpression: `(` can't be matched here: error: unclosed group",
        ),
        ("GatewayResponses: {TEAPOT: {}}", "Api.GatewayResponses.TEAPOT: `TEAPOT` is no gateway response type"),
        (
            "GatewayResponses: {DEFAULT_4XX: {ResponseTemplates: {a/b: '$input.body'}}}",
            "Api.GatewayResponses.DEFAULT_4XX.ResponseTemplates.a/b: `$input.body`: a gateway response knows $context variables only",
        ),
    ] {
        let found = problems(&template(property, ""));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("t.yaml:3: {message}")), "{found:?}");
    }
}

#[test]
fn an_authorizer_is_a_function_or_its_alias() {
    let api = "  A: {Type: AWS::Serverless::Api, Properties: {StageName: live, Auth: {Authorizers: {B: {FunctionArn: NAMED}}}}}\n";
    let function = crate::testing::function_with("AutoPublishAlias: live");
    for named in ["!GetAtt F.Arn", "!Ref F.Alias"] {
        let system = crate::testing::system(&(api.replace("NAMED", named) + &function));
        assert_eq!(system.api.unwrap().authorizers["B"].function, "F", "{named}");
    }
    let found = problems(&(api.replace("NAMED", "!Sub '${F.Arn}:other'") + &function));
    assert!(found[0].contains("is not the ARN of an AWS::Serverless::Function in this template"), "{found:?}");
}

#[test]
fn a_default_authorizer_must_leave_preflights_alone() {
    let guarded = AUTH.replace("AddDefaultAuthorizerToCorsPreflight: false, ", "") + ", Cors: \"'*'\"";
    let found = problems(&template(&guarded, ""));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("set `AddDefaultAuthorizerToCorsPreflight: false`"), "{found:?}");
}

#[test]
fn there_is_one_api() {
    let found = problems(
        "  A: {Type: AWS::Serverless::Api, Properties: {StageName: a}}\n  B: {Type: AWS::Serverless::Api, Properties: {StageName: b}}\n",
    );
    assert_eq!(found, ["t.yaml:4: B: a second API (after `A`) isn't emulated on one machine"]);
}
