//! What has to be true of the template wherever it runs.

mod limits;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use contracts::codes::CATALOGUE;
use envelope::{Code, metrics};
use local_template::{EventSource, Parameter, System};
use serde_json::Value;
use tests::workspace;

/// The template as it is written.
pub(crate) fn text() -> String {
    fs::read_to_string(workspace().join("template.yaml")).unwrap()
}

/// The template as `cargo local` reads it.
pub(crate) fn system() -> System {
    System::parse(&text(), "template.yaml", &BTreeMap::new()).unwrap_or_else(|error| panic!("{error}"))
}

/// The lines of each top-level resource, by its name.
fn resources(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    let section = text.lines().skip_while(|line| *line != "Resources:").skip(1);
    for line in section.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])) {
        match line.strip_prefix("  ").filter(|line| line.starts_with(char::is_alphanumeric)) {
            Some(key) => name = key.trim_end_matches(':'),
            None => found.entry(name).or_default().push(line.trim()),
        }
    }
    found
}

/// A misspelt right, a copied binary, a method that `Cors` leaves out, a function that logs where its role does not let it.
#[apply(e2e)]
fn nothing_in_the_template_looks_like_a_mistake() {
    let system = system();
    let told: Vec<String> = system.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told, [""; 0]);
    let lost: Vec<String> = local_iam::unlogged(&system).iter().map(ToString::to_string).collect();
    assert_eq!(lost, [""; 0]);
}

/// With a token of one's own, or without one, the functions that take a core for long could else be started by the hundred.
#[apply(e2e)]
fn what_hashes_a_password_is_throttled_on_its_own() {
    let system = system();
    let api = system.api.as_ref().unwrap();
    let hashes = |route: &&local_template::Route| system.functions[&route.function].memory_mb == 1769;
    let routes: Vec<_> = api.routes.iter().filter(hashes).collect();
    assert!(routes.len() >= 5, "{routes:?}");
    for route in routes {
        let method = (route.path.clone(), route.method.clone());
        assert!(api.throttling.methods.contains_key(&method), "MethodSettings lack {method:?}");
    }
}

/// They would have the tokens of whoever sent them.
#[apply(e2e)]
fn the_firewall_keeps_no_samples_of_requests() {
    let text = text();
    assert!(text.contains("SampledRequestsEnabled: false") && !text.contains("SampledRequestsEnabled: true"));
}

#[apply(e2e)]
fn every_answer_of_the_gateway_is_in_the_envelope() {
    let api = system().api.unwrap();
    for (name, response) in &api.gateway_responses {
        let (media_type, template) = response.templates.iter().next().unwrap();
        assert_eq!((response.templates.len(), media_type.as_str()), (1, "application/json"), "{name}");
        let mut body: Value = serde_json::from_str(template).unwrap_or_else(|error| panic!("{name}: {error}"));
        let code = body["error"]["code"].as_str().unwrap();
        // What the authorizer says of a token: `workers/authorize.rs` has its codes, all of them 401.
        let code = if name == "ACCESS_DENIED" {
            assert_eq!(
                (code, body["message"].as_str()),
                ("$context.authorizer.code", Some("$context.authorizer.message"))
            );
            body["error"]["code"] = Code::INVALID_TOKEN.as_str().into();
            Code::INVALID_TOKEN.as_str()
        } else {
            code
        };
        let code = CATALOGUE.find(code).unwrap_or_else(|| panic!("{name}: {code}"));
        let message = &body["message"];
        let expected = serde_json::json!({
            "success": false,
            "error": {"message": message, "type": code.kind(), "code": code.as_str()},
            "message": message,
            "meta": {"requestId": "$context.requestId"},
        });
        assert_eq!(body.to_string(), expected.to_string(), "{name}");
        assert!(message.as_str().is_some_and(|message| !message.is_empty()), "{name}");
        assert_eq!(response.status, Some(code.status().as_u16()), "{name}");
    }
}

#[apply(e2e)]
fn every_answer_of_the_gateway_has_the_same_headers() {
    let literal = |value: &str| Parameter::Literal(value.to_owned());
    for (name, response) in &system().api.unwrap().gateway_responses {
        let mut expected = vec![
            ("X-Request-ID".to_owned(), Parameter::Context("requestId".to_owned())),
            ("X-Gateway".to_owned(), literal("microservices-v1")),
            ("X-Content-Type-Options".to_owned(), literal("nosniff")),
            ("Strict-Transport-Security".to_owned(), literal("max-age=31536000; includeSubDomains")),
            // A type may answer for a person's route as for a public one, and no refusal is worth keeping.
            ("Cache-Control".to_owned(), literal("no-store")),
            ("Access-Control-Allow-Origin".to_owned(), literal("*")),
            (
                "Access-Control-Expose-Headers".to_owned(),
                literal("X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed"),
            ),
        ];
        match response.status {
            Some(401) => expected.push(("WWW-Authenticate".to_owned(), literal("Bearer"))),
            // The window that a firewall's rule counts in.
            Some(429) if name == "WAF_FILTERED" => expected.push(("Retry-After".to_owned(), literal("300"))),
            Some(429 | 503) => expected.push(("Retry-After".to_owned(), literal("1"))),
            _ => {}
        }
        assert_eq!(response.headers, expected, "{name}");
    }
}

