//! From YAML to a [`Node`]: scalars evaluated, maps merged, functions recognised in both of their forms.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::scalar::Scalar;
use super::yaml::{Content, Yaml, document};
use super::{Entry, Function, Node, Tree};
use crate::error::{Mark, Place, Report};

/// How many values a template may have once its aliases are written out. CloudFormation takes a megabyte of text.
const MOST: usize = 200_000;

/// YAML's own tags, which `!!` stands for.
const YAML_TAGS: &str = "tag:yaml.org,2002:";

/// The place of what is in no section.
const TEMPLATE: &str = "template";

/// Reads the one document of `text`. What is wrong is noted, and `Broken` in the tree.
pub(crate) fn load(text: &str, report: &Report) -> Option<Node> {
    let document = document(text, report)?;
    let mut loader = Loader { report, left: MOST };
    let node = loader.node(&document, &Place::new(TEMPLATE));
    if loader.left == 0 {
        report.note(document.mark, &Place::new("YAML"), format!("aliases make more than {MOST} values of it"));
        return None;
    }
    Some(node)
}

struct Loader<'a> {
    report: &'a Report,
    /// How many more values there may be.
    left: usize,
}

impl Loader<'_> {
    fn node(&mut self, yaml: &Yaml, place: &Place) -> Node {
        let mark = yaml.mark;
        if self.left == 0 {
            return Node { mark, tree: Tree::Broken };
        }
        self.left -= 1;
        let yaml_tag = yaml.tag.as_deref().and_then(|tag| tag.strip_prefix(YAML_TAGS));
        let function_tag = yaml.tag.as_deref().filter(|tag| yaml_tag.is_none() && *tag != "!");
        let tree = match &yaml.content {
            // What a function is given is text, whatever it looks like.
            Content::Scalar { text, .. } if function_tag.is_some() => Tree::Text(text.clone()),
            Content::Scalar { text, plain } => {
                let plain = *plain && yaml.tag.is_none();
                self.scalar(text, plain, yaml_tag, mark, place).map_or(Tree::Broken, Tree::Text)
            }
            Content::List(items) if matches!(yaml_tag, None | Some("seq")) => Tree::List(self.list(items, place)),
            Content::Map(entries) if matches!(yaml_tag, None | Some("map")) => self.map(entries, place),
            _ => self.unreadable(yaml_tag.unwrap_or_default(), mark, place),
        };
        let Some(name) = function_tag else { return Node { mark, tree } };
        let tree = match name.strip_prefix('!').and_then(Function::of_tag) {
            Some(function) => Tree::Call(function, Box::new(Node { mark, tree })),
            None => self.broken(mark, place, &format!("`{name}` can't be evaluated on one machine")),
        };
        Node { mark, tree }
    }

    /// The text of a scalar that is no function's.
    fn scalar(&self, text: &str, plain: bool, tag: Option<&str>, mark: Mark, place: &Place) -> Option<String> {
        let refuse = |message: String| {
            self.report.note(mark, place, message);
            None
        };
        let scalar = match tag {
            None if plain => Scalar::plain(text),
            None => Scalar::Text,
            Some(tag) => match Scalar::tagged(tag, text) {
                Ok(scalar) => scalar,
                Err(why) => return refuse(why),
            },
        };
        let warn = |message: String| self.report.warn(mark, place, format!("{message}: quote it if text is meant"));
        match scalar {
            Scalar::Text => Some(text.to_owned()),
            Scalar::Null => {
                refuse("has no value; CloudFormation refuses null (AWS::NoValue leaves a property out)".to_owned())
            }
            Scalar::Merge => refuse("`<<` is a mark of YAML 1.1: quote it".to_owned()),
            Scalar::Unusable(why) => refuse(format!("`{text}` is {why}")),
            Scalar::Truth(truth) => {
                if plain && !text.eq_ignore_ascii_case(&truth.to_string()) {
                    warn(format!("`{text}` is {truth} in YAML 1.1"));
                }
                Some(truth.to_string())
            }
            Scalar::Number(number) | Scalar::Extreme(number) if number != text => {
                warn(format!("`{text}` is {number} in YAML 1.1"));
                Some(number)
            }
            Scalar::Extreme(number) => {
                warn(format!("`{number}` may be written in another way on AWS"));
                Some(number)
            }
            Scalar::Number(number) => Some(number),
        }
    }

    fn list(&mut self, items: &[Rc<Yaml>], place: &Place) -> Vec<Node> {
        items.iter().enumerate().map(|(at, item)| self.node(item, &place.item(at))).collect()
    }

    fn map(&mut self, own: &[(Rc<Yaml>, Rc<Yaml>)], place: &Place) -> Tree {
        let mut entries = self.entries(own, place);
        let merged = self.merged(own, place);
        let known: HashSet<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        entries.extend(merged.into_iter().filter(|entry| !known.contains(&entry.key)));
        self.long_form(entries, place)
    }

    /// The entries that a map has itself.
    fn entries(&mut self, own: &[(Rc<Yaml>, Rc<Yaml>)], place: &Place) -> Vec<Entry<Node>> {
        let mut entries: Vec<Entry<Node>> = Vec::new();
        // The line of each key.
        let mut lines = HashMap::new();
        for (key, value) in own.iter().filter(|(key, _)| !is_merge(key)) {
            let mark = key.mark;
            let text = match &key.content {
                Content::Scalar { text, plain } => self.scalar(text, *plain && key.tag.is_none(), None, mark, place),
                _ => {
                    self.report.note(mark, place, "a key has to be text");
                    None
                }
            };
            // The value is read in any case, so that its problems are told too.
            let Some(key) = text else {
                self.node(value, place);
                continue;
            };
            let below = if Function::is_call(&key) { place.clone() } else { below(place, &key) };
            let value = self.node(value, &below);
            match lines.get(&key) {
                Some(line) => self.report.note(mark, &below, format!("`{key}` is already in line {line}")),
                None => {
                    lines.insert(key.clone(), mark.line);
                    entries.push(Entry { key, mark, value });
                }
            }
        }
        entries
    }

    /// The entries of the maps that `<<` names: the first of a list before the others, a later `<<` before an earlier one, as
    /// PyYAML has it. YAML: "Merge Key Language-Independent Type for YAML 1.1".
    fn merged(&mut self, own: &[(Rc<Yaml>, Rc<Yaml>)], place: &Place) -> Vec<Entry<Node>> {
        let mut merged: Vec<Entry<Node>> = Vec::new();
        let mut known = HashSet::new();
        for (_, value) in own.iter().rev().filter(|(key, _)| is_merge(key)) {
            let maps = match &value.content {
                Content::List(maps) => maps.as_slice(),
                _ => std::slice::from_ref(value),
            };
            for map in maps {
                let Content::Map(inner) = &map.content else {
                    self.report.note(map.mark, place, "`<<` wants a map, or a list of maps");
                    continue;
                };
                // Each map and value that is merged counts, whatever overrides it.
                if self.left == 0 {
                    return merged;
                }
                self.left -= 1;
                let found = self.entries(inner, place).into_iter().chain(self.merged(inner, place));
                merged.extend(found.filter(|entry| known.insert(entry.key.clone())));
            }
        }
        merged
    }

    /// `{ Fn::Sub: x }` is a call, not a map.
    fn long_form(&self, mut entries: Vec<Entry<Node>>, place: &Place) -> Tree {
        let Some(call) = entries.iter().position(|entry| Function::is_call(&entry.key)) else {
            return Tree::Map(entries);
        };
        let (others, entry) = (entries.len() > 1, entries.swap_remove(call));
        match Function::of_key(&entry.key) {
            _ if others => {
                self.broken(entry.mark, place, &format!("`{}` has to be the only key of its map", entry.key))
            }
            Some(function) => Tree::Call(function, Box::new(entry.value)),
            None => self.broken(entry.mark, place, &format!("`{}` can't be evaluated on one machine", entry.key)),
        }
    }

    fn unreadable(&self, tag: &str, mark: Mark, place: &Place) -> Tree {
        self.broken(mark, place, &format!("`!!{tag}` can't be read in a template"))
    }

    fn broken(&self, mark: Mark, place: &Place, message: &str) -> Tree {
        self.report.note(mark, place, message);
        Tree::Broken
    }
}

/// The place of the value of `key`, by the names that later readers have for it: a section's is its name, a resource's or a
/// parameter's its logical id, and a property's is below that.
fn below(place: &Place, key: &str) -> Place {
    match place.as_str() {
        TEMPLATE | "Resources" | "Parameters" => Place::new(key),
        path => match path.strip_suffix(".Properties") {
            Some(id) if !id.contains('.') => Place::new(id).key(key),
            _ => place.key(key),
        },
    }
}

/// Whether a key is `<<` without quotes, or tagged as one.
fn is_merge(key: &Yaml) -> bool {
    match (&key.content, key.tag.as_deref()) {
        (Content::Scalar { text, plain: true }, None) => Scalar::plain(text) == Scalar::Merge,
        (Content::Scalar { .. }, Some(tag)) => tag.strip_prefix(YAML_TAGS) == Some("merge"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
