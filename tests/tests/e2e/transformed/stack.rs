//! A stack as CloudFormation makes it of a template and the values of its parameters: what a condition leaves out is gone.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::sam::{Parameters, Transformed};

/// What stands for no value.
const NO_VALUE: &str = "AWS::NoValue";

/// A template with the values of its parameters.
struct Reader<'a> {
    template: &'a Value,
    parameters: &'a Parameters,
}

/// The resources of a template whose conditions hold, without the branches of `Fn::If` that are not taken.
///
/// # Panics
/// A condition is made of what this does not know.
pub(super) fn resources(template: &Value, parameters: &Parameters) -> Map<String, Value> {
    let reader = Reader { template, parameters };
    let all = template["Resources"].as_object().unwrap();
    let made = all.iter().filter(|(_, one)| one["Condition"].as_str().is_none_or(|name| reader.holds(name)));
    made.map(|(id, one)| (id.clone(), reader.taken(one).unwrap_or_default())).collect()
}

/// The values of parameters that switch any condition, in every combination, each on top of those of an environment.
pub(super) fn variants(one: &Transformed) -> Vec<Parameters> {
    let mut variants = vec![one.parameters.clone()];
    for name in switches(&one.template) {
        let declared = &one.template["Parameters"][&name];
        let values: Vec<String> = match declared["AllowedValues"].as_array() {
            Some(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
            // Empty, or something: what it is decides nothing.
            None => vec![declared["Default"].as_str().unwrap().to_owned(), "something".to_owned()],
        };
        // SAM's transform has looked at this one already.
        if name != "Environment" {
            let with = |variant: &Parameters, value: &String| {
                let mut variant = variant.clone();
                variant.insert(name.clone(), value.clone());
                variant
            };
            variants = variants.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect();
        }
    }
    variants
}

/// The parameters that conditions look at.
fn switches(template: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("Ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| walk(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| walk(inner, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(&template["Conditions"], &mut found);
    found.retain(|name| !name.starts_with("AWS::"));
    found
}

impl Reader<'_> {
    fn holds(&self, condition: &str) -> bool {
        let definition = self.template["Conditions"].get(condition);
        self.is_true(definition.unwrap_or_else(|| panic!("no condition {condition}")))
    }

    fn is_true(&self, condition: &Value) -> bool {
        let (name, operand) = condition.as_object().unwrap().iter().next().unwrap();
        let all = || operand.as_array().unwrap().iter();
        match name.as_str() {
            "Condition" => self.holds(operand.as_str().unwrap()),
            "Fn::Equals" => self.text(&operand[0]) == self.text(&operand[1]),
            "Fn::Not" => !self.is_true(&operand[0]),
            "Fn::And" => all().all(|one| self.is_true(one)),
            "Fn::Or" => all().any(|one| self.is_true(one)),
            _ => panic!("{condition}"),
        }
    }

    fn text(&self, value: &Value) -> String {
        if let Some(name) = value["Ref"].as_str() {
            let declared = || self.template["Parameters"][name]["Default"].as_str().map(str::to_owned);
            return self.parameters.get(name).cloned().or_else(declared).unwrap_or_else(|| panic!("{value}"));
        }
        if let Some([map, first, second]) = value["Fn::FindInMap"].as_array().map(Vec::as_slice) {
            let found = &self.template["Mappings"][map.as_str().unwrap()][self.text(first)][self.text(second)];
            return self.text(found);
        }
        value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
    }

    /// A value without the branches that are not taken; nothing where it stands for none.
    fn taken(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(map) => {
                if let Some([condition, then, otherwise]) =
                    map.get("Fn::If").and_then(Value::as_array).map(Vec::as_slice)
                {
                    let holds = self.holds(condition.as_str().unwrap());
                    return self.taken(if holds { then } else { otherwise });
                }
                if map.get("Ref").is_some_and(|name| name == NO_VALUE) {
                    return None;
                }
                let entries = map.iter().filter_map(|(key, inner)| Some((key.clone(), self.taken(inner)?)));
                Some(Value::Object(entries.collect()))
            }
            Value::Array(list) => Some(list.iter().filter_map(|inner| self.taken(inner)).collect()),
            _ => Some(value.clone()),
        }
    }
}

#[apply(e2e)]
fn what_a_condition_leaves_out_is_gone() {
    let template = json!({
        "Parameters": {"Stage": {"Default": "dev"}, "Topic": {"Default": ""}},
        "Mappings": {"Stages": {"dev": {"Big": "no"}, "prod": {"Big": "yes"}}},
        "Conditions": {
            "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "IsBig": {"Fn::Equals": [{"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Big"]}, "yes"]},
            "HasTopic": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Topic"}, ""]}]},
            "Tells": {"Fn::And": [{"Condition": "IsProd"}, {"Fn::Or": [{"Condition": "HasTopic"}, {"Condition": "IsBig"}]}]},
        },
        "Resources": {
            "Alarm": {"Condition": "Tells", "Properties": {
                "Actions": {"Fn::If": ["HasTopic", [{"Ref": "Topic"}], {"Ref": "AWS::NoValue"}]},
                "Names": [{"Fn::If": ["IsProd", "loud", "quiet"]}, {"Fn::If": ["HasTopic", "x", {"Ref": "AWS::NoValue"}]}],
            }},
            "Table": {},
        },
    });
    let with = |pairs: &[(&str, &str)]| {
        resources(&template, &pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    };
    assert_eq!(json!(with(&[])), json!({"Table": {}}));
    assert_eq!(json!(with(&[("Topic", "arn")])), json!({"Table": {}}));
    let alarm = |properties: Value| json!({"Alarm": {"Condition": "Tells", "Properties": properties}, "Table": {}});
    assert_eq!(json!(with(&[("Stage", "prod")])), alarm(json!({"Names": ["loud"]})));
    let told = json!({"Actions": [{"Ref": "Topic"}], "Names": ["loud", "x"]});
    assert_eq!(json!(with(&[("Stage", "prod"), ("Topic", "arn")])), alarm(told));
    assert_eq!(switches(&template).into_iter().collect::<Vec<_>>(), ["Stage", "Topic"]);
}
