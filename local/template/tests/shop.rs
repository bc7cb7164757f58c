//! One large template that uses everything together.

use std::collections::BTreeMap;

use local_template::{Error, EventSource, System};

fn read(overrides: &[(&str, &str)]) -> Result<System, Error> {
    let overrides: BTreeMap<_, _> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    System::parse(include_str!("shop.yaml"), "shop.yaml", &overrides)
}

fn environment(system: &System, function: &str) -> Vec<(String, String)> {
    system.functions[function].environment.clone().into_iter().collect()
}

#[test]
fn the_defaults_make_a_whole_system() {
    let system = read(&[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(system.region, "us-east-1");
    let names: Vec<_> = system.functions.keys().collect();
    assert_eq!(names, ["Authorize", "Consume", "CreateOrder", "PublishOrder"]);
    assert_eq!(
        environment(&system, "CreateOrder"),
        [
            ("HOLD_SECONDS", "15"),
            ("ORDERS", "Orders"),
            ("ORIGIN", "https://a.example"),
            ("QUEUE", "http://sqs.us-east-1.localhost/000000000000/local-jobs"),
            ("STAGE", "overridden"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!((system.functions["CreateOrder"].memory_mb, system.functions["Consume"].memory_mb), (512, 128));
    assert!(system.functions["Consume"].environment.is_empty(), "a function's own NoValue wins over the globals");

    let api = system.api.expect("an API");
    let routes: Vec<_> =
        api.routes.iter().map(|r| (r.method.as_str(), r.path.as_str(), r.authorizer.as_deref())).collect();
    assert_eq!(routes, [("POST", "/orders", Some("Token")), ("GET", "/health", None)]);
    assert_eq!(api.stage, "dev");
    assert_eq!(api.throttling.all.map(|throttle| (throttle.rate, throttle.burst)), Some((100.0, 50)));
    assert_eq!(api.authorizers["Token"].function, "Authorize");
    assert_eq!(
        api.cors.map(|cors| (cors.allow_origin, cors.allow_credentials)),
        Some(("https://a.example".to_owned(), false))
    );
    assert_eq!(
        api.gateway_responses["DEFAULT_4XX"].templates["application/json"],
        "{\"success\":false,\"requestId\":\"$context.requestId\"}\n"
    );

    let [EventSource::Queue(queue), EventSource::Schedule(sweep)] = &system.functions["Consume"].sources[..] else {
        panic!("{:?}", system.functions["Consume"].sources)
    };
    assert_eq!(queue.queue, system.queues["Jobs"].arn);
    assert_eq!(sweep.input.as_deref(), Some("{\"sweep\":true}"));
    let [EventSource::Stream(stream)] = &system.functions["PublishOrder"].sources[..] else {
        panic!("{:?}", system.functions["PublishOrder"].sources)
    };
    assert_eq!(stream.table, "Orders");
    assert_eq!(stream.on_failure.as_ref(), Some(&system.queues["Dead"].arn));
}

#[test]
fn another_stage_is_another_system() {
    let error = read(&[("Stage", "prod")]).expect_err("rules").to_string();
    assert_eq!(
        error.lines().collect::<Vec<_>>(),
        [
            "shop.yaml:17: Rules.ProdIsWatched: prod needs an AlarmEmail",
            "shop.yaml:178: Firewall: AWS::WAFv2::WebACL of `Firewall` can't be run on one machine: take it out, or give it a Condition that is false here",
        ]
    );
}

#[test]
fn all_problems_come_at_once_and_by_line() {
    let text = include_str!("shop.yaml")
        .replace("BatchItemFailures", "Nothing")
        .replace("!Ref Orders\n", "!Ref Order\n")
        .replace("Schedule: rate(1 minute)", "Schedule: cron(* * * * ? *)")
        .replace("StreamViewType: NEW_AND_OLD_IMAGES", "StreamViewType: ALL");
    let overrides = [("Hold".to_owned(), "61".to_owned())].into();
    let Err(Error::Refused(problems)) = System::parse(&text, "shop.yaml", &overrides) else { panic!("refused") };
    assert!(problems.iter().all(|problem| problem.file == "shop.yaml"));
    let found: Vec<_> = problems.iter().map(|problem| (problem.line, problem.place.as_str())).collect();
    assert_eq!(
        found,
        [
            (11, "Hold"),
            (93, "CreateOrder.Environment.Variables.ORDERS"),
            (115, "PublishOrder.Events.Orders.Properties.FunctionResponseTypes[0]"),
            (130, "Consume.Events.Jobs.Properties.FunctionResponseTypes[0]"),
            (132, "Consume.Events.Sweep.Properties.Schedule"),
            (142, "Orders.StreamSpecification.StreamViewType"),
        ]
    );
}

#[test]
fn a_file_in_another_encoding_is_refused_with_the_line() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), b"Transform: AWS::Serverless-2016-10-31\nDescription: caf\xe9\nResources: {}\n")
        .expect("written");
    let error = System::read(file.path(), &BTreeMap::new()).expect_err("not UTF-8").to_string();
    assert_eq!(error, format!("{}:2: YAML: the file is not UTF-8 from here on", file.path().display()));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = System::read("no/such.yaml".as_ref(), &BTreeMap::new()).expect_err("no file").to_string();
    assert!(error.starts_with("no/such.yaml: "), "{error}");
}
