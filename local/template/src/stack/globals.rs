//! `Globals`, merged into resources as SAM does it. AWS SAM: "Globals section of the AWS SAM template".

mod supported;

use crate::error::{Place, Report};
use crate::tree::{Entry, Node, Tree};
use supported::SECTIONS;

/// What the names of SAM's resource types begin with.
const SAM: &str = "AWS::Serverless::";

/// The section `Globals`: the properties of each resource type.
#[derive(Debug, Default)]
pub(crate) struct Globals(Vec<(&'static str, Vec<Entry<Node>>)>);

impl Globals {
    pub(crate) fn read(section: Option<&Node>, report: &Report) -> Self {
        let sections = section.and_then(Node::map).unwrap_or_default();
        Self(sections.iter().filter_map(|entry| read(entry, report)).collect())
    }

    /// The properties of a resource of this type, with its globals but those that it ignores.
    pub(crate) fn merged(
        &self,
        kind: &str,
        own: &Node,
        ignored: Option<&Node>,
        place: &Place,
        report: &Report,
    ) -> Node {
        let section = kind.strip_prefix(SAM);
        let Some((_, globals)) = self.0.iter().find(|(name, _)| Some(*name) == section) else { return own.clone() };
        let mut globals = globals.clone();
        if let Some(ignored) = ignored {
            ignore(&mut globals, ignored, place, report);
        }
        match &own.tree {
            Tree::Map(own_entries) => {
                // SAM joins all other lists.
                let replaced = |entry: &Entry<Node>| entry.key == "Architectures" && own.get("Architectures").is_some();
                globals.retain(|entry| !replaced(entry));
                Node { mark: own.mark, tree: Tree::Map(merge_maps(&globals, own_entries)) }
            }
            _ => own.clone(),
        }
    }
}

fn read(Entry { key, mark, value }: &Entry<Node>, report: &Report) -> Option<(&'static str, Vec<Entry<Node>>)> {
    let place = Place::new("Globals").key(key);
    let Some((section, supported)) = SECTIONS.iter().find(|(section, _)| section == key) else {
        let known = SECTIONS.map(|(section, _)| section).join(", ");
        report.note(*mark, &place, format!("SAM has no globals of `{key}`: it has {known}"));
        return None;
    };
    let Some(entries) = value.map() else {
        if !matches!(value.tree, Tree::Broken) {
            report.note(value.mark, &place, format!("{} is not a map", value.what()));
        }
        return None;
    };
    let (supported, refused): (Vec<_>, Vec<_>) =
        entries.iter().cloned().partition(|entry| supported.contains(&entry.key.as_str()));
    for Entry { key, mark, .. } in refused {
        let message = format!("SAM has no `{key}` among the globals of {section}: write it where it is meant");
        report.note(mark, &place.key(&key), message);
    }
    Some((section, supported))
}

/// Takes out what a resource ignores. AWS SAM: "Globals section of the AWS SAM template", "IgnoreGlobals".
fn ignore(globals: &mut Vec<Entry<Node>>, ignored: &Node, place: &Place, report: &Report) {
    let place = place.key("IgnoreGlobals");
    match (ignored.text(), ignored.list()) {
        (Some("*"), _) => globals.clear(),
        (_, Some(names)) => {
            for (at, name) in names.iter().enumerate() {
                let before = globals.len();
                globals.retain(|entry| name.text() != Some(&entry.key));
                if globals.len() == before {
                    let message = format!("{} is none of the globals of its type", name.what());
                    report.note(name.mark, &place.item(at), message);
                }
            }
        }
        _ => report.note(ignored.mark, &place, format!("{} is neither `*` nor a list of globals", ignored.what())),
    }
}

/// Maps merge, lists concatenate (the global's items first), and anything else is the resource's own; a function counts
/// as a plain value.
fn merge(global: &Node, own: &Node) -> Node {
    let tree = match (&global.tree, &own.tree) {
        (Tree::Map(global), Tree::Map(own)) => Tree::Map(merge_maps(global, own)),
        (Tree::List(global), Tree::List(own)) => Tree::List(global.iter().chain(own).cloned().collect()),
        _ => own.tree.clone(),
    };
    Node { mark: own.mark, tree }
}

fn merge_maps(global: &[Entry<Node>], own: &[Entry<Node>]) -> Vec<Entry<Node>> {
    let mut merged = own.to_vec();
    for entry in global {
        match merged.iter_mut().find(|own| own.key == entry.key) {
            Some(own) => own.value = merge(&entry.value, &own.value),
            None => merged.push(entry.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
