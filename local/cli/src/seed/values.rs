//! The variables of a seed file, by REST Client's names:
//!
//! - `{{host}}`: the stack's URL
//! - `{{name}}`: a variable of the file (`@name = value`)
//! - `{{$guid}}`: a random UUID, another one each time
//! - `{{NAME.request.body.$.KEY}}`, `{{NAME.response.body.$.KEY}}`: part of the body of the step called NAME, or of its
//!   answer. The part is a JSONPath (RFC 9535) of names and indices: `$.data.items[0].id`.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::error::Problem;

/// The values that are known so far.
#[derive(Debug)]
pub struct Values {
    variables: HashMap<String, String>,
    exchanges: HashMap<String, Exchange>,
}

/// The bodies of a request and of its answer. What is no JSON has no parts.
#[derive(Debug)]
pub struct Exchange {
    request: Value,
    response: Value,
}

impl Exchange {
    /// Reads both bodies.
    pub fn new(request: &str, response: &str) -> Self {
        let parsed = |text| serde_json::from_str(text).unwrap_or_default();
        Self { request: parsed(request), response: parsed(response) }
    }
}

impl Values {
    /// The values of a file's variables, and `host`, which the file may set for other programs.
    pub fn new(host: &str, variables: &[(String, String)]) -> Self {
        let mut variables: HashMap<_, _> = variables.iter().cloned().collect();
        variables.insert("host".to_owned(), host.to_owned());
        Self { variables, exchanges: HashMap::new() }
    }

    /// Makes a step's bodies known by its name.
    pub fn answered(&mut self, name: &str, exchange: Exchange) {
        self.exchanges.insert(name.to_owned(), exchange);
    }

    /// A text with every variable replaced by its value.
    ///
    /// # Errors
    /// [`Problem::UnknownValue`]
    pub fn fill(&self, text: &str) -> Result<String, Problem> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else { break };
            filled.push_str(before);
            filled.push_str(&self.value(name.trim()).ok_or_else(|| Problem::UnknownValue(name.trim().to_owned()))?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Option<String> {
        if name == "$guid" {
            return Some(Uuid::new_v4().to_string());
        }
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let (step, part) = name.split_once('.')?;
        let exchange = self.exchanges.get(step)?;
        let (body, path) = match part.split_once(".body.$")? {
            ("request", path) => (&exchange.request, path),
            ("response", path) => (&exchange.response, path),
            _ => return None,
        };
        // `.items[0].id` as a JSON Pointer (RFC 6901): `/items/0/id`
        let pointer = path.replace('[', "/").replace(']', "").replace('.', "/");
        match body.pointer(&pointer)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let variables = [("colour", "red"), ("host", "http://elsewhere")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let mut values = Values::new("http://127.0.0.1:1", &variables);
        values.answered("made", Exchange::new(r#"{"name":"a"}"#, r#"{"data":{"items":[{"id":7}]}}"#));
        values
    }

    #[test]
    fn a_variable_is_the_files_or_part_of_a_body() {
        for (text, expected) in [
            ("{{host}}/a", "http://127.0.0.1:1/a"),
            ("{{ colour }} and {{colour}}", "red and red"),
            ("{{made.request.body.$.name}}", "a"),
            ("{{made.response.body.$.data.items[0].id}}", "7"),
            ("{{made.response.body.$}}", r#"{"data":{"items":[{"id":7}]}}"#),
            ("no {{ variable", "no {{ variable"),
        ] {
            assert_eq!(values().fill(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_random_value_is_another_each_time() {
        let filled = values().fill("{{$guid}} {{$guid}}").unwrap();
        let (one, other) = filled.split_once(' ').unwrap();
        assert!(one.len() == 36 && one != other, "{filled}");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for name in ["size", "made.request.body.$.size", "made.answer.body.$", "other.request.body.$"] {
            let refused = values().fill(&format!("a {{{{{name}}}}}")).unwrap_err();
            assert_eq!(refused.to_string(), format!("{{{{{name}}}}} has no value"));
        }
    }
}