#[apply(e2e)]
fn prod_names_the_origin_of_its_pages() {
    let read = |values: &[(&str, &str)]| {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        System::parse(&text(), "template.yaml", &values).map(|_| ()).map_err(|error| error.to_string())
    };
    let refused = "In prod, AllowedOrigins has to name the web origin of the shop's pages, and not *";
    for values in [&[("Environment", "prod")][..], &[("Environment", "prod"), ("AllowedOrigins", "*")]] {
        assert!(read(values).unwrap_err().contains(refused), "{values:?}");
    }
    assert_eq!(read(&[("Environment", "prod"), ("AllowedOrigins", "https://shop.example.com")]), Ok(()));
    assert_eq!(read(&[("Environment", "staging")]), Ok(()));
}

/// A type that is left out is answered as its default. That suits no such route or method (`DEFAULT_4XX`) and a crashed
/// function (`DEFAULT_5XX`; one that Lambda did not run is `INTEGRATION_FAILURE`), under whichever of API Gateway's names. The other types that are left out are never answered:
/// the API has no request validator, API key, quota or pass-through.
#[apply(e2e)]
fn every_answer_that_the_gateway_gives_is_worded() {
    let api = system().api.unwrap();
    let known: BTreeSet<&str> = api.gateway_responses.keys().map(String::as_str).collect();
    let given = [
        "ACCESS_DENIED",
        "API_CONFIGURATION_ERROR",
        "AUTHORIZER_CONFIGURATION_ERROR",
        "AUTHORIZER_FAILURE",
        "BAD_REQUEST_BODY",
        "BAD_REQUEST_PARAMETERS",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "REQUEST_TOO_LARGE",
        "THROTTLED",
        "UNAUTHORIZED",
        "WAF_FILTERED",
    ];
    assert_eq!(known, given.into());
}

#[apply(e2e)]
fn every_function_has_a_role_of_its_own() {
    let (text, system) = (text(), system());
    let resources = resources(&text);
    let mut roles = BTreeSet::new();
    for name in system.functions.keys() {
        let role = name.strip_suffix("Function").map(|name| format!("{name}Role")).unwrap_or_else(|| panic!("{name}"));
        let lines = &resources[name.as_str()];
        assert!(lines.contains(&format!("Role: !GetAtt {role}.Arn").as_str()), "{name}");
        let role_lines = resources.get(role.as_str()).unwrap_or_else(|| panic!("{name}: no {role}"));
        assert!(role_lines.contains(&"Type: AWS::IAM::Role"), "{role}");
        roles.insert(role);
    }
    // AWS's own services take on others.
    let is_lambdas = |lines: &[&str]| lines.iter().any(|line| line.contains("lambda.amazonaws.com"));
    let kinds = resources.iter().filter(|(_, lines)| lines.contains(&"Type: AWS::IAM::Role") && is_lambdas(lines));
    assert_eq!(kinds.map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), roles, "each role has its function");
}

#[apply(e2e)]
fn a_role_names_what_it_may_touch() {
    let text = text();
    let named = |name: &str| name.ends_with("Role") || name.ends_with("Policy");
    for (name, lines) in resources(&text).into_iter().filter(|(name, _)| named(name)) {
        for line in lines {
            assert!(!line.contains(":*"), "{name}: {line}");
            if line.contains("Resource: \"*\"") {
                assert!(line.contains("Action: [xray:"), "{name}: {line}");
            }
        }
    }
}

/// Then a slow function is the gateway's 504 and not a crash.
#[apply(e2e)]
fn every_route_gives_up_before_its_function_is_cut_off() {
    let system = system();
    for route in &system.api.unwrap().routes {
        let function = &system.functions[&route.function];
        assert!(route.timeout < function.timeout, "{} {}: {:?}", route.method, route.path, route.timeout);
    }
}

/// cargo-lambda, which `sam build` calls, sets each of these where the profile is silent: `panic` to abort.
#[apply(e2e)]
fn a_build_for_aws_answers_a_panic() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let (_, profile) = manifest.split_once("[profile.release]\n").unwrap();
    let profile = profile.split("\n[").next().unwrap();
    for setting in ["panic = \"unwind\"", "lto = ", "codegen-units = ", "strip = "] {
        assert!(profile.lines().any(|line| line.starts_with(setting)), "{setting} is not in {profile}");
    }
}

