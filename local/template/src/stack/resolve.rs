//! Evaluates the functions in a value. CloudFormation: "Intrinsic function reference".

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::scope::Scope;
use super::sub::{Part, parts};
use crate::error::{Mark, Place};
use crate::quotas::MOST_BYTES;
use crate::tree::{Entry, Function, Node, Tree};
use crate::value::{Data, Value};

impl Scope<'_> {
    /// Evaluates `node`; broken where a problem was noted.
    pub(crate) fn resolve(&self, node: &Node, place: &Place) -> Value {
        let Some(_level) = self.depth.enter() else {
            self.report.note(node.mark, place, "is made of too many others, one inside the other");
            return Value::broken(node.mark);
        };
        let data = match &node.tree {
            Tree::Text(text) => return self.plain(Value::text(node.mark, text.as_str()), place),
            Tree::List(items) => {
                let items = items.iter().enumerate().map(|(at, item)| self.resolve(item, &place.item(at)));
                Data::List(items.filter(|item| !matches!(item.data, Data::NoValue)).collect())
            }
            Tree::Map(entries) => {
                let entries = entries.iter().map(|entry| Entry {
                    key: entry.key.clone(),
                    mark: entry.mark,
                    value: self.resolve(&entry.value, &place.key(&entry.key)),
                });
                Data::Map(entries.filter(|entry| !matches!(entry.value.data, Data::NoValue)).collect())
            }
            Tree::Call(function, argument) => return self.plain(self.call(*function, argument, place), place),
            Tree::Broken => Data::Broken,
        };
        Value { mark: node.mark, data }
    }

    /// Evaluates `node`, which has to be text.
    pub(crate) fn resolve_text(&self, node: &Node, place: &Place) -> Option<String> {
        let value = self.resolve(node, place);
        match value.data {
            Data::Text(text) => Some(text),
            Data::Broken => None,
            _ => self.refuse(node.mark, place, format!("{} is not text", value.what())),
        }
    }

    /// Refuses `{{resolve:…}}`, which CloudFormation replaces at deployment. CloudFormation: "Dynamic references".
    fn plain(&self, value: Value, place: &Place) -> Value {
        match &value.data {
            Data::Text(text) if text.contains("{{resolve:") && !self.inert => {
                let message = "a dynamic reference can't be resolved on one machine; !Ref the secret and read it";
                self.report.note(value.mark, place, message);
                Value::broken(value.mark)
            }
            _ => value,
        }
    }

    fn call(&self, function: Function, argument: &Node, place: &Place) -> Value {
        let mark = argument.mark;
        let value = match function {
            Function::Ref => match argument.text() {
                Some(name) => self.reference(name, mark, place),
                None => self.refuse(mark, place, "!Ref wants a name"),
            },
            Function::GetAtt => self.get_att(argument, place).map(|text| Value::text(mark, text)),
            Function::Sub => self.sub(argument, place).map(|text| Value::text(mark, text)),
            Function::If => self.choice(argument, place),
            Function::Join => self.join(argument, place).map(|text| Value::text(mark, text)),
            Function::Select => self.select(argument, place),
            Function::Split => self.split(argument, place),
            Function::FindInMap => self.find_in_map(argument, place),
            _ => self.refuse(mark, place, format!("{function} gives true or false: it belongs in Conditions")),
        };
        value.unwrap_or_else(|| Value::broken(mark))
    }

    fn sub(&self, argument: &Node, place: &Place) -> Option<String> {
        let (text, variables) = match &argument.tree {
            Tree::Text(text) => (text.as_str(), &[][..]),
            _ => {
                let [text, variables] = self.arguments(Function::Sub, argument, place)?;
                match (text.text(), variables.map()) {
                    (Some(text), Some(variables)) => (text, variables),
                    _ => return self.refuse(argument.mark, place, "!Sub wants text, or [text, map of variables]"),
                }
            }
        };
        let Some(parts) = parts(text) else {
            return self.refuse(
                argument.mark,
                place,
                "a `${` is not closed; write `${!…}` for the characters themselves",
            );
        };
        let mut values: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut substituted = Some(String::new());
        // All variables are evaluated before giving up, so that every unknown one is reported.
        for part in parts {
            let text = match part {
                Part::Literal(text) => Some(Cow::Borrowed(text)),
                Part::Escaped(name) => Some(Cow::Owned(format!("${{{name}}}"))),
                Part::Variable(name) => {
                    let value = values.entry(name).or_insert_with(|| {
                        match variables.iter().find(|variable| variable.key == name) {
                            Some(variable) => self.resolve_text(&variable.value, &place.key(name)),
                            None => self.sub_reference(name, argument.mark, place),
                        }
                    });
                    value.as_deref().map(Cow::Borrowed)
                }
            };
            substituted = substituted.zip(text).map(|(before, text)| before + &text);
            if substituted.as_ref().is_some_and(|text| text.len() > MOST_BYTES) {
                return self.too_long(argument.mark, place);
            }
        }
        substituted
    }

    fn too_long<T>(&self, mark: Mark, place: &Place) -> Option<T> {
        self.refuse(mark, place, "makes a text longer than a template may be")
    }

    fn sub_reference(&self, name: &str, mark: Mark, place: &Place) -> Option<String> {
        let value = self.reference(name, mark, place)?;
        match value.data {
            Data::Text(text) => Some(text),
            Data::Broken => None,
            _ => self.refuse(mark, place, format!("`${{{name}}}` is {}, not text", value.what())),
        }
    }

    fn choice(&self, argument: &Node, place: &Place) -> Option<Value> {
        let [condition, then, otherwise] = self.arguments(Function::If, argument, place)?;
        let (Some(truths), Some(name)) = (self.truths, condition.text()) else {
            return self.refuse(
                argument.mark,
                place,
                "!If wants the name of a condition, and a place outside Conditions",
            );
        };
        let truth = truths.get(name, condition.mark, place, self.report)?;
        Some(self.resolve(if truth { then } else { otherwise }, place))
    }

    fn join(&self, argument: &Node, place: &Place) -> Option<String> {
        let [delimiter, list] = self.arguments(Function::Join, argument, place)?;
        let (delimiter, texts) = (self.resolve_text(delimiter, place), self.texts(list, place));
        let (delimiter, texts) = (delimiter?, texts?);
        let length = texts.iter().map(String::len).sum::<usize>() + delimiter.len() * texts.len().saturating_sub(1);
        if length > MOST_BYTES { self.too_long(argument.mark, place) } else { Some(texts.join(&delimiter)) }
    }

    fn select(&self, argument: &Node, place: &Place) -> Option<Value> {
        let [index, list] = self.arguments(Function::Select, argument, place)?;
        let (index, items) = (self.resolve_text(index, place), self.items(list, place));
        let (index, items) = (index?, items?);
        match index.parse::<usize>().ok().and_then(|index| items.get(index)) {
            Some(item) => Some(item.clone()),
            None => self.refuse(argument.mark, place, format!("!Select {index} of a list of {}", items.len())),
        }
    }

    fn split(&self, argument: &Node, place: &Place) -> Option<Value> {
        let [delimiter, text] = self.arguments(Function::Split, argument, place)?;
        let (delimiter, text) = (self.resolve_text(delimiter, place), self.resolve_text(text, place));
        let (delimiter, text) = (delimiter?, text?);
        let mark = argument.mark;
        if delimiter.is_empty() {
            return self.refuse(mark, place, "!Split wants a delimiter that is not empty");
        }
        let items = text.split(&delimiter).map(|item| Value::text(mark, item)).collect();
        Some(Value { mark, data: Data::List(items) })
    }

    fn find_in_map(&self, argument: &Node, place: &Place) -> Option<Value> {
        let keys: [&Node; 3] = self.arguments(Function::FindInMap, argument, place)?;
        let mut at = self.mappings;
        let mut path = Vec::new();
        for key in keys.map(|key| self.resolve_text(key, place)) {
            let key = key?;
            at = at.and_then(|node| node.get(&key));
            path.push(key);
        }
        let is_literal = |node: &Node| match &node.tree {
            Tree::List(items) => items.iter().all(|item| item.text().is_some()),
            _ => node.text().is_some(),
        };
        match at {
            Some(node) if is_literal(node) => Some(self.resolve(node, place)),
            // CloudFormation: "You can't include parameters, pseudo parameters, or intrinsic functions in the Mappings
            // section."
            Some(_) => {
                let message = format!("Mappings.{} is neither text nor a list of texts", path.join("."));
                self.refuse(argument.mark, place, message)
            }
            None => self.refuse(argument.mark, place, format!("Mappings has no {}", path.join("."))),
        }
    }

    /// The items of a value that has to be a list.
    fn items(&self, node: &Node, place: &Place) -> Option<Vec<Value>> {
        let value = self.resolve(node, place);
        match value.data {
            Data::List(items) => Some(items),
            Data::Broken => None,
            _ => self.refuse(node.mark, place, format!("{} is not a list", value.what())),
        }
    }

    /// The items of a value that has to be a list of texts.
    pub(crate) fn texts(&self, node: &Node, place: &Place) -> Option<Vec<String>> {
        let texts = self.items(node, place)?.into_iter().map(|item| match item.data {
            Data::Text(text) => Some(text),
            Data::Broken => None,
            _ => self.refuse(item.mark, place, format!("{} is not text", item.what())),
        });
        texts.collect::<Vec<_>>().into_iter().collect()
    }

    /// The arguments of a function that takes `N`.
    pub(super) fn arguments<'n, const N: usize>(
        &self,
        function: Function,
        node: &'n Node,
        place: &Place,
    ) -> Option<[&'n Node; N]> {
        let items = node.list().map(|items| items.iter().collect::<Vec<_>>()).unwrap_or_default();
        match <[&Node; N]>::try_from(items) {
            Ok(arguments) => Some(arguments),
            Err(_) => self.refuse(node.mark, place, format!("{function} wants a list of {N}")),
        }
    }
}

#[cfg(test)]
mod tests;
