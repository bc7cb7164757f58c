//! `!Ref` and `!GetAtt`: parameters, pseudo parameters, and the names and attributes of resources.
//!
//! CloudFormation: "Pseudo parameters reference"; SAM: "Referencing generated resources".

use super::catalogue::{Resource, Standing};
use super::kinds::{API, FUNCTION, Role, TABLE};
use super::scope::Scope;
use crate::error::{Mark, Place};
use crate::field::Field;
use crate::model::{ACCOUNT, QUEUE_ENDPOINT, REGION, alias_arn, queue_url};
use crate::tree::{Function, Node, Tree};
use crate::value::{Data, Value};

/// `AWS::StackName`.
const STACK: &str = "local";

/// The version of every function: what is deployed.
const VERSION: &str = "$LATEST";

impl<'a> Scope<'a> {
    /// What `!Ref name` gives.
    pub(super) fn reference(&self, name: &str, mark: Mark, place: &Place) -> Option<Value> {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            let text = match pseudo {
                "Region" => REGION.to_owned(),
                "AccountId" => ACCOUNT.to_owned(),
                "Partition" => "aws".to_owned(),
                "StackName" => STACK.to_owned(),
                "StackId" => format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/local"),
                "URLSuffix" => "amazonaws.com".to_owned(),
                "NoValue" => return Some(Value { mark, data: Data::NoValue }),
                _ => return self.refuse(mark, place, format!("`{name}` has no value on one machine")),
            };
            return Some(Value::text(mark, text));
        }
        if let Some(value) = self.parameters.get(name) {
            return Some(Value { mark, data: value.data.clone() });
        }
        if let Some((id, attribute)) = name.split_once('.') {
            return self.attribute(id, attribute, mark, place).map(|text| Value::text(mark, text));
        }
        let resource = self.resource(name, mark, place)?;
        let text = self.filled(resource.kind.reference, resource)?;
        Some(Value::text(mark, text))
    }

    pub(super) fn get_att(&self, argument: &Node, place: &Place) -> Option<String> {
        let (id, attribute) = match &argument.tree {
            Tree::Text(text) => match text.split_once('.') {
                Some((id, attribute)) => (id.to_owned(), attribute.to_owned()),
                None => return self.refuse(argument.mark, place, "!GetAtt wants `LogicalId.Attribute`"),
            },
            _ => {
                let [id, attribute] = self.arguments(Function::GetAtt, argument, place)?;
                let (id, attribute) = (self.resolve_text(id, place), self.resolve_text(attribute, place));
                (id?, attribute?)
            }
        };
        self.attribute(&id, &attribute, argument.mark, place)
    }

    /// What `!GetAtt id.attribute` gives, or `${id.attribute}` in a `!Sub`.
    fn attribute(&self, id: &str, attribute: &str, mark: Mark, place: &Place) -> Option<String> {
        let resource = self.resource(id, mark, place)?;
        match (resource.kind.name, attribute) {
            // SAM: "Referencing generated resources".
            (API, "Stage") => match resource.properties.get("StageName") {
                Some(stage) => self.resolve_text(stage, &Place::new(id).key("StageName")),
                None => self.refuse(mark, place, format!("`{id}` has no StageName")),
            },
            (FUNCTION, "Alias") => self.alias(resource, mark, place),
            (FUNCTION, "Version.Version") if resource.properties.get("AutoPublishAlias").is_some() => {
                Some(VERSION.to_owned())
            }
            (TABLE, "StreamArn") if resource.properties.get("StreamSpecification").is_none() => {
                self.refuse(mark, place, format!("`{id}` has no stream: give it a StreamSpecification"))
            }
            (kind, _) => match resource.kind.attribute(attribute) {
                Some(answer) => self.filled(answer, resource),
                None => self.refuse(mark, place, format!("`{attribute}` of {kind} (`{id}`) is not known here")),
            },
        }
    }

    /// The ARN of the alias that SAM points at each new version of a function.
    fn alias(&self, function: &Resource, mark: Mark, place: &Place) -> Option<String> {
        let id = &function.id;
        let Some(alias) = function.properties.get("AutoPublishAlias") else {
            return self.refuse(mark, place, format!("`{id}` has no alias: give it an AutoPublishAlias"));
        };
        let alias = self.resolve_text(alias, &Place::new(id).key("AutoPublishAlias"))?;
        Some(alias_arn(&self.own(function, "Arn")?, &alias))
    }

    fn resource(&self, id: &str, mark: Mark, place: &Place) -> Option<&'a Resource> {
        let standing = self.catalogue.map_or(Standing::Unknown, |catalogue| catalogue.standing(id));
        match standing {
            Standing::Present(resource) if resource.kind.role == Role::InertAmongInert && !self.inert => {
                let kind = resource.kind.name;
                self.refuse(
                    mark,
                    place,
                    format!("{kind} (`{id}`) is not emulated: only alarms and the like may use it"),
                )
            }
            Standing::Present(resource) => Some(resource),
            Standing::Absent(condition) => {
                self.refuse(mark, place, format!("`{id}` is not created: its condition `{condition}` is false"))
            }
            Standing::Refused => None,
            Standing::Unknown if self.catalogue.is_none() => {
                self.refuse(mark, place, format!("no parameter is called `{id}`, and resources can't be used here"))
            }
            Standing::Unknown if id.starts_with("ServerlessRestApi") => {
                self.refuse(mark, place, "there is no implicit API here: write an AWS::Serverless::Api")
            }
            Standing::Unknown => self.refuse(mark, place, format!("no parameter or resource is called `{id}`")),
        }
    }

    /// The physical name of a resource.
    pub(crate) fn physical_name(&self, resource: &Resource) -> Option<String> {
        let Some((key, node)) = resource.kind.named_by.and_then(|key| Some((key, resource.properties.get(key)?)))
        else {
            return Some(resource.id.clone());
        };
        if let Some(name) = self.names.borrow().get(&resource.id) {
            return name.clone();
        }
        let place = Place::new(&resource.id).key(key);
        if self.naming.borrow().contains(&resource.id) {
            return self.refuse(node.mark, &place, format!("the name of `{}` is made of itself", resource.id));
        }
        self.naming.borrow_mut().push(resource.id.clone());
        let name = self.name(resource, node, &place);
        self.naming.borrow_mut().pop();
        self.names.borrow_mut().insert(resource.id.clone(), name.clone());
        name
    }

    fn name(&self, resource: &Resource, node: &Node, place: &Place) -> Option<String> {
        let value = self.resolve(node, place);
        match value.data {
            Data::Text(name) => Some(name),
            Data::NoValue => Some(resource.id.clone()),
            Data::Broken => None,
            _ => self.refuse(node.mark, place, format!("{} is not a name", value.what())),
        }
    }

    /// Whether a resource of a type has this physical name.
    pub(crate) fn has(&self, kind: &'static str, name: &str) -> bool {
        let mut resources = self.catalogue.into_iter().flat_map(|catalogue| catalogue.of_kind(kind));
        resources.any(|resource| self.physical_name(resource).as_deref() == Some(name))
    }

    /// An attribute that every resource of its type has.
    pub(crate) fn own(&self, resource: &Resource, attribute: &str) -> Option<String> {
        self.filled(resource.kind.attribute(attribute)?, resource)
    }

    /// The resource that a property names by one of its attributes.
    pub(crate) fn named(&self, field: &Field<'_>, kind: &'static str, attribute: &str) -> Option<&'a Resource> {
        let text = field.text()?;
        let mut resources = self.catalogue?.of_kind(kind);
        resources
            .find(|resource| self.own(resource, attribute).as_ref() == Some(&text))
            .or_else(|| field.refuse(format!("`{text}` is not the {attribute} of an {kind} in this template")))
    }

    /// The function that a property names by its ARN, or by the ARN of its alias.
    pub(crate) fn function(&self, field: &Field<'_>) -> Option<&'a Resource> {
        let text = field.text()?;
        let is_named = |function: &&Resource| {
            let alias = function.properties.get("AutoPublishAlias").and_then(Node::text);
            self.own(function, "Arn")
                .is_some_and(|arn| text == arn || alias.is_some_and(|it| text == alias_arn(&arn, it)))
        };
        let function = self.catalogue?.of_kind(FUNCTION).find(is_named);
        function.or_else(|| field.refuse(format!("`{text}` is not the ARN of an {FUNCTION} in this template")))
    }

    /// An answer of [`Kind`](super::kinds::Kind) with the name put in.
    pub(crate) fn filled(&self, answer: &str, resource: &Resource) -> Option<String> {
        let name = self.physical_name(resource)?;
        let text = answer.replace("{region}", REGION).replace("{account}", ACCOUNT);
        Some(text.replace("{queue-url}", &queue_url(QUEUE_ENDPOINT, &name)).replace("{name}", &name))
    }
}

#[cfg(test)]
mod tests;
