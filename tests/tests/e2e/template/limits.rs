//! What AWS takes no more of, and what of it the template uses.

use std::collections::BTreeMap;
use std::fs;

use local_template::{EventSource, System};
use tests::workspace;

use super::{system, text};

/// Lambda: "PublishVersion", `Description`.
#[apply(e2e)]
fn a_version_can_be_described_with_every_value_that_a_parameter_takes() {
    const MOST: usize = 256;
    let text = text();
    let origin = format!("https://{}.example", "a".repeat(200 - "https://.example".len()));
    let sender = format!("shop@{}.example", "a".repeat(100 - "shop@.example".len()));
    let shop = format!("https://{}.example", "a".repeat(100 - "https://.example".len()));
    let longest = [
        ("LogLevel", "error"),
        ("AllowedOrigins", &origin),
        ("HoldSeconds", "86400"),
        ("AccessTokenSeconds", "86400"),
        ("FailedLoginsPerSource", "99999"),
        ("RegistrationsPerSource", "99999"),
        ("ResetRequestsPerSource", "99999"),
        ("MailFrom", &sender),
        ("ShopUrl", &shop),
    ];
    let longest: BTreeMap<String, String> =
        longest.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let read = |values: &BTreeMap<String, String>| System::parse(&text, "template.yaml", values);
    read(&longest).unwrap_or_else(|error| panic!("{error}"));
    // Those are the longest there are.
    for (name, value) in [
        ("AllowedOrigins", format!("{origin}a")),
        ("HoldSeconds", "86401".to_owned()),
        ("AccessTokenSeconds", "86401".to_owned()),
        ("FailedLoginsPerSource", "100000".to_owned()),
        ("RegistrationsPerSource", "100000".to_owned()),
        ("ResetRequestsPerSource", "100000".to_owned()),
        ("MailFrom", format!("a{sender}")),
        ("ShopUrl", format!("{shop}a")),
    ] {
        let longer = BTreeMap::from([(name.to_owned(), value)]);
        assert!(read(&longer).is_err(), "{name} takes more");
    }
    for value in ["debug", "error", "info", "warn"] {
        let level = BTreeMap::from([("LogLevel".to_owned(), value.to_owned())]);
        assert!(read(&level).is_ok() && value.len() <= "error".len(), "{value}");
    }
    let descriptions = text.lines().filter_map(|line| line.trim().strip_prefix("VersionDescription: !Sub "));
    let mut checked = 0;
    for description in descriptions {
        let mut filled = description.trim_matches('"').to_owned();
        for (name, value) in &longest {
            filled = filled.replace(&format!("${{{name}}}"), value);
        }
        assert!(!filled.contains("${"), "of which parameter is this the longest? {filled}");
        assert!(filled.len() <= MOST, "{} characters: {filled}", filled.len());
        checked += 1;
    }
    assert_eq!(checked, system().functions.len());
}

/// What an account of ten concurrent executions has to be raised for.
#[apply(e2e)]
fn what_runs_at_once_besides_the_routes_is_in_the_guide() {
    // DynamoDB: a new on-demand table has four partitions, each with a shard of the stream.
    const SHARDS: u32 = 4;
    let (text, guide) = (text(), fs::read_to_string(workspace().join("docs/scale.md")).unwrap());
    let at_once = |scale: &str| {
        let overrides = BTreeMap::from([("Scale".to_owned(), scale.to_owned())]);
        let system = System::parse(&text, "template.yaml", &overrides).unwrap_or_else(|error| panic!("{error}"));
        let settings =
            text.lines().find_map(|line| line.trim().strip_prefix(&format!("{scale}: {{ConsumerConcurrency: ")));
        let (_, batches) = settings.unwrap().split_once("BatchesAShard: ").unwrap();
        let batches: u32 = batches.trim_end_matches('}').parse().unwrap();
        let sources: Vec<&EventSource> = system.functions.values().flat_map(|function| &function.sources).collect();
        let consumers: u32 = sources
            .iter()
            .filter_map(|source| match source {
                EventSource::Queue(queue) => Some(queue.maximum_concurrency.expect("a bound")),
                _ => None,
            })
            .sum();
        let readers = sources.iter().filter(|source| matches!(source, EventSource::Stream(_))).count();
        let schedules = sources.iter().filter(|source| matches!(source, EventSource::Schedule(_))).count();
        let factors = text.matches("ParallelizationFactor: !FindInMap [Scales, !Ref Scale, BatchesAShard]").count();
        assert_eq!(text.matches("ParallelizationFactor").count(), factors);
        let [readers, schedules, factors] = [readers, schedules, factors].map(|count| u32::try_from(count).unwrap());
        let reading = SHARDS * (readers - factors + factors * batches);
        [consumers, reading, schedules, consumers + reading + schedules]
    };
    let (small, large) = (at_once("small"), at_once("large"));
    let checks = system().functions["GatewayHealthFunction"].environment["HEALTH_FUNCTIONS"].split(',').count();
    let named = ["consumers of 8 queues", "6 readers of streams", "the sweep", "**besides the routes**"];
    for (row, (name, (small, large))) in named.iter().zip(small.into_iter().zip(large)).enumerate() {
        let stars = if row == 3 { "**" } else { "" };
        let line = format!("| {name} | {stars}{small}{stars} | {stars}{large}{stars} |");
        assert!(guide.lines().any(|told| told == line), "docs/scale.md: {line}");
    }
    for (name, count) in [
        ("each `GET /health`, with the checks that it calls", 1 + checks),
        ("each `POST /api/orders`, with the stock that it holds", 2),
    ] {
        let line = format!("| {name} | {count} | {count} |");
        assert!(guide.lines().any(|told| told == line), "docs/scale.md: {line}");
    }
}
