//! `Globals`, merged into resources as SAM does it. AWS SAM: "Globals section of the AWS SAM template".

use super::kinds::{API, FUNCTION};
use crate::error::{Place, Report};
use crate::tree::{Entry, Node, Tree};

/// The section `Globals`.
#[derive(Debug, Default)]
pub(crate) struct Globals {
    function: Option<Node>,
    api: Option<Node>,
}

impl Globals {
    pub(crate) fn read(section: Option<&Node>, report: &Report) -> Self {
        let mut globals = Self::default();
        for Entry { key, line, value } in section.and_then(Node::map).unwrap_or_default() {
            let place = Place::new("Globals").key(key);
            match key.as_str() {
                "Function" => globals.function = Some(value.clone()),
                "Api" => globals.api = Some(value.clone()),
                _ => report.note(*line, &place, format!("`{key}` isn't emulated on one machine (or is misspelt)")),
            }
            if value.map().is_none() {
                report.note(value.line, &place, format!("{} is not a map", value.what()));
            }
        }
        globals
    }

    /// The properties of a resource of this type, with its globals.
    pub(crate) fn merged(&self, kind: &str, own: &Node) -> Node {
        let global = match kind {
            FUNCTION => self.function.as_ref(),
            API => self.api.as_ref(),
            _ => None,
        };
        global.map_or_else(|| own.clone(), |global| merge(global, own))
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
    Node { line: own.line, tree }
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
