//! What has to be true of the template wherever it runs.

mod limits;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use contracts::codes::CATALOGUE;
use envelope::metrics;
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

#[apply(e2e)]
fn every_answer_of_the_gateway_is_in_the_envelope() {
    let api = system().api.unwrap();
    for (name, response) in &api.gateway_responses {
        let (media_type, template) = response.templates.iter().next().unwrap();
        assert_eq!((response.templates.len(), media_type.as_str()), (1, "application/json"), "{name}");
        let body: Value = serde_json::from_str(template).unwrap_or_else(|error| panic!("{name}: {error}"));
        let code = body["error"]["code"].as_str().unwrap();
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
            ("Access-Control-Allow-Origin".to_owned(), literal("*")),
            ("Access-Control-Expose-Headers".to_owned(), literal("X-Request-ID,Location,Retry-After")),
        ];
        match response.status {
            Some(401) => expected.push(("WWW-Authenticate".to_owned(), literal("Bearer"))),
            Some(429 | 503) => expected.push(("Retry-After".to_owned(), literal("1"))),
            _ => {}
        }
        assert_eq!(response.headers, expected, "{name}");
    }
}

/// A type that is left out is answered as its default. That suits no such route or method (`DEFAULT_4XX`) and a crashed
/// function (`DEFAULT_5XX`; one that Lambda did not run is `INTEGRATION_FAILURE`), under whichever of API Gateway's names. The other types that are left out are never answered:
/// the API has no request validator, API key, quota, pass-through or firewall, and its authorizer allows every route.
#[apply(e2e)]
fn every_answer_that_the_gateway_gives_is_worded() {
    let api = system().api.unwrap();
    let known: BTreeSet<&str> = api.gateway_responses.keys().map(String::as_str).collect();
    let given = [
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
        let told = [globals.clone(), variables(&lines)].concat().join("\n");
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
    assert_eq!(named, BTreeSet::from([metrics::EVENTS_FAILED, metrics::FAILED, metrics::REFUSED]));
}

/// What a failed first deployment has made is of no use to anyone; what was in use is kept. The signing key and the
/// queues hold nothing that is of use without the functions.
#[apply(e2e)]
fn tables_are_kept_but_not_by_the_deployment_that_failed_to_make_them() {
    let text = text();
    for (name, lines) in resources(&text).into_iter().filter(|(_, lines)| lines[0] == "Type: AWS::DynamoDB::Table") {
        let policies = ["DeletionPolicy: RetainExceptOnCreate", "UpdateReplacePolicy: Retain"];
        assert_eq!(lines[1..3], policies, "{name}");
        let key = "SSESpecification: !If [HasTableKey, {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref TableKeyArn}, {SSEEnabled: false}]";
        assert!(lines.contains(&key), "{name}");
    }
}
