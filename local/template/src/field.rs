//! Reads a resolved value as the type that a property has, and notes what doesn't fit.
//!
//! Every method gives `None` once a problem was noted, so that a reader goes on to the next property and one reading
//! reports all problems.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::{Mark, Place, Report};
use crate::tree::Entry;
use crate::value::{Data, Value};

/// A value and its place in the template.
#[derive(Debug, Clone)]
pub(crate) struct Field<'a> {
    report: &'a Report,
    place: Place,
    mark: Mark,
    data: &'a Data,
}

/// The properties that a type may have: those that are emulated, and those without effect on one machine. Any other is
/// refused.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) emulated: &'static [&'static str],
    pub(crate) without_effect: &'static [&'static str],
}

impl<'a> Field<'a> {
    pub(crate) fn new(report: &'a Report, place: Place, value: &'a Value) -> Self {
        Self { report, place, mark: value.mark, data: &value.data }
    }

    /// Notes a problem here.
    pub(crate) fn note(&self, message: impl Into<String>) {
        self.report.note(self.mark, &self.place, message);
    }

    /// Notes what AWS takes here and is most likely not meant.
    pub(crate) fn warn(&self, message: impl Into<String>) {
        self.report.warn(self.mark, &self.place, message);
    }

    /// Notes a problem here, and gives no value.
    pub(crate) fn refuse<T>(&self, message: impl Into<String>) -> Option<T> {
        self.note(message);
        None
    }

    /// The value of `key`, if this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<Field<'a>> {
        let Data::Map(entries) = self.data else { return None };
        let entry = entries.iter().find(|entry| entry.key == key)?;
        Some(self.below(self.place.key(key), &entry.value))
    }

    /// The value of `key`; a missing one is noted.
    pub(crate) fn need(&self, key: &str) -> Option<Field<'a>> {
        if self.is_broken() {
            return None;
        }
        self.get(key).or_else(|| self.refuse(format!("needs `{key}`")))
    }

    /// The entries of a map, in the template's order.
    pub(crate) fn entries(&self) -> Option<Vec<(&'a str, Field<'a>)>> {
        match self.data {
            Data::Map(entries) => {
                Some(entries.iter().map(|e| (e.key.as_str(), self.below(self.place.key(&e.key), &e.value))).collect())
            }
            _ => self.expected("a map"),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Option<Vec<Field<'a>>> {
        match self.data {
            Data::List(items) => {
                Some(items.iter().enumerate().map(|(at, item)| self.below(self.place.item(at), item)).collect())
            }
            _ => self.expected("a list"),
        }
    }

    /// The items of a list, or the one value that may stand in place of a list of one.
    pub(crate) fn one_or_more(&self) -> Vec<Field<'a>> {
        match self.data {
            Data::List(_) => self.items().unwrap_or_default(),
            _ => vec![self.clone()],
        }
    }

    /// Whether this is a map, for a property that takes text as well.
    pub(crate) fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }

    /// The text.
    pub(crate) fn text(&self) -> Option<String> {
        match self.data {
            Data::Text(text) => Some(text.clone()),
            _ => self.expected("text"),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => self.expected("true or false"),
        }
    }

    /// A whole number in `range`.
    pub(crate) fn whole<T: TryFrom<i64>>(&self, range: RangeInclusive<i64>) -> Option<T> {
        let number = self.text()?.parse().ok().filter(|number| range.contains(number));
        match number.and_then(|number: i64| T::try_from(number).ok()) {
            Some(number) => Some(number),
            None => self.expected(&format!("a whole number from {} to {}", range.start(), range.end())),
        }
    }

    /// A whole number of seconds in `range`.
    pub(crate) fn seconds(&self, range: RangeInclusive<i64>) -> Option<Duration> {
        self.whole(range).map(Duration::from_secs)
    }

    /// One of a few words.
    pub(crate) fn one_of(&self, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text()?;
        match words.iter().find(|word| **word == text) {
            Some(word) => Some(word),
            None => self.expected(&words.join(" or ")),
        }
    }

    /// A name of at most `longest` characters out of `[A-Za-z0-9]` and `others`.
    pub(crate) fn name(&self, others: &str, longest: usize) -> Option<String> {
        let name = self.text()?;
        let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
        if fits && (1..=longest).contains(&name.len()) {
            return Some(name);
        }
        self.expected(&format!("a name of 1 to {longest} letters, digits and `{others}`"))
    }

    /// Refuses every key that is not accepted.
    pub(crate) fn only(&self, accepted: &Accepted) {
        // Notes what is no map.
        let _ = self.entries();
        let Data::Map(entries) = self.data else { return };
        for Entry { key, mark, .. } in entries {
            if !accepted.emulated.contains(&key.as_str()) && !accepted.without_effect.contains(&key.as_str()) {
                self.report.refuse_key(*mark, &self.place, key);
            }
        }
    }

    fn below(&self, place: Place, value: &'a Value) -> Field<'a> {
        Field::new(self.report, place, value)
    }

    fn is_broken(&self) -> bool {
        matches!(self.data, Data::Broken)
    }

    fn expected<T>(&self, what: &str) -> Option<T> {
        if self.is_broken() {
            return None;
        }
        let found = Value { mark: self.mark, data: self.data.clone() }.what();
        self.refuse(format!("{found} is not {what}"))
    }
}

/// Reads an optional property, which has a default.
pub(crate) fn or_default<T>(
    field: Option<Field<'_>>,
    default: T,
    read: impl FnOnce(Field<'_>) -> Option<T>,
) -> Option<T> {
    field.map_or(Some(default), read)
}

/// Reads an optional property, if it is there.
pub(crate) fn optional<T>(field: Option<Field<'_>>, read: impl FnOnce(Field<'_>) -> Option<T>) -> Option<Option<T>> {
    field.map_or(Some(None), |field| read(field).map(Some))
}
