//! What waits for what: the references between the resources of a stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::sam::environments;
use super::stack::{resources, variants};

/// For each resource, the logical ids and parameters that it names: by `Ref`, `Fn::GetAtt`, `Fn::Sub` or `DependsOn`.
pub(super) fn references(resources: &Map<String, Value>) -> BTreeMap<&str, BTreeSet<String>> {
    let named = resources.iter().map(|(id, resource)| {
        let mut found = BTreeSet::new();
        walk(resource, &mut found);
        match &resource["DependsOn"] {
            Value::String(one) => found.extend([one.clone()]),
            Value::Array(several) => found.extend(several.iter().map(|one| one.as_str().unwrap().to_owned())),
            _ => {}
        }
        found.retain(|name| !name.starts_with("AWS::"));
        (id.as_str(), found)
    });
    named.collect()
}

/// What a value names: by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
pub(super) fn walk(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, operand) in map {
                match (key.as_str(), operand) {
                    ("Ref", Value::String(name)) => found.extend([name.clone()]),
                    ("Fn::GetAtt", Value::String(path)) => found.extend(path.split('.').next().map(str::to_owned)),
                    ("Fn::GetAtt", Value::Array(path)) => found.extend(path[0].as_str().map(str::to_owned)),
                    ("Fn::Sub", Value::String(text)) => found.extend(placeholders(text)),
                    ("Fn::Sub", Value::Array(parts)) => {
                        let own = parts[1].as_object().unwrap();
                        let names = placeholders(parts[0].as_str().unwrap());
                        found.extend(names.into_iter().filter(|name| !own.contains_key(name)));
                        walk(&parts[1], found);
                    }
                    _ => walk(operand, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, found)),
        _ => {}
    }
}

/// The names in a text: `${Name}` and `${Name.Attribute}`, but not `${!Name}`, which stands for itself.
fn placeholders(text: &str) -> Vec<String> {
    let inner = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(inner, _)| inner.trim());
    let names = inner.filter(|inner| !inner.starts_with('!'));
    names.map(|inner| inner.split('.').next().unwrap_or(inner).to_owned()).collect()
}

/// A way from a resource to another along its references, both included.
fn way<'a>(references: &'a BTreeMap<&str, BTreeSet<String>>, from: &str, to: &str) -> Option<Vec<&'a str>> {
    let (start, _) = references.get_key_value(from)?;
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = vec![*start];
    while let Some(id) = open.pop() {
        for next in references.get(id).into_iter().flatten() {
            if next == to {
                let mut way = vec![next.as_str(), id];
                while let Some(before) = came_from.get(way[way.len() - 1]) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if let Some((known, _)) = references.get_key_value(next.as_str())
                && *known != *start
                && !came_from.contains_key(known)
            {
                came_from.insert(known, id);
                open.push(known);
            }
        }
    }
    None
}

/// What CloudFormation would refuse: references in a circle, and to what is neither there nor a parameter.
fn refused(resources: &Map<String, Value>, parameters: &Value) -> Vec<String> {
    let references = references(resources);
    let circle = references.keys().find_map(|id| way(&references, id, id));
    let mut refused: Vec<String> = circle.map(|way| way.join(" -> ")).into_iter().collect();
    for (id, named) in &references {
        let missing = named.iter().filter(|name| !resources.contains_key(*name) && parameters.get(name).is_none());
        refused.extend(missing.map(|name| format!("{id} -> {name}, which is not there")));
    }
    refused
}

#[apply(e2e)]
#[needs(SamTransform)]
fn no_reference_goes_in_a_circle_or_nowhere() {
    for one in environments() {
        for variant in variants(one) {
            let resources = resources(&one.template, &variant);
            let refused = refused(&resources, &one.template["Parameters"]);
            assert_eq!(refused, [""; 0], "{}: {variant:?}", one.environment);
            let mut outputs = BTreeSet::new();
            walk(&one.template["Outputs"], &mut outputs);
            let there = |name: &&String| name.starts_with("AWS::") || one.template["Parameters"].get(name).is_some();
            for name in outputs.iter().filter(|name| !there(name)) {
                assert!(
                    resources.contains_key(name),
                    "{}: an output names {name}, which is not there",
                    one.environment
                );
            }
        }
    }
}

