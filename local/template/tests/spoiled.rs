//! What holds of every template.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use local_fuzz_inputs::{cases, spoiled, texts};
use local_template::{Error, EventSource, System};
use proptest::prelude::*;

const TEMPLATES: [&str; 2] = [
    "Transform: AWS::Serverless-2016-10-31\nParameters: {P: {Type: String, Default: x, AllowedPattern: '[a-z]*'}}\n\
     Mappings: {M: {a: {b: c}}}\nConditions: {C: !And [!Equals [!Ref P, x], !Not [!Equals [a, b]]]}\n\
     Globals: {Function: {Runtime: provided.al2023, Timeout: 0x10}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
     Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: f}}\n    Properties:\n      Environment: &e\n        \
     Variables: {AA: !Sub '${Q.Arn}-${!x}-${P}', BB: !FindInMap [M, a, b], CC: !If [C, !Select [0, !Split [',', 'a,b']], y]}\n      \
     Events:\n        S: {Type: Schedule, Properties: {Schedule: rate(5 minutes), Input: '{\"a\": [1]}'}}\n        \
     E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, FilterCriteria: {Filters: [{Pattern: '{\"body\": {\"a\": [1]}}'}]}}}\n  \
     Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60, QueueName: !Join ['-', [q, !Ref P]]}}\n\
     Outputs: {O: {Value: !Ref Q}}\n",
    "{\"Transform\": \"AWS::Serverless-2016-10-31\", \"Resources\": {\"T\": {\"Type\": \"AWS::DynamoDB::Table\", \"Properties\": \
     {\"AttributeDefinitions\": [{\"AttributeName\": \"id\", \"AttributeType\": \"S\"}], \"KeySchema\": [{\"AttributeName\": \
     \"id\", \"KeyType\": \"HASH\"}], \"BillingMode\": \"PAY_PER_REQUEST\"}}}}",
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_template_is_read_or_refused_with_places(text in prop_oneof![4 => spoiled(&TEMPLATES), 1 => texts()]) {
        match System::parse(&text, "t.yaml", &BTreeMap::new()) {
            Ok(_) => {}
            Err(Error::Refused(problems)) => {
                let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.message.is_empty() && problem.line <= lines + 1, "{problem}");
                }
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

const SCHEDULED: &str = "Transform: AWS::Serverless-2016-10-31\nParameters: {Every: {Type: String, MinLength: 1, MaxLength: 400}, \
     Count: {Type: Number, Default: 1, MinValue: -5, MaxValue: 1e3}, List: {Type: CommaDelimitedList, Default: 'a, b'}}\nResources:\n  F:\n    \
     Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: f}}\n    Properties:\n      \
     Runtime: provided.al2023\n      Environment: {Variables: {COUNT: !Ref Count, LIST: !Join ['|', !Ref List]}}\n      \
     Events: {S: {Type: Schedule, Properties: {Schedule: !Ref Every}}}\n";

const RATES: [&str; 5] =
    ["rate(1 minute)", "rate(5 hours)", "rate(20 days)", "cron(0 12 * * ? *)", "at(2026-01-31T12:00:00)"];

/// The template [`SCHEDULED`] with a value for each parameter.
fn scheduled(every: &str, count: &str, list: &str) -> Result<System, Error> {
    let values = [("Every", every), ("Count", count), ("List", list)];
    let overrides = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    System::parse(SCHEDULED, "t.yaml", &overrides)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_rate_is_a_period_or_refused(text in prop_oneof![4 => spoiled(&RATES), 4 => "rate\\([1-9][0-9]{0,9} (minute|hour|day)s?\\)", 1 => texts()]) {
        match scheduled(&text, "1", "a") {
            Ok(system) => {
                let [EventSource::Schedule(schedule)] = &system.functions["F"].sources[..] else { panic!("{system:?}") };
                let (value, unit) = text.strip_prefix("rate(").and_then(|rate| rate.split_once(' ')).unwrap();
                let seconds = [("minute", 60), ("hour", 3_600), ("day", 86_400)].into_iter().find(|(name, _)| unit.contains(name));
                prop_assert_eq!(schedule.every.as_secs(), value.parse::<u64>().unwrap() * seconds.unwrap().1);
            }
            Err(error) => prop_assert!(matches!(error, Error::Refused(_))),
        }
    }

    #[test]
    fn a_parameter_has_the_value_that_was_given(
        count in prop_oneof![6 => spoiled(&["12", "-4.5", "1e2"]), 1 => texts()],
        list in prop_oneof![6 => spoiled(&["a,b, c"]), 1 => texts()],
    ) {
        match scheduled("rate(1 hour)", &count, &list) {
            Ok(system) => {
                let variables = &system.functions["F"].environment;
                prop_assert_eq!(&variables["COUNT"], &count);
                prop_assert!((-5.0..=1e3).contains(&count.parse::<f64>().unwrap()), "{count}");
                prop_assert_eq!(&variables["LIST"], &list.split(',').map(str::trim).collect::<Vec<_>>().join("|"));
            }
            Err(error) => prop_assert!(matches!(error, Error::Refused(_))),
        }
    }
}

#[test]
fn the_templates_to_spoil_are_valid() {
    for text in TEMPLATES {
        if let Err(error) = System::parse(text, "t.yaml", &BTreeMap::new()) {
            panic!("{error}");
        }
    }
}
