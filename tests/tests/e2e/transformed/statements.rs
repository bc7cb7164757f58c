//! The statements of a transformed role, with the ARNs that its resources have on one machine.

use local_template::{ACCOUNT, Effect, REGION, Statement};
use serde_json::Value;

use super::sam::Transformed;

/// One thing, or a list of them.
pub(super) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

impl Transformed {
    /// The statements of the managed policies that a role names, and of its inline ones.
    pub(super) fn statements(&self, role: &str) -> Vec<Statement> {
        let role_properties = &self.resources[role]["Properties"];
        let managed = |named: Value| self.resources[named["Ref"].as_str().unwrap()]["Properties"].clone();
        let policies = list(&role_properties["ManagedPolicyArns"]).into_iter().map(managed);
        let policies = policies.chain(list(&role_properties["Policies"]));
        let statements = policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        let statement = |one: Value| {
            let known = ["Effect", "Action", "Resource"];
            assert!(one.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{role}: {one}");
            let effect = match one["Effect"].as_str() {
                Some("Allow") => Effect::Allow,
                Some("Deny") => Effect::Deny,
                _ => panic!("{role}: {one}"),
            };
            Statement {
                effect,
                actions: list(&one["Action"]).iter().map(|action| action.as_str().unwrap().to_owned()).collect(),
                resources: list(&one["Resource"]).iter().map(|resource| self.text(resource)).collect(),
            }
        };
        statements.map(statement).collect()
    }

    /// A value with the functions evaluated that these policies have.
    fn text(&self, value: &Value) -> String {
        if let Some(text) = value.as_str() {
            return text.to_owned();
        }
        if let Some(id) = value["Ref"].as_str() {
            return self.reference(id);
        }
        if let Some([id, attribute]) = value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
            return self.attribute(id.as_str().unwrap(), attribute.as_str().unwrap());
        }
        let text = value["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{value}"));
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            filled += &match (name, name.split_once('.')) {
                ("AWS::StackName", _) => "local".to_owned(),
                ("AWS::Partition", _) => "aws".to_owned(),
                ("AWS::Region", _) => REGION.to_owned(),
                ("AWS::AccountId", _) => ACCOUNT.to_owned(),
                (_, Some((id, attribute))) => self.attribute(id, attribute),
                _ => panic!("{value}"),
            };
            filled += rest;
        }
        filled
    }

    fn reference(&self, id: &str) -> String {
        let resource = &self.resources[id];
        assert_eq!(resource["Type"], "AWS::Lambda::Alias", "{id}");
        let (function, name) = (&resource["Properties"]["FunctionName"]["Ref"], &resource["Properties"]["Name"]);
        format!("{}:{}", self.system.functions[function.as_str().unwrap()].arn, name.as_str().unwrap())
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        match (self.resources[id]["Type"].as_str().unwrap(), attribute) {
            ("AWS::DynamoDB::Table", "Arn") => self.system.tables[id].arn.clone(),
            ("AWS::DynamoDB::Table", "StreamArn") => self.system.tables[id].stream_arn(),
            ("AWS::SQS::Queue", "Arn") => self.system.queues[id].arn.clone(),
            ("AWS::SecretsManager::Secret", "Id") => self.system.secrets[id].arn.clone(),
            ("AWS::Lambda::Function", "Arn") => self.system.functions[id].arn.clone(),
            ("AWS::Logs::LogGroup", "Arn") => {
                let name = self.text(&self.resources[id]["Properties"]["LogGroupName"]);
                format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")
            }
            (kind, _) => panic!("{attribute} of {kind} ({id})"),
        }
    }
}