/// Else a new account refuses it: "CloudWatch Logs role ARN must be set in account settings to enable logging".
#[apply(e2e)]
#[needs(SamTransform)]
fn a_stage_that_logs_waits_for_the_accounts_logging_role() {
    for one in environments() {
        for variant in variants(one) {
            let resources = resources(&one.template, &variant);
            let of_type =
                |kind: &'static str| resources.iter().filter(move |(_, one)| one["Type"] == kind).map(|(id, _)| id);
            let accounts: Vec<_> = of_type("AWS::ApiGateway::Account").collect();
            let creates = variant.get("ApiGatewayLogging").is_none_or(|value| value == "create");
            assert_eq!(accounts.len(), usize::from(creates), "{variant:?}");
            let references = references(&resources);
            let roles: Vec<_> = accounts.iter().flat_map(|account| &references[account.as_str()]).collect();
            assert_eq!(roles.len(), accounts.len(), "{variant:?}");
            for (stage, awaited) in
                of_type("AWS::ApiGateway::Stage").flat_map(|stage| accounts.iter().map(move |one| (stage, one)))
            {
                assert!(
                    way(&references, stage, awaited).is_some(),
                    "{}: {stage} does not wait for {awaited}",
                    one.environment
                );
                assert!(
                    way(&references, stage, roles[0]).is_some(),
                    "{}: {stage} does not wait for {}",
                    one.environment,
                    roles[0]
                );
            }
        }
    }
}

#[apply(e2e)]
fn a_reference_in_a_circle_or_to_nothing_is_found() {
    let stack = |value: Value| value.as_object().unwrap().clone();
    let parameters = json!({"Stage": {}});
    let sound = stack(json!({
        "Function": {"Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Name": {"Fn::Sub": "${AWS::StackName}-${Stage}-${!Literal}"}}},
        "Role": {"Properties": {"Resource": {"Fn::Sub": ["${Table.Arn}/${index}", {"index": {"Ref": "Stage"}}]}}},
        "Table": {"DependsOn": "Key"},
        "Key": {"DependsOn": ["Other"]},
        "Other": {},
    }));
    assert_eq!(refused(&sound, &parameters), [""; 0]);
    assert_eq!(way(&references(&sound), "Function", "Other"), Some(vec!["Function", "Role", "Table", "Key", "Other"]));
    assert_eq!(way(&references(&sound), "Other", "Function"), None);

    for (broken, expected) in [
        ("Other", json!({"Properties": {"Arn": {"Fn::GetAtt": "Function.Arn"}}})),
        ("Other", json!({"Properties": {"Arn": {"Fn::Sub": "x${Function.Arn}"}}})),
        ("Other", json!({"UpdatePolicy": {"Of": {"Ref": "Function"}}})),
        ("Other", json!({"DependsOn": ["Function"]})),
    ] {
        let mut stack = sound.clone();
        stack[broken] = expected;
        assert_eq!(refused(&stack, &parameters), ["Function -> Role -> Table -> Key -> Other -> Function"]);
    }
    let mut own = sound.clone();
    own["Key"] = json!({"Properties": {"Self": {"Ref": "Key"}}});
    assert_eq!(refused(&own, &parameters), ["Key -> Key"]);

    let mut nowhere = sound;
    nowhere["Other"] = json!({"Properties": {"Topic": {"Fn::Sub": ["${Gone}", {"Other": {"Ref": "Away"}}]}}});
    assert_eq!(
        refused(&nowhere, &parameters),
        ["Other -> Away, which is not there", "Other -> Gone, which is not there"]
    );
}
