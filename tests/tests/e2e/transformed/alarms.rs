//! What stops a gradual deployment: the alarm of each function that shifts gradually, and what it makes of a minute's traffic.

use std::collections::BTreeMap;

use envelope::metrics;
use local_template::EventSource;
use serde_json::{Value, json};

use super::metric_math::{Minute, value};
use super::sam::{Transformed, environments};

/// The minutes that a canary takes, less those until CloudWatch has counted an invocation and looked at it.
const MINUTES_TO_TELL: usize = 10 - 3;

/// The environment in which deployments are gradual.
fn prod() -> &'static Transformed {
    environments().iter().find(|one| one.environment == "prod").unwrap()
}

/// The alarm of one function.
struct Alarm {
    function: &'static str,
    /// Metrics by id, as CloudWatch names them.
    metrics: BTreeMap<&'static str, Value>,
    expression: &'static str,
    /// Of how many minutes.
    of: usize,
    /// How many have to be over the threshold.
    minutes: usize,
}

impl Alarm {
    fn read(function: &'static str, properties: &'static Value) -> Self {
        let listed = properties["Metrics"].as_array().unwrap();
        let [result, metrics @ ..] = &listed[..] else { panic!("{function}") };
        let whole = |key: &str| usize::try_from(properties[key].as_u64().unwrap()).unwrap();
        assert_eq!(
            (&properties["Threshold"], &properties["ComparisonOperator"]),
            (&json!(0), &json!("GreaterThanThreshold"))
        );
        assert_eq!(properties["TreatMissingData"], "notBreaching", "{function}");
        let metric = |one: &'static Value| {
            let stat = &one["MetricStat"];
            assert_eq!(
                (&stat["Stat"], &stat["Period"], &one["ReturnData"]),
                (&json!("Sum"), &json!(60), &json!(false))
            );
            (one["Id"].as_str().unwrap(), stat["Metric"].clone())
        };
        Self {
            function,
            metrics: metrics.iter().map(metric).collect(),
            expression: result["Expression"].as_str().unwrap(),
            of: whole("EvaluationPeriods"),
            minutes: whole("DatapointsToAlarm"),
        }
    }

    /// The minute in which it goes off, if it does.
    fn fires(&self, minutes: &[Minute<'_>]) -> Option<usize> {
        let over: Vec<bool> = minutes.iter().map(|minute| value(self.expression, minute) > 0.0).collect();
        (1..=over.len()).find(|now| {
            let seen = &over[now.saturating_sub(self.of)..*now];
            seen.iter().filter(|over| **over).count() >= self.minutes
        })
    }

    /// The metrics in which invocations of this function can fail.
    fn ways_to_fail(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.metrics.keys().copied().filter(|id| *id != "invocations")
    }
}

/// The alarms of all functions that shift gradually.
fn alarms() -> Vec<Alarm> {
    let groups = prod().of_type("AWS::CodeDeploy::DeploymentGroup");
    let functions = groups.map(|(id, _)| id.strip_suffix("DeploymentGroup").unwrap());
    let alarm = |function: &'static str| {
        let id = format!("{}ErrorsAlarm", function.strip_suffix("Function").unwrap());
        let resource = prod().resources.get(&id).unwrap_or_else(|| panic!("{function} has no {id}"));
        assert_eq!(resource["Condition"], "IsGradual", "{id}");
        Alarm::read(function, &resource["Properties"])
    };
    functions.map(alarm).collect()
}

/// The metric in which a function counts itself what Lambda does not, if it has one.
fn own_metric(function: &str) -> Option<(&'static str, &'static str)> {
    let system = &prod().system;
    let api = system.api.as_ref().unwrap();
    let sources = &system.functions[function].sources;
    let hands_back = |source: &EventSource| match source {
        EventSource::Stream(stream) => stream.report_batch_item_failures,
        EventSource::Queue(queue) => queue.report_batch_item_failures,
        EventSource::Schedule(_) => false,
    };
    if api.authorizers.values().any(|authorizer| authorizer.function == function) {
        // It fails as Lambda counts it, or not at all.
        None
    } else if sources.iter().any(hands_back) {
        Some(("eventsFailed", metrics::EVENTS_FAILED))
    } else {
        sources.is_empty().then_some(("failed", metrics::FAILED))
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_alarm_looks_at_the_version_that_its_function_has_got() {
    for alarm in alarms() {
        let function = alarm.function;
        let version =
            |(id, version): (&'static str, &Value)| (version["FunctionName"]["Ref"] == function).then_some(id);
        let version = prod().of_type("AWS::Lambda::Version").find_map(version).unwrap();
        let version = json!({"Fn::GetAtt": [version, "Version"]});
        let dimensions = |named: &[(&str, Value)]| {
            json!(named.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect::<Vec<_>>())
        };
        let lambdas = dimensions(&[
            ("FunctionName", json!({"Ref": function})),
            ("Resource", json!({"Fn::Sub": format!("${{{function}}}:live")})),
            ("ExecutedVersion", version.clone()),
        ]);
        let of_lambda = |name: &str| json!({"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": lambdas});
        let mut expected = BTreeMap::from([("errors", of_lambda("Errors")), ("invocations", of_lambda("Invocations"))]);
        if let Some((id, name)) = own_metric(function) {
            let own = dimensions(&[("function", json!({"Ref": function})), ("version", version)]);
            let stack = json!({"Ref": "AWS::StackName"});
            expected.insert(id, json!({"Namespace": stack, "MetricName": name, "Dimensions": own}));
        }
        assert_eq!(alarm.metrics, expected, "{function}");
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn a_function_of_a_twentieth_of_the_traffic_that_is_wholly_broken_in_its_tenth_is_taken_back() {
    const REQUESTS: f64 = 600.0;
    let invocations = REQUESTS * 0.05 * 0.1;
    assert!(invocations / REQUESTS < 0.01, "of all answers it is less than one in a hundred");
    for alarm in alarms() {
        for way in alarm.ways_to_fail() {
            let minute = Minute::from([("invocations", invocations), (way, invocations)]);
            let minutes = vec![minute; MINUTES_TO_TELL];
            assert!(alarm.fires(&minutes).is_some(), "{}: {way}", alarm.function);
        }
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn lonely_failures_and_a_few_among_many_stop_no_deployment() {
    for alarm in alarms() {
        for way in alarm.ways_to_fail() {
            let failing = |invocations: f64, failed: f64| Minute::from([("invocations", invocations), (way, failed)]);
            let quiet = [(1.0, 1.0), (2.0, 1.0), (3.0, 0.0), (2.0, 2.0)]
                .map(|(invocations, failed)| failing(invocations, failed));
            let lonely: Vec<_> = quiet.iter().cycle().take(20).cloned().collect();
            assert_eq!(alarm.fires(&lonely), None, "{}: {way} in quiet minutes", alarm.function);
            let few = vec![failing(1000.0, 20.0); 20];
            assert_eq!(alarm.fires(&few), None, "{}: {way} in 2 % of the calls", alarm.function);
        }
        // One minute alone, however bad it is.
        let mut hiccup = vec![Minute::from([("invocations", 50.0)]); 20];
        hiccup[7].insert("errors", 50.0);
        assert_eq!(alarm.fires(&hiccup), None, "{}", alarm.function);
    }
}
