//! The template as a tree that keeps its lines and knows CloudFormation's functions.
//!
//! It is read as SAM reads it before CloudFormation gets to see it: YAML 1.1 with anchors, aliases and merge keys. Every scalar
//! becomes the text that CloudFormation makes of it.

mod function;
mod load;
mod scalar;
mod yaml;

pub(crate) use function::Function;
pub(crate) use load::load;

use crate::error::Mark;

/// One value as written: functions not yet evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) tree: Tree,
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry<Node>>),
    /// `!Sub …` or `Fn::Sub: …`: both forms become this.
    Call(Function, Box<Node>),
    /// A problem was noted here; readers note no further one.
    Broken,
}

/// A key and its value, in the template's order.
#[derive(Debug, Clone)]
pub(crate) struct Entry<T> {
    pub(crate) key: String,
    pub(crate) mark: Mark,
    pub(crate) value: T,
}

impl Node {
    /// The text, if it is literal.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub(crate) fn list(&self) -> Option<&[Node]> {
        match &self.tree {
            Tree::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    pub(crate) fn map(&self) -> Option<&[Entry<Node>]> {
        match &self.tree {
            Tree::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of `key`, if it is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, for a message.
    pub(crate) fn what(&self) -> String {
        match &self.tree {
            Tree::Text(text) => format!("`{text}`"),
            Tree::List(_) => "a list".to_owned(),
            Tree::Map(_) => "a map".to_owned(),
            Tree::Call(function, _) => format!("`{function}`"),
            Tree::Broken => "unreadable".to_owned(),
        }
    }
}
