//! The section `Parameters` and the values given for it. CloudFormation: "CloudFormation template Parameters syntax".

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::error::{Mark, Place, Report};
use crate::pattern;
use crate::tree::{Entry, Node};
use crate::value::{Data, Value};

/// The parameters' values on one machine, where they differ from the defaults: `CargoLocal: {Parameters: {NAME: VALUE}}` in
/// the section `Metadata`, which CloudFormation and SAM leave to others.
pub(crate) fn on_one_machine(metadata: Option<&Node>, report: &Report) -> BTreeMap<String, String> {
    let place = Place::new("Metadata").key("CargoLocal");
    let Some(settings) = metadata.and_then(|metadata| metadata.get("CargoLocal")) else { return BTreeMap::new() };
    for Entry { key, mark, .. } in settings.map().unwrap_or_default().iter().filter(|entry| entry.key != "Parameters") {
        report.note(*mark, &place.key(key), "is not `Parameters`, the only key there is");
    }
    let Some(values) = settings.get("Parameters") else { return BTreeMap::new() };
    let place = place.key("Parameters");
    if values.map().is_none() {
        report.note(values.mark, &place, format!("{} is not a map", values.what()));
    }
    let value = |entry: &Entry<Node>| {
        let text = entry.value.text();
        if text.is_none() {
            report.note(entry.mark, &place.key(&entry.key), format!("{} is not text", entry.value.what()));
        }
        Some((entry.key.clone(), text?.to_owned()))
    };
    values.map().unwrap_or_default().iter().filter_map(value).collect()
}

/// The value of each parameter: the override, else the default. Those with a problem are broken.
pub(crate) fn parameters(
    section: Option<&Node>,
    overrides: &BTreeMap<String, String>,
    report: &Report,
) -> BTreeMap<String, Value> {
    let entries = section.and_then(Node::map).unwrap_or_default();
    for name in overrides.keys().filter(|name| !entries.iter().any(|entry| entry.key == **name)) {
        let known: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        report.note(
            Mark::default(),
            &Place::new(name),
            format!("the template has no parameter `{name}`; it has: {known}"),
        );
    }
    let values = entries.iter().map(|entry| {
        let parameter = Parameter { node: &entry.value, mark: entry.mark, place: Place::new(&entry.key), report };
        parameter.check_keys();
        let data = parameter.value(&entry.key, overrides.get(&entry.key)).unwrap_or(Data::Broken);
        (entry.key.clone(), Value { mark: entry.mark, data })
    });
    values.collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    String,
    Number,
    CommaDelimitedList,
}

struct Parameter<'a> {
    node: &'a Node,
    mark: Mark,
    place: Place,
    report: &'a Report,
}

impl Parameter<'_> {
    fn check_keys(&self) {
        const KEYS: [&str; 11] = [
            "Type",
            "Default",
            "Description",
            "NoEcho",
            "AllowedValues",
            "AllowedPattern",
            "ConstraintDescription",
            "MinLength",
            "MaxLength",
            "MinValue",
            "MaxValue",
        ];
        for Entry { key, mark, .. } in self.node.map().unwrap_or_default() {
            if !KEYS.contains(&key.as_str()) {
                self.report.note(*mark, &self.place.key(key), format!("a parameter has no `{key}`"));
            }
        }
    }

    fn value(&self, name: &str, given: Option<&String>) -> Option<Data> {
        let Some(kind) = self.literal("Type") else { return self.refuse("needs `Type`") };
        let kind = match kind.as_str() {
            "String" => Type::String,
            "Number" => Type::Number,
            "CommaDelimitedList" => Type::CommaDelimitedList,
            other => {
                return self.refuse(format!("a parameter of type {other} can't be had on one machine; use String"));
            }
        };
        let Some(text) = given.cloned().or_else(|| self.literal("Default")) else {
            return self.refuse(format!("has no Default: give it a value (--parameter-overrides {name}=…)"));
        };
        if kind != Type::CommaDelimitedList {
            self.check(kind, &text)?;
            return Some(Data::Text(text));
        }
        let items = text.split(',').map(str::trim);
        let items = items.map(|item| self.check(kind, item).map(|()| Value::text(self.mark, item)));
        items.collect::<Option<Vec<_>>>().map(Data::List)
    }

    /// Checks one value against the constraints.
    fn check(&self, kind: Type, text: &str) -> Option<()> {
        let length = text.chars().count();
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let broken = if kind == Type::Number && number.is_none() {
            Some("is not a number".to_owned())
        } else if let Some(allowed) = self.allowed().filter(|allowed| !allowed.iter().any(|one| one == text)) {
            Some(format!("is none of {}", allowed.join(", ")))
        } else if let Some(pattern) = self.literal("AllowedPattern").filter(|pattern| !self.matches(pattern, text)) {
            Some(format!("does not match {pattern}"))
        } else if let Some(least) = self.number::<usize>("MinLength").filter(|least| length < *least) {
            Some(format!("is shorter than {least}"))
        } else if let Some(most) = self.number::<usize>("MaxLength").filter(|most| length > *most) {
            Some(format!("is longer than {most}"))
        } else if let Some(least) = self.number::<f64>("MinValue").filter(|least| number < Some(*least)) {
            Some(format!("is below {least}"))
        } else {
            let most = self.number::<f64>("MaxValue").filter(|most| number > Some(*most));
            most.map(|most| format!("is above {most}"))
        };
        match broken {
            None => Some(()),
            Some(broken) => {
                let hidden = self.literal("NoEcho").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
                let shown = if hidden { "its value".to_owned() } else { format!("`{text}`") };
                let why = self.literal("ConstraintDescription").map(|why| format!(": {why}")).unwrap_or_default();
                self.refuse(format!("{shown} {broken}{why}"))
            }
        }
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        pattern::whole(pattern).map_or_else(
            |problem| {
                self.report.note(self.mark, &self.place.key("AllowedPattern"), problem);
                true
            },
            |pattern| pattern.is_match(text),
        )
    }

    fn allowed(&self) -> Option<Vec<String>> {
        let values = self.node.get("AllowedValues")?;
        let texts =
            values.list().and_then(|values| values.iter().map(|value| value.text().map(str::to_owned)).collect());
        if texts.is_none() {
            self.report.note(values.mark, &self.place.key("AllowedValues"), "has to be a list of values");
        }
        texts
    }

    fn number<T: FromStr>(&self, key: &str) -> Option<T> {
        let text = self.literal(key)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.report.note(self.mark, &self.place.key(key), format!("`{text}` is not a number"));
        }
        number
    }

    /// A key of the parameter, which can only be literal.
    fn literal(&self, key: &str) -> Option<String> {
        let node = self.node.get(key)?;
        if node.text().is_none() {
            self.report.note(node.mark, &self.place.key(key), format!("{} is not text", node.what()));
        }
        node.text().map(str::to_owned)
    }

    fn refuse<T>(&self, message: impl Into<String>) -> Option<T> {
        self.report.note(self.mark, &self.place, message);
        None
    }
}

#[cfg(test)]
mod tests;
