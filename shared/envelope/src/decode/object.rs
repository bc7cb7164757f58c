//! Strict JSON: an object with a duplicate key is refused, as parsers differ in which value they take (RFC 8259,
//! section 4).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::number::number;

/// The deepest nesting that is read, as in `serde_json`: values are read by recursion.
const MAX_DEPTH: usize = 128;

/// Parses a JSON object. `None` for anything else.
pub(crate) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    entries(std::str::from_utf8(bytes).ok()?, MAX_DEPTH)
}

/// Reads a value from its text, which shows the digits of numbers.
fn value(text: &str, depth: usize) -> Option<Value> {
    match text.as_bytes().first()? {
        b'{' => entries(text, depth.checked_sub(1)?).map(Value::Object),
        b'[' => {
            let depth = depth.checked_sub(1)?;
            let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            elements.into_iter().map(|element| value(element.get(), depth)).collect()
        }
        b'-' | b'0'..=b'9' => number(text).map(Value::Number),
        _ => serde_json::from_str(text).ok(),
    }
}

fn entries(text: &str, depth: usize) -> Option<Map<String, Value>> {
    let Entries(entries) = serde_json::from_str(text).ok()?;
    let mut object = Map::with_capacity(entries.len());
    for (key, raw) in entries {
        if object.insert(key, value(raw.get(), depth)?).is_some() {
            return None;
        }
    }
    Some(object)
}

/// The entries of an object as they are written.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor).map(Self)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::object;

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        let text = r#"{"b":[1,-2,3.5,null,true,"é\n",{"c":{}}],"a":18446744073709551615,"z":""}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(object(text.as_bytes()).map(Value::Object), Some(expected));
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#] {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
        assert_eq!(object(br#"{"a":{"a":1}}"#).map(Value::Object), Some(json!({"a": {"a": 1}})));
    }

    #[test]
    fn a_number_keeps_its_value_and_its_notation_however_deep_it_is() {
        let text = r#"{"a":7.0,"b":[9007199254740993.0,{"c":0.0,"d":7.00000000000000001}]}"#;
        let read = r#"{"a":7.0,"b":[9007199254740993,{"c":0.0,"d":7.000000000000001}]}"#;
        assert_eq!(object(text.as_bytes()).map(|object| Value::Object(object).to_string()).as_deref(), Some(read));
    }

    #[test]
    fn anything_else_is_no_object() {
        let deep = "[".repeat(200_000);
        let closed = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for text in
            ["", " ", "null", "1", "\"a\"", "[]", "{", "{}x", "{'a':1}", "{\"a\":1e999}", "{\"a\":NaN}", &deep, &closed]
        {
            assert_eq!(object(text.as_bytes()), None, "{text:.20}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), None);
        assert_eq!(object(b"{\"a\":\"\\ud800\"}"), None);
    }
}
