//! AWS's limits of what a template may have, with room to grow.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::sam::environments;
use super::stack::{resources, variants};

/// Of 500 resources that CloudFormation takes ("Understand CloudFormation quotas").
const RESOURCES: usize = 450;

/// Bytes, of the 1 MB that it takes from S3.
const BYTES: usize = 900_000;

/// Metrics that an alarm may retrieve, and expressions that it may have of them ("MetricDataQuery" in CloudWatch's API).
const METRICS: usize = 10;

/// Readers of one stream ("Change data capture for DynamoDB Streams": more are throttled).
const READERS: usize = 2;

/// Alarms that a CodeDeploy deployment group may have ("AlarmConfiguration" in its API).
const ALARMS: usize = 10;

/// What is over a limit.
fn exceeded(resources: &Map<String, Value>) -> Vec<String> {
    let mut exceeded = Vec::new();
    let mut at_most = |limit: usize, found: usize, what: &str| {
        if found > limit {
            exceeded.push(format!("{found} {what}, of {limit}"));
        }
    };
    at_most(RESOURCES, resources.len(), "resources");
    let mut readers: BTreeMap<String, usize> = BTreeMap::new();
    for (id, resource) in resources {
        let properties = &resource["Properties"];
        let entries = |list: &Value, key: &str| {
            list.as_array().into_iter().flatten().filter(|entry| entry.get(key).is_some()).count()
        };
        match resource["Type"].as_str() {
            Some("AWS::CloudWatch::Alarm") => {
                at_most(METRICS, entries(&properties["Metrics"], "MetricStat"), &format!("metrics of {id}"));
                at_most(METRICS, entries(&properties["Metrics"], "Expression"), &format!("expressions of {id}"));
            }
            Some("AWS::CodeDeploy::DeploymentGroup") => {
                let alarms = &properties["AlarmConfiguration"]["Alarms"];
                at_most(ALARMS, entries(alarms, "Name"), &format!("alarms of {id}"));
            }
            Some("AWS::Lambda::EventSourceMapping") => {
                *readers.entry(properties["EventSourceArn"].to_string()).or_default() += 1;
            }
            _ => {}
        }
    }
    for (source, count) in readers.iter().filter(|(source, _)| source.contains("StreamArn")) {
        at_most(READERS, *count, &format!("readers of {source}"));
    }
    exceeded
}

#[apply(e2e)]
#[needs(SamTransform)]
fn the_template_stays_below_awss_limits() {
    for one in environments() {
        let bytes = one.template.to_string().len();
        assert!(bytes <= BYTES, "{}: {bytes} bytes, of {BYTES}", one.environment);
        for variant in variants(one) {
            let resources = resources(&one.template, &variant);
            assert_eq!(exceeded(&resources), [""; 0], "{}: {variant:?}", one.environment);
        }
    }
}

#[apply(e2e)]
fn what_is_over_a_limit_is_found() {
    let stack = |value: Value| value.as_object().unwrap().clone();
    let metrics = |count: usize| vec![json!({"MetricStat": {}}); count];
    let alarms = |count: usize| vec![json!({"Name": {"Ref": "Alarm"}}); count];
    let reader = |source: &str| json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": {"Fn::GetAtt": [source, "StreamArn"]}}});
    let queue = json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}});
    let with = |metric_count, expression_count, alarm_count| {
        let mut queries = metrics(metric_count);
        queries.extend(vec![json!({"Expression": "MAX(METRICS())"}); expression_count]);
        stack(json!({
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": queries}},
            "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": {"AlarmConfiguration": {"Alarms": alarms(alarm_count)}}},
            "A": reader("Users"), "B": reader("Users"), "C": reader("Orders"), "D": queue, "E": queue, "F": queue,
        }))
    };
    assert_eq!(exceeded(&with(10, 10, 10)), [""; 0]);
    assert_eq!(
        exceeded(&with(11, 12, 13)),
        ["11 metrics of Alarm, of 10", "12 expressions of Alarm, of 10", "13 alarms of Group, of 10"]
    );
    let mut third = with(1, 1, 1);
    third["C"] = reader("Users");
    assert_eq!(exceeded(&third), ["3 readers of {\"Fn::GetAtt\":[\"Users\",\"StreamArn\"]}, of 2"]);
    let many: Map<String, Value> = (0..451).map(|number| (format!("R{number}"), json!({}))).collect();
    assert_eq!(exceeded(&many), ["451 resources, of 450"]);
}
