//! How a deployment replaces a function's version: gradually or at once, by whose role, and what stays of the old one.

use std::collections::{BTreeMap, BTreeSet};

use local_template::{EventInvoke, EventSource};
use serde_json::{Map, Value, json};

use super::references::walk;
use super::sam::environments;

/// CodeDeploy calls Lambda for each alias in the name of its role. A role of 29 was refused ("exceeded the request limit for
/// AWSLambda"), as Lambda takes 15 such calls a second.
const MOST_OF_A_ROLE: usize = 10;

/// The value that a conditional one has where deployments are gradual.
fn gradual(value: &Value) -> &Value {
    match value["Fn::If"].as_array().map(Vec::as_slice) {
        Some([condition, then, _]) => {
            assert_eq!(condition, "IsGradual", "{value}");
            then
        }
        _ => panic!("{value}"),
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn only_prod_shifts_traffic_gradually_and_by_a_role_of_the_service() {
    for one in environments() {
        let mut functions: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, group) in one.of_type("AWS::CodeDeploy::DeploymentGroup") {
            let function = id.strip_suffix("DeploymentGroup").unwrap();
            let role = gradual(&group["ServiceRoleArn"])["Fn::GetAtt"][0].as_str().unwrap();
            let service = role.strip_suffix("DeploymentRole").unwrap();
            let logs = &one.resources[function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"];
            assert_eq!(logs, &json!(format!("{service}Logs")), "{id}");
            *functions.entry(role).or_default() += 1;
            let alarms = &gradual(&group["AlarmConfiguration"])["Alarms"];
            let own = format!("{}ErrorsAlarm", function.strip_suffix("Function").unwrap());
            assert_eq!(alarms, &json!([{"Name": {"Ref": own}}, {"Name": {"Ref": "ApiLatencyAlarm"}}]), "{id}");
        }
        assert_eq!(functions.is_empty(), one.environment != "prod", "{}", one.environment);
        assert!(functions.values().all(|count| *count <= MOST_OF_A_ROLE), "{functions:?}");
        assert!(!one.resources.contains_key("CodeDeployServiceRole"), "{}: SAM's one role for all", one.environment);
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn every_consumer_of_events_and_the_authorizer_shift_gradually_and_no_health_check_does() {
    let prod = environments().iter().find(|one| one.environment == "prod").unwrap();
    let groups = prod.of_type("AWS::CodeDeploy::DeploymentGroup");
    let shifts: BTreeSet<&str> = groups.map(|(id, _)| id.strip_suffix("DeploymentGroup").unwrap()).collect();
    let api = prod.system.api.as_ref().unwrap();
    for (id, function) in &prod.system.functions {
        let consumes = function.sources.iter().any(|source| !matches!(source, EventSource::Schedule(_)));
        let authorizes = api.authorizers.values().any(|authorizer| authorizer.function == *id);
        if consumes || authorizes {
            assert!(shifts.contains(id.as_str()), "{id}");
        }
        if id.ends_with("HealthFunction") {
            assert!(!shifts.contains(id.as_str()), "{id}");
        }
    }
}

/// A version is the way back, also where only a parameter has another value: then it is replaced under its logical id.
#[apply(e2e)]
#[needs(SamTransform)]
fn a_version_that_is_replaced_is_kept() {
    for one in environments() {
        let mut versions = 0;
        for (id, version) in one.resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Version") {
            let policies = (&version["UpdateReplacePolicy"], &version["DeletionPolicy"]);
            assert_eq!(policies, (&json!("Retain"), &json!("Retain")), "{}: {id}", one.environment);
            versions += 1;
        }
        assert_eq!(versions, one.system.functions.len(), "{}", one.environment);
    }
}

/// Whether a value is another one if a parameter is: named in it, or by the condition that chooses it.
fn depends_on_a_parameter(value: &Value, resources: &Map<String, Value>) -> bool {
    fn chooses(value: &Value) -> bool {
        match value {
            Value::Object(map) => map.iter().any(|(key, value)| key == "Fn::If" || chooses(value)),
            Value::Array(items) => items.iter().any(chooses),
            _ => false,
        }
    }
    let mut named = BTreeSet::new();
    walk(value, &mut named);
    chooses(value) || named.iter().any(|name| !name.starts_with("AWS::") && !resources.contains_key(name))
}

#[apply(e2e)]
fn a_value_that_a_parameter_changes_is_found() {
    let resources = Map::from_iter([("Queue".to_owned(), json!({}))]);
    for fixed in [
        json!("live"),
        json!({"Fn::GetAtt": ["Queue", "Arn"]}),
        json!({"Fn::Sub": ["${AWS::Region}:${Queue}:${Path}", {"Path": "*"}]}),
    ] {
        assert!(!depends_on_a_parameter(&fixed, &resources), "{fixed}");
    }
    for changed in [
        json!({"Ref": "Stage"}),
        json!({"Fn::Sub": "${Queue}-${Stage}"}),
        json!({"Fn::Sub": ["${Path}", {"Path": {"Ref": "Stage"}}]}),
        json!({"Fn::FindInMap": ["Scales", {"Ref": "Scale"}, "Name"]}),
        json!([{"Fn::If": ["IsProd", "loud", "quiet"]}]),
    ] {
        assert!(depends_on_a_parameter(&changed, &resources), "{changed}");
    }
}

/// SAM hands a function's policy on to all that it makes of it. If a parameter could replace one of those, the old one would
/// stay: an event source mapping that goes on reading, a permission that nobody takes back.
#[apply(e2e)]
#[needs(SamTransform)]
fn nothing_else_that_would_be_kept_is_ever_replaced_for_a_parameter() {
    // By type, the properties of which another value means another resource. CloudFormation: "Update requires: Replacement".
    let replaced_by = BTreeMap::from([
        ("AWS::Lambda::Function", vec!["FunctionName", "PackageType"]),
        ("AWS::Lambda::Alias", vec!["FunctionName", "Name"]),
        ("AWS::Lambda::EventSourceMapping", vec!["EventSourceArn", "StartingPosition", "StartingPositionTimestamp"]),
        ("AWS::Lambda::EventInvokeConfig", vec!["FunctionName", "Qualifier"]),
        ("AWS::Events::Rule", vec!["Name", "EventBusName"]),
        ("AWS::Lambda::Permission", vec!["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"]),
    ]);
    for one in environments() {
        let kept = one.resources.iter().filter(|(_, resource)| {
            resource.get("UpdateReplacePolicy").is_some() && resource.get("DeletionPolicy").is_none()
        });
        for (id, resource) in kept {
            let kind = resource["Type"].as_str().unwrap();
            let properties = replaced_by.get(kind).unwrap_or_else(|| panic!("{id}: {kind} is kept too"));
            for property in properties {
                let value = &resource["Properties"][property];
                assert!(
                    !depends_on_a_parameter(value, &one.resources),
                    "{}: {id}.{property}: {value}",
                    one.environment
                );
            }
        }
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn a_scheduled_function_is_not_tried_again_and_cargo_local_knows() {
    for one in environments() {
        let configs: Vec<(&str, &Value)> = one.of_type("AWS::Lambda::EventInvokeConfig").collect();
        let scheduled =
            one.system.functions.iter().filter(|(_, function)| {
                function.sources.iter().any(|source| matches!(source, EventSource::Schedule(_)))
            });
        let mut checked = 0;
        for (id, function) in scheduled {
            let (_, config) = configs.iter().find(|(_, config)| config["FunctionName"]["Ref"] == id.as_str()).unwrap();
            assert_eq!((&config["Qualifier"], &config["DestinationConfig"]), (&json!("live"), &json!({})), "{id}");
            let EventInvoke { maximum_retry_attempts, maximum_event_age } = function.event_invoke;
            assert_eq!(config["MaximumRetryAttempts"], json!(maximum_retry_attempts), "{id}");
            assert_eq!(config["MaximumEventAgeInSeconds"], json!(maximum_event_age.as_secs()), "{id}");
            assert_eq!(maximum_retry_attempts, 0, "{id}: the next run is the retry");
            checked += 1;
        }
        assert_eq!(checked, configs.len(), "{}", one.environment);
    }
}