/// SAM makes a new version of a function when a property changes as it is written, and does not see that a parameter in
/// it has another value: the alias would go on with the old one.
#[apply(e2e)]
fn a_changed_parameter_makes_a_new_version_of_each_function_that_is_told_it() {
    let text = text();
    let section = |name: &str| {
        let lines = text.lines().skip_while(|line| *line != format!("{name}:")).skip(1);
        lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])).collect::<Vec<_>>()
    };
    let indented = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let parameters: Vec<String> =
        section("Parameters").iter().copied().filter(indented).map(|line| line.trim().replace(':', "")).collect();
    let variables = |lines: &[&str]| -> Vec<String> {
        let lines = lines.iter().skip_while(|line| !line.contains("Variables:"));
        lines.map(|line| line.trim().to_owned()).take_while(|line| line != "Events:").collect()
    };
    let tells = |text: &str, parameter: &str| {
        let reference = format!("!Ref {parameter}");
        text.split(&reference).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let globals = variables(&section("Globals"));
    let functions = resources(&text).into_iter().filter(|(_, lines)| lines[0] == "Type: AWS::Serverless::Function");
    for (name, lines) in functions {
        let description =
            lines.iter().find(|line| line.starts_with("VersionDescription:")).copied().unwrap_or_default();
        // SAM Developer Guide, "Globals": a function's own variable takes the place of the shared one.
        let own = variables(&lines);
        let is_own = |line: &&String| own.iter().any(|own| own.split(':').next() == line.split(':').next());
        let shared: Vec<String> = globals.iter().filter(|line| !is_own(line)).cloned().collect();
        let told = [shared, own.clone()].concat().join("\n");
        for parameter in &parameters {
            if tells(&told, parameter) {
                assert!(description.contains(&format!("${{{parameter}}}")), "{name}: {parameter} in {description:?}");
            }
        }
        assert!(description.contains("${LogLevel}"), "{name}: {description:?}");
    }
}

/// An alarm that covers several queues or functions has to be told of each.
#[apply(e2e)]
fn alarms_and_dashboard_look_at_every_queue_of_dead_letters_and_every_function_of_events() {
    let (text, system) = (text(), system());
    let resources = resources(&text);
    let looks_at = |place: &str, wanted: &str| {
        let lines = resources.get(place).unwrap_or_else(|| panic!("no {place}"));
        assert!(lines.iter().any(|line| line.contains(wanted)), "template.yaml: {place} lacks {wanted}");
    };
    let dead_letters: Vec<&String> = system.queues.keys().filter(|queue| queue.ends_with("DeadLetters")).collect();
    assert!(!dead_letters.is_empty());
    for queue in dead_letters {
        looks_at("DeadLettersAlarm", &format!("Value: !GetAtt {queue}.QueueName}}"));
        looks_at("Dashboard", &format!("\"${{{queue}.QueueName}}\""));
    }
    for (id, function) in &system.functions {
        let reads_a_stream = function.sources.iter().any(|source| matches!(source, EventSource::Stream(_)));
        let reads_a_queue = function.sources.iter().any(|source| matches!(source, EventSource::Queue(_)));
        let value = format!("Value: !Ref {id}}}");
        if reads_a_stream {
            looks_at("StreamAgeAlarm", &value);
            looks_at("Dashboard", &format!("\"IteratorAge\", \"FunctionName\", \"${{{id}}}\""));
        }
        if reads_a_stream || reads_a_queue {
            looks_at(&format!("{}ErrorsAlarm", id.trim_end_matches("Function")), &format!("Value: !Ref {id}}}"));
        }
    }
}

/// The alarms name the metrics by text: one that no function writes would never fire.
#[apply(e2e)]
fn the_alarms_look_at_metrics_that_functions_write() {
    let (text, system) = (text(), system());
    for (id, function) in &system.functions {
        assert_eq!(function.environment.get("METRICS_NAMESPACE").map(String::as_str), Some("local"), "{id}");
    }
    assert!(text.contains("METRICS_NAMESPACE: !Ref AWS::StackName"));
    let own = text.split("{Namespace: !Ref AWS::StackName, MetricName: ").skip(1);
    let named: BTreeSet<&str> = own.filter_map(|rest| rest.split(',').next()).collect();
    assert_eq!(named, BTreeSet::from([metrics::EVENTS_FAILED, metrics::FAILED]));
}

/// What a failed first deployment has made is of no use to anyone; what was in use is kept. The signing key and the
/// queues hold nothing that is of use without the functions.
#[apply(e2e)]
fn tables_are_kept_but_not_by_the_deployment_that_failed_to_make_them() {
    let text = text();
    for (name, lines) in resources(&text).into_iter().filter(|(_, lines)| lines[0] == "Type: AWS::DynamoDB::Table") {
        let policies = ["DeletionPolicy: RetainExceptOnCreate", "UpdateReplacePolicy: Retain"];
        assert!(policies.iter().all(|policy| lines.contains(policy)), "{name}: {lines:?}");
        let key = "SSESpecification: !If [HasTableKey, {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref TableKeyArn}, {SSEEnabled: false}]";
        assert!(lines.contains(&key), "{name}");
    }
}
