//! The resources of a template by logical id: their types, and whether their conditions let them be created.

use std::collections::BTreeMap;

use super::globals::Globals;
use super::kinds::Kind;
use super::truths::Truths;
use crate::error::{Mark, Place, Report};
use crate::tree::{Entry, Node, Tree};

/// The section `Resources`, in the template's order.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    resources: Vec<Resource>,
    /// Resources that are not created, with the condition that is false. Their types are not checked.
    absent: BTreeMap<String, String>,
    /// Refused resources: a reference to one is no further problem.
    refused: Vec<String>,
}

/// One resource, not yet evaluated.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) mark: Mark,
    pub(crate) kind: &'static Kind,
    /// `Properties`, with the globals of its type in it.
    pub(crate) properties: Node,
    pub(crate) metadata: Option<Node>,
}

/// What is known of a logical id.
pub(crate) enum Standing<'a> {
    Present(&'a Resource),
    Absent(&'a str),
    Refused,
    Unknown,
}

impl Catalogue {
    pub(crate) fn read(section: &Node, globals: &Globals, truths: &Truths, report: &Report) -> Self {
        let mut catalogue = Self::default();
        let place = Place::new("Resources");
        let Some(entries) = section.map() else {
            if !matches!(section.tree, Tree::Broken) {
                report.note(section.mark, &place, "has to be a map of logical ids to resources");
            }
            return catalogue;
        };
        for entry in entries {
            if let Some(condition) = false_condition(entry, truths, report) {
                catalogue.absent.insert(entry.key.clone(), condition);
            } else if let Some(resource) = resource(entry, globals, report) {
                catalogue.resources.push(resource);
            } else {
                catalogue.refused.push(entry.key.clone());
            }
        }
        for entry in entries {
            catalogue.check_depends_on(entry, report);
        }
        catalogue
    }

    pub(crate) fn standing(&self, id: &str) -> Standing<'_> {
        if let Some(resource) = self.resources.iter().find(|resource| resource.id == id) {
            Standing::Present(resource)
        } else if let Some(condition) = self.absent.get(id) {
            Standing::Absent(condition)
        } else if self.refused.iter().any(|refused| refused == id) {
            Standing::Refused
        } else {
            Standing::Unknown
        }
    }

    /// Resources that are created, in the template's order.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter()
    }

    /// Resources of one type that are created.
    pub(crate) fn of_kind(&self, name: &'static str) -> impl Iterator<Item = &Resource> {
        self.present().filter(move |resource| resource.kind.name == name)
    }

    fn check_depends_on(&self, entry: &Entry<Node>, report: &Report) {
        let Some(node) = entry.value.get("DependsOn") else { return };
        let place = Place::new(&entry.key).key("DependsOn");
        for node in node.list().unwrap_or(std::slice::from_ref(node)) {
            match node.text() {
                Some(id) if matches!(self.standing(id), Standing::Unknown) => {
                    report.note(node.mark, &place, format!("no resource is called `{id}`"));
                }
                Some(_) => {}
                None => report.note(node.mark, &place, "has to be a logical id, or a list of them"),
            }
        }
    }
}

/// The name of the entry's condition, if it has one and that is false.
fn false_condition(entry: &Entry<Node>, truths: &Truths, report: &Report) -> Option<String> {
    let node = entry.value.get("Condition")?;
    let name = node.text().unwrap_or_default();
    let truth = truths.get(name, node.mark, &Place::new(&entry.key).key("Condition"), report)?;
    (!truth).then(|| name.to_owned())
}

fn resource(entry: &Entry<Node>, globals: &Globals, report: &Report) -> Option<Resource> {
    let (id, mark, place) = (&entry.key, entry.mark, Place::new(&entry.key));
    let refuse = |mark, message: String| {
        report.note(mark, &place, message);
        None
    };
    let is_id = id.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_id {
        report.note(mark, &place, format!("a logical id is letters and digits only, `{id}` is not"));
    }
    let Some(attributes) = entry.value.map() else {
        return match entry.value.tree {
            Tree::Broken => None,
            _ => refuse(mark, "a resource has to be a map".to_owned()),
        };
    };
    check_attributes(attributes, &place, report);
    let Some(kind_node) = entry.value.get("Type") else { return refuse(mark, "needs `Type`".to_owned()) };
    let name = kind_node.text().unwrap_or_default();
    let Some(kind) = Kind::of(name) else {
        let advice = "take it out, or give it a Condition that is false here";
        return refuse(kind_node.mark, format!("{name} of `{id}` can't be run on one machine: {advice}"));
    };
    if !is_id {
        return None;
    }
    let nothing = Node { mark, tree: Tree::Map(Vec::new()) };
    let own = entry.value.get("Properties").unwrap_or(&nothing);
    let properties = globals.merged(kind.name, own, entry.value.get("IgnoreGlobals"), &place, report);
    let metadata = entry.value.get("Metadata").cloned();
    Some(Resource { id: id.clone(), mark, kind, properties, metadata })
}

/// The keys of a resource beside its properties. CloudFormation: "Resource attribute reference".
fn check_attributes(attributes: &[Entry<Node>], place: &Place, report: &Report) {
    let is_sam = attributes.iter().any(|entry| {
        entry.key == "Type" && entry.value.text().is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
    });
    for Entry { key, mark, value } in attributes {
        let policies: &[&str] = match key.as_str() {
            "Type" | "Properties" | "Metadata" | "DependsOn" | "Condition" => continue,
            "IgnoreGlobals" if is_sam => continue,
            "DeletionPolicy" => &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"],
            "UpdateReplacePolicy" => &["Delete", "Retain", "Snapshot"],
            _ => {
                report.refuse_key(*mark, place, key);
                continue;
            }
        };
        if !policies.contains(&value.text().unwrap_or_default()) {
            let message = format!("{} is not {}", value.what(), policies.join(" or "));
            report.note(value.mark, &place.key(key), message);
        }
    }
}

/// Refuses two resources of a type that would have the same physical name.
pub(crate) fn check_names<'a>(names: impl Iterator<Item = (&'a Resource, String)>, report: &Report) {
    let mut known: BTreeMap<(&str, String), &Resource> = BTreeMap::new();
    for (resource, name) in names {
        if let Some(first) = known.get(&(resource.kind.name, name.clone())) {
            let message = format!("is called `{name}`, and so is `{}` (line {})", first.id, first.mark.line);
            report.note(resource.mark, &Place::new(&resource.id), message);
        } else {
            known.insert((resource.kind.name, name), resource);
        }
    }
}

#[cfg(test)]
mod tests;
