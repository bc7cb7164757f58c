//! From YAML text to a [`Node`].

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::{Entry, Function, Node, Tree};
use crate::error::{Place, Report};

/// Reads the one document of `text`. What is wrong is noted, and `Broken` in the tree.
pub(crate) fn load(text: &str, report: &Report) -> Option<Node> {
    let mut loader = Loader { parser: Parser::new_from_str(text), report };
    loader
        .document()
        .inspect_err(|error| {
            report.note(error.marker().line(), &Place::new("YAML"), error.info());
        })
        .ok()
        .flatten()
}

struct Loader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    report: &'a Report,
}

impl<'a> Loader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Marker), ScanError> {
        match self.parser.next_event() {
            Some(event) => event.map(|(event, span)| (event, span.start)),
            None => Ok((Event::StreamEnd, Marker::default())),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut document = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => {
                    if document.is_none() {
                        self.report.note(1, &Place::new("YAML"), "the file is empty");
                    }
                    return Ok(document);
                }
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                _ if document.is_some() => {
                    self.report.note(mark.line(), &Place::new("YAML"), "a template is one document; this is a second");
                    return Ok(None);
                }
                event => document = Some(self.node(event, mark, &Place::new("template"))?),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, mark: Marker, place: &Place) -> Result<Node, ScanError> {
        let line = mark.line();
        let (tag, tree) = match event {
            Event::Scalar(text, style, _, tag) => (tag, self.scalar(&text, style, line, place)),
            Event::SequenceStart(_, tag) => (tag, self.list(place)?),
            Event::MappingStart(_, tag) => (tag, self.map(place)?),
            Event::Alias(_) => {
                (None, self.broken(line, place, "CloudFormation has no YAML aliases; write the value out"))
            }
            _ => (None, Tree::Broken),
        };
        Ok(self.tagged(tag, Node { line, tree }, place))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, line: usize, place: &Place) -> Tree {
        match (style, text) {
            (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => self.broken(
                line,
                place,
                "has no value; CloudFormation refuses null (AWS::NoValue leaves a property out)",
            ),
            _ => Tree::Text(text.to_owned()),
        }
    }

    fn list(&mut self, place: &Place) -> Result<Tree, ScanError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Tree::List(items)),
                (event, mark) => {
                    let item = self.node(event, mark, &place.item(items.len()))?;
                    items.push(item);
                }
            }
        }
    }

    fn map(&mut self, place: &Place) -> Result<Tree, ScanError> {
        let mut entries: Vec<Entry<Node>> = Vec::new();
        loop {
            let (key, line) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, ..), mark) => (key.into_owned(), mark.line()),
                (event, mark) => {
                    self.report.note(mark.line(), place, "a key has to be text");
                    self.node(event, mark, place)?;
                    (String::new(), mark.line())
                }
            };
            let below = if Function::is_call(&key) { place.clone() } else { place.key(&key) };
            let (event, mut mark) = self.next()?;
            // A key without a value ends where the next one starts: the line to show is the key's.
            if matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty()) {
                mark = Marker::new(0, line, 0);
            }
            let value = self.node(event, mark, &below)?;
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                self.report.note(line, &below, format!("`{key}` is already in line {}", first.line));
            } else {
                entries.push(Entry { key, line, value });
            }
        }
        Ok(self.long_form(entries, place))
    }

    /// `{ Fn::Sub: x }` is a call, not a map.
    fn long_form(&self, mut entries: Vec<Entry<Node>>, place: &Place) -> Tree {
        let Some(call) = entries.iter().position(|entry| Function::is_call(&entry.key)) else {
            return Tree::Map(entries);
        };
        let (others, entry) = (entries.len() > 1, entries.swap_remove(call));
        match Function::of_key(&entry.key) {
            _ if others => {
                self.broken(entry.line, place, &format!("`{}` has to be the only key of its map", entry.key))
            }
            Some(function) => Tree::Call(function, Box::new(entry.value)),
            None => self.broken(entry.line, place, &format!("`{}` can't be evaluated on one machine", entry.key)),
        }
    }

    fn tagged(&self, tag: Option<Cow<'a, Tag>>, node: Node, place: &Place) -> Node {
        let line = node.line;
        let tree = match tag {
            None => return node,
            Some(tag) if tag.is_yaml_core_schema() => return node,
            Some(tag) => match Function::of_tag(&tag.suffix).filter(|_| tag.handle == "!") {
                Some(function) => Tree::Call(function, Box::new(node)),
                None => self.broken(line, place, &format!("`{tag}` can't be evaluated on one machine")),
            },
        };
        Node { line, tree }
    }

    fn broken(&self, line: usize, place: &Place, message: &str) -> Tree {
        self.report.note(line, place, message);
        Tree::Broken
    }
}

#[cfg(test)]
mod tests;
