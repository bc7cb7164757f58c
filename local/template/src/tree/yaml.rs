//! YAML's own layer: one document as scalars, lists and maps, each alias replaced by what it stands for.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use crate::error::{Mark, Place, Report};

/// How deep values may be nested, aliases written out: Python's own limit lies a little above.
const DEEPEST: usize = 100;

/// A value as YAML has it.
#[derive(Debug)]
pub(super) struct Yaml {
    pub(super) mark: Mark,
    /// The tag in full: `tag:yaml.org,2002:str` for `!!str`, `!Sub` for CloudFormation's.
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    /// How many levels of values are in it: 0 for a scalar.
    height: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar {
        text: String,
        /// Whether it stands without quotes and is no block, so that it may be a number.
        plain: bool,
    },
    List(Vec<Rc<Yaml>>),
    Map(Vec<(Rc<Yaml>, Rc<Yaml>)>),
}

impl Content {
    fn height(&self) -> usize {
        match self {
            Self::Scalar { .. } => 0,
            Self::List(items) => 1 + items.iter().map(|item| item.height).max().unwrap_or_default(),
            Self::Map(entries) => {
                let values = entries.iter().flat_map(|(key, value)| [key.height, value.height]);
                1 + values.max().unwrap_or_default()
            }
        }
    }
}

/// Reads the one document of `text`. A problem with it as YAML is noted, and is the only one.
pub(super) fn document(text: &str, report: &Report) -> Option<Rc<Yaml>> {
    // JSON may be indented by tabs, and has none in its strings.
    let json = text.contains('\t') && serde_json::from_str::<serde_json::Value>(text).is_ok();
    let spaces = json.then(|| text.replace('\t', " "));
    let mut composer =
        Composer { parser: Parser::new_from_str(spaces.as_deref().unwrap_or(text)), anchors: BTreeMap::new() };
    match composer.document() {
        Ok(document) => Some(document),
        Err(Stop { mark, why }) => {
            report.note(mark, &Place::new("YAML"), why);
            None
        }
    }
}

/// Why a text is no document.
struct Stop {
    mark: Mark,
    why: String,
}

impl Stop {
    fn at(mark: Mark, why: &str) -> Self {
        Self { mark, why: why.to_owned() }
    }

    fn too_deep(mark: Mark) -> Self {
        Self { mark, why: format!("is nested more than {DEEPEST} deep") }
    }
}

impl From<ScanError> for Stop {
    fn from(error: ScanError) -> Self {
        Self { mark: mark(*error.marker()), why: error.info() }
    }
}

struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// By the numbers that the parser gives them; nothing while the value is still being read.
    anchors: BTreeMap<usize, Option<Rc<Yaml>>>,
}

impl<'a> Composer<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Mark), Stop> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(event) => return event.map(|(event, span)| (event, mark(span.start))).map_err(Stop::from),
                None => return Ok((Event::StreamEnd, Mark::default())),
            }
        }
    }

    fn document(&mut self) -> Result<Rc<Yaml>, Stop> {
        let mut document = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => return document.ok_or_else(|| Stop::at(Mark::of_line(1), "the file is empty")),
                Event::DocumentStart(..) if document.is_some() => {
                    return Err(Stop::at(mark, "a template is one document; this is a second"));
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => document = Some(self.node(event, mark, 0)?),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, mark: Mark, depth: usize) -> Result<Rc<Yaml>, Stop> {
        if depth > DEEPEST {
            return Err(Stop::too_deep(mark));
        }
        let (anchor, tag, content) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, tag, Content::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.anchors.insert(anchor, None);
                (anchor, tag, self.list(depth)?)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.anchors.insert(anchor, None);
                (anchor, tag, self.map(depth)?)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned().flatten();
                let known =
                    known.ok_or_else(|| Stop::at(mark, "an alias stands for a map or list that it is part of"))?;
                return if depth + known.height > DEEPEST { Err(Stop::too_deep(mark)) } else { Ok(known) };
            }
            _ => return Err(Stop::at(mark, "is no value")),
        };
        let tag = tag.map(|tag: std::borrow::Cow<'_, Tag>| tag.parts().0.to_owned() + tag.parts().1);
        let height = content.height();
        let node = Rc::new(Yaml { mark, tag, content, height });
        self.anchors.insert(anchor, Some(Rc::clone(&node)));
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Content, Stop> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Content::List(items)),
                (event, mark) => items.push(self.node(event, mark, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Content, Stop> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Content::Map(entries)),
                (event, mark) => self.node(event, mark, depth + 1)?,
            };
            let (event, mut mark) = self.next()?;
            // A key without a value ends where the next one starts: the place to show is the key's.
            if matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty()) {
                mark = key.mark;
            }
            let value = self.node(event, mark, depth + 1)?;
            entries.push((key, value));
        }
    }
}

fn mark(marker: Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1 }
}

#[cfg(test)]
mod tests;
