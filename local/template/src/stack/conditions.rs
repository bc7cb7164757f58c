//! The section `Conditions`. CloudFormation: "Condition functions".

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::scope::Scope;
use super::truths::Truths;
use crate::error::Place;
use crate::tree::{Function, Node, Tree};

/// Evaluates the section, where a condition may be made of others in any order.
pub(crate) fn conditions(section: Option<&Node>, scope: &Scope<'_>) -> Truths {
    let evaluation = Evaluation::new(section, scope);
    let entries = section.and_then(Node::map).unwrap_or_default();
    let truths = entries.iter().map(|entry| {
        let place = Place::new("Conditions").key(&entry.key);
        (entry.key.clone(), evaluation.condition(&entry.key, &entry.value, &place, &[]))
    });
    Truths::new(truths.collect())
}

/// Evaluates conditions that may name those of `section`.
pub(crate) struct Evaluation<'a> {
    section: BTreeMap<&'a str, &'a Node>,
    scope: &'a Scope<'a>,
    /// Conditions evaluated so far; `None` where a problem was noted.
    known: RefCell<BTreeMap<String, Option<bool>>>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(section: Option<&'a Node>, scope: &'a Scope<'a>) -> Self {
        let entries = section.and_then(Node::map).unwrap_or_default();
        let section = entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
        Self { section, scope, known: RefCell::default() }
    }

    /// Whether the condition `name` is true.
    fn condition(&self, name: &str, node: &Node, place: &Place, above: &[&str]) -> Option<bool> {
        if let Some(truth) = self.known.borrow().get(name) {
            return *truth;
        }
        let truth = self.truth(node, place, &[above, &[name]].concat());
        self.known.borrow_mut().insert(name.to_owned(), truth);
        truth
    }

    /// Whether `node` is true. `above` are the conditions it is part of, so that one made of itself is noticed.
    pub(crate) fn truth(&self, node: &Node, place: &Place, above: &[&str]) -> Option<bool> {
        let Some(_level) = self.scope.depth.enter() else {
            return self.refuse(node, place, "is made of too many others, one inside the other");
        };
        match &node.tree {
            Tree::Call(Function::Condition, name) => self.named(name, place, above),
            Tree::Map(_) => match node.get("Condition") {
                Some(name) => self.named(name, place, above),
                None => self.refuse(node, place, "a map is no condition"),
            },
            Tree::Call(Function::Equals, operands) => {
                let Some([left, right]) = operands.list() else { return self.refuse(node, place, "!Equals wants two") };
                let left = self.scope.resolve_text(left, place);
                let right = self.scope.resolve_text(right, place);
                Some(left? == right?)
            }
            Tree::Call(Function::Not, operands) => match operands.list() {
                Some([operand]) => Some(!self.truth(operand, place, above)?),
                _ => self.refuse(node, place, "!Not wants a list of one"),
            },
            Tree::Call(Function::And, operands) => {
                Some(self.all(operands, place, above)?.into_iter().all(|truth| truth))
            }
            Tree::Call(Function::Or, operands) => {
                Some(self.all(operands, place, above)?.into_iter().any(|truth| truth))
            }
            Tree::Call(Function::Contains, operands) => {
                let Some([list, text]) = operands.list() else {
                    return self.refuse(node, place, "!Contains wants two");
                };
                let text = self.scope.resolve_text(text, place);
                Some(self.scope.texts(list, place)?.contains(&text?))
            }
            Tree::Broken => None,
            _ => self.refuse(node, place, &format!("{} is neither true nor false", node.what())),
        }
    }

    fn named(&self, name: &Node, place: &Place, above: &[&str]) -> Option<bool> {
        let name_text = name.text().unwrap_or_default();
        let Some(node) = self.section.get(name_text) else {
            return self.refuse(name, place, &format!("no condition is called `{name_text}`"));
        };
        if above.contains(&name_text) {
            return self.refuse(name, place, &format!("the condition `{name_text}` is made of itself"));
        }
        self.condition(name_text, node, place, above)
    }

    /// The truths of 2 to 10 operands.
    fn all(&self, operands: &Node, place: &Place, above: &[&str]) -> Option<Vec<bool>> {
        let Some(list) = operands.list().filter(|list| (2..=10).contains(&list.len())) else {
            return self.refuse(operands, place, "!And and !Or want a list of 2 to 10 conditions");
        };
        let truths: Vec<_> = list.iter().map(|operand| self.truth(operand, place, above)).collect();
        truths.into_iter().collect()
    }

    fn refuse<T>(&self, node: &Node, place: &Place, message: &str) -> Option<T> {
        self.scope.report.note(node.mark, place, message);
        None
    }
}

#[cfg(test)]
mod tests;
