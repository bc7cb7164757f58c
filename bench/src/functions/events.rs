//! The events that functions are called with: JSON files with `{{places}}` for what is different in each shop or each call.
//!
//! `requests.json` says what endpoints are asked, in short; where each is comes from the template, the rest of API
//! Gateway's event from `request.json`. Every other function has a file of its name.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use local_template::System;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// What stands for something in an event.
pub type Filling<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who asks: what the authorizer said of them.
#[derive(Debug, Clone)]
pub struct Caller {
    pub token: String,
    pub context: Map<String, Value>,
}

/// The files.
#[derive(Debug)]
pub struct Events {
    folder: PathBuf,
    request: Value,
    requests: Value,
}

impl Events {
    /// Of `bench/events`.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let folder = root.join("bench/events");
        let (request, requests) = (json(&folder.join("request.json"))?, json(&folder.join("requests.json"))?);
        Ok(Self { folder, request, requests })
    }

    /// The event of a function, its places unfilled. Who asks is one of `callers`.
    pub fn of(&self, system: &System, binary: &str, caller: impl Fn(&str) -> Option<Caller>) -> Result<Value, Error> {
        let routes = system.api.iter().flat_map(|api| &api.routes);
        let mut routes =
            routes.filter(|route| system.functions.get(&route.function).is_some_and(|it| it.binary == binary));
        let Some(route) = routes.next() else { return json(&self.folder.join(format!("{binary}.json"))) };
        let missing = || Error::Silent { who: binary.to_owned(), what: "has no request in requests.json".to_owned() };
        let asked = self.requests.get(binary).ok_or_else(missing)?;
        let caller = asked["as"].as_str().and_then(caller);
        Ok(request(self.request.clone(), &route.method, &route.path, asked, caller))
    }
}

/// "Input format of a Lambda function for proxy integration".
fn request(mut event: Value, method: &str, resource: &str, asked: &Value, caller: Option<Caller>) -> Value {
    let mut path = resource.to_owned();
    for (name, value) in asked["parameters"].as_object().into_iter().flatten() {
        path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default());
    }
    event["resource"] = json!(resource);
    event["path"] = json!(path);
    event["httpMethod"] = json!(method);
    event["pathParameters"] = asked["parameters"].clone();
    event["requestContext"]["httpMethod"] = json!(method);
    event["requestContext"]["path"] = json!(format!("/dev{path}"));
    event["requestContext"]["resourcePath"] = json!(resource);
    if let Some(Value::Object(headers)) = event.get_mut("headers") {
        headers.extend(asked["headers"].as_object().cloned().unwrap_or_default());
        if let Some(caller) = &caller {
            headers.insert("Authorization".to_owned(), json!(format!("Bearer {}", caller.token)));
        }
        let lists = headers.iter().map(|(name, value)| (name.clone(), json!([value]))).collect::<Map<_, _>>();
        event["multiValueHeaders"] = Value::Object(lists);
    }
    if let Some(caller) = caller {
        event["requestContext"]["authorizer"] = Value::Object(caller.context);
    }
    if let Some(body) = asked.get("body") {
        event["body"] = body.clone();
    }
    event
}

/// The event as it is sent: places filled, and what is a `body` as the text that it travels as.
pub fn filled(mut event: Value, filling: Filling) -> Bytes {
    fill(&mut event, filling);
    Bytes::from(event.to_string())
}

fn fill(value: &mut Value, filling: Filling) {
    match value {
        Value::String(text) => fill_text(text, filling),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, filling)),
        Value::Object(fields) => {
            for (name, value) in fields {
                fill(value, filling);
                if name == "body" && value.is_object() {
                    *value = Value::String(value.to_string());
                }
            }
        }
        _ => {}
    }
}

/// A place that nothing is known for stays, and makes the function refuse its event.
fn fill_text(text: &mut String, filling: Filling) {
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        let Some(end) = text[start..].find("}}").map(|at| start + at) else { return };
        match filling(&text[start + 2..end]) {
            Some(value) => {
                text.replace_range(start..end + 2, &value);
                from = start + value.len();
            }
            None => from = end + 2,
        }
    }
}

fn json(path: &Path) -> Result<Value, Error> {
    let text = std::fs::read(path).map_err(Error::file(path))?;
    serde_json::from_slice(&text).map_err(|cause| Error::Json { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    #[test]
    fn every_function_of_the_template_has_an_event() {
        let system = System::read(&root().join("template.yaml"), &Default::default()).unwrap();
        let events = Events::read(root()).unwrap();
        for function in system.functions.values() {
            let caller = |_: &str| Some(Caller { token: "t".to_owned(), context: Map::new() });
            events.of(&system, &function.binary, caller).unwrap();
        }
    }

    #[test]
    fn a_request_is_what_a_gateway_makes_of_it() {
        let asked = json!({"parameters": {"id": "{{product}}"}, "headers": {"A": "b"}, "body": {"n": "{{n}}"}});
        let caller = Caller { token: "t".to_owned(), context: Map::from_iter([("id".to_owned(), json!("u"))]) };
        let base = json!({"headers": {"Host": "h"}, "requestContext": {}});
        let event = request(base, "PATCH", "/api/products/{id}", &asked, Some(caller));
        let places = |name: &str| Some(format!("<{name}>"));
        let event: Value = serde_json::from_slice(&filled(event, &places)).unwrap();
        assert_eq!(event["path"], "/api/products/<product>");
        assert_eq!(event["requestContext"]["path"], "/dev/api/products/<product>");
        assert_eq!(event["pathParameters"], json!({"id": "<product>"}));
        assert_eq!(event["headers"], json!({"Host": "h", "A": "b", "Authorization": "Bearer t"}));
        assert_eq!(event["multiValueHeaders"]["A"], json!(["b"]));
        assert_eq!(event["requestContext"]["authorizer"], json!({"id": "u"}));
        assert_eq!(event["body"], r#"{"n":"<n>"}"#);
    }

    #[test]
    fn a_place_that_nothing_is_known_for_stays() {
        let mut text = "{{a}}-{{b}}-{{a}}".to_owned();
        fill_text(&mut text, &|name| (name == "a").then(|| "{{b}}".to_owned()));
        assert_eq!(text, "{{b}}-{{b}}-{{b}}");
    }
}
