//! The events that functions are called with: JSON files with `{{places}}` for what is different in each shop or each call.
//!
//! An endpoint's method and path come from the template, the rest of API Gateway's event from `request.json`, and what
//! else it is asked from `requests.json`. A `GET` that is not named there is asked for its path alone. Every other
//! function has a file of its name.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use local_template::{Route, System};
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

    /// The event of a function, its places unfilled. `caller` finds a caller by name.
    pub fn of(&self, system: &System, binary: &str, caller: impl Fn(&str) -> Option<Caller>) -> Result<Value, Error> {
        let Some(route) = route(system, binary) else { return json(&self.file(binary)) };
        let what = || Error::Silent { who: binary.to_owned(), what: self.missing(system, binary).unwrap_or_default() };
        let asked = self.asked(route, binary).ok_or_else(what)?;
        let caller = asked["as"].as_str().and_then(caller);
        Ok(request(self.request.clone(), &route.method, &route.path, &asked, caller))
    }

    /// What to write, and where, for a function that can't be measured for want of an event; none if it has one.
    pub fn missing(&self, system: &System, binary: &str) -> Option<String> {
        match route(system, binary) {
            Some(route) if self.asked(route, binary).is_some() => None,
            Some(route) => Some(format!(
                "has no request: add \"{binary}\": {{\"as\": …, \"parameters\": …, \"body\": …}} for {} {} to \
                 bench/events/requests.json",
                route.method, route.path
            )),
            None if self.file(binary).exists() => None,
            None => Some(format!("has no event: write one into bench/events/{binary}.json")),
        }
    }

    fn asked(&self, route: &Route, binary: &str) -> Option<Value> {
        self.requests.get(binary).cloned().or_else(|| derived(route))
    }

    fn file(&self, binary: &str) -> PathBuf {
        self.folder.join(format!("{binary}.json"))
    }
}

/// The route that a function answers.
fn route<'a>(system: &'a System, binary: &str) -> Option<&'a Route> {
    let mut routes = system.api.iter().flat_map(|api| &api.routes);
    routes.find(|route| system.functions.get(&route.function).is_some_and(|function| function.binary == binary))
}

/// What a `GET` is asked that `requests.json` does not name: its path alone, of something that is in the shop, by a
/// customer if the route has an authorizer.
fn derived(route: &Route) -> Option<Value> {
    if route.method != "GET" {
        return None;
    }
    let mut asked = json!({});
    if route.path.contains('{') {
        let filled = [("/products/{id}", "{{product}}"), ("/orders/{id}", "{{order}}")];
        let (_, place) = filled.into_iter().find(|(part, _)| route.path.contains(part))?;
        asked["parameters"] = json!({"id": place});
    }
    if route.authorizer.is_some() {
        asked["as"] = json!("customer");
    }
    Some(asked)
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

    /// A function without an event is one that is not measured yet. An event without a function is a mistake.
    #[test]
    fn every_event_is_a_functions() {
        let system = System::read(&root().join("template.yaml"), &Default::default()).unwrap();
        let events = Events::read(root()).unwrap();
        let binaries: Vec<&str> = system.functions.values().map(|function| function.binary.as_str()).collect();
        for binary in events.requests.as_object().unwrap().keys() {
            assert!(route(&system, binary).is_some(), "bench/events/requests.json: no route is answered by {binary}");
        }
        for file in std::fs::read_dir(&events.folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let known = ["request", "requests"].contains(&name.as_str()) || binaries.contains(&name.as_str());
            assert!(known, "{}: no function is called {name}", file.display());
            json(&file).unwrap();
        }
        for binary in binaries.iter().filter(|binary| events.missing(&system, binary).is_none()) {
            let caller = |_: &str| Some(Caller { token: "t".to_owned(), context: Map::new() });
            events.of(&system, binary, caller).unwrap();
        }
    }

    #[test]
    fn a_get_is_asked_for_its_path_and_what_has_no_request_says_what_to_write() {
        let mut system = System::read(&root().join("template.yaml"), &Default::default()).unwrap();
        let mut events = Events::read(root()).unwrap();
        events.requests = json!({});
        let product = events.of(&system, "get-product", |_| None).unwrap();
        assert_eq!(product["pathParameters"], json!({"id": "{{product}}"}));
        let caller = Caller { token: "t".to_owned(), context: Map::new() };
        let order = events.of(&system, "get-order", |name| (name == "customer").then(|| caller.clone())).unwrap();
        assert_eq!(order["headers"]["Authorization"], "Bearer t");
        let what = events.missing(&system, "create-order").unwrap();
        assert!(what.contains("add \"create-order\": {") && what.ends_with("bench/events/requests.json"), "{what}");
        system.functions.get_mut("NotifyFunction").unwrap().binary = "tell".to_owned();
        let what = events.missing(&system, "tell").unwrap();
        assert_eq!(what, "has no event: write one into bench/events/tell.json");
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
