//! Maps and lists of texts, as gateways write them: absent, null, or with null among the values.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Calls `each` with every name and value of a map, whose values are texts or lists of texts.
///
/// # Errors
/// [`serde_json::Error`] if it is something else.
pub(super) fn each_entry(map: Option<&RawValue>, each: &mut dyn FnMut(&str, String)) -> Result<(), serde_json::Error> {
    let Some(map) = map else { return Ok(()) };
    Entries(each).deserialize(&mut serde_json::Deserializer::from_str(map.get()))
}

/// Calls `each` with every text of a list.
///
/// # Errors
/// [`serde_json::Error`] if it is something else.
pub(super) fn each_element(list: Option<&RawValue>, each: &mut dyn FnMut(String)) -> Result<(), serde_json::Error> {
    let Some(list) = list else { return Ok(()) };
    Texts(each).deserialize(&mut serde_json::Deserializer::from_str(list.get()))
}

struct Entries<'a>(&'a mut dyn FnMut(&str, String));

struct Texts<'a>(&'a mut dyn FnMut(String));

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = entries.next_key()? {
            entries.next_value_seed(Texts(&mut |text| (self.0)(&name, text)))?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.0)(text.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Texts(self.0))?.is_some() {}
        Ok(())
    }
}
