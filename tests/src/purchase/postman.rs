//! The purchase as a collection of Postman's, in its format 2.1.

use std::collections::BTreeSet;

use regex::{Captures, Regex};
use serde_json::{Value, json};

use super::{Request, requests};

/// The text of `docs/storefront.postman_collection.json`.
pub fn postman_collection() -> String {
    let requests = requests();
    let carried: BTreeSet<Carried> = requests.iter().flat_map(|request| used(&text_of(request))).collect();
    let items: Vec<Value> = requests.iter().map(|request| item(request, &carried)).collect();
    let collection = json!({
        "info": {
            "name": "Storefront: a purchase",
            "description": "From the registration to the notification. Made from openapi.yaml by `cargo run --example describe`.",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "variable": [{"key": "host", "value": "http://localhost:3000"}],
        "item": items,
    });
    serde_json::to_string_pretty(&collection).unwrap() + "\n"
}

/// A value that is carried from one answer to later requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Carried {
    /// The step whose answer has it.
    step: String,
    /// Where in the answer: `data.user.email`.
    path: String,
}

impl Carried {
    /// The collection's variable.
    fn variable(&self) -> String {
        format!("{}_{}", self.step, self.path.rsplit('.').next().unwrap_or_default())
    }
}

fn reference() -> Regex {
    Regex::new(r"\{\{(\w+)\.response\.body\.\$\.([\w.\[\]]+)\}\}").unwrap()
}

fn carried(found: &Captures<'_>) -> Carried {
    Carried { step: found[1].to_owned(), path: found[2].to_owned() }
}

fn used(text: &str) -> Vec<Carried> {
    reference().captures_iter(text).map(|found| carried(&found)).collect()
}

fn filled(text: &str) -> String {
    reference().replace_all(text, |found: &Captures<'_>| format!("{{{{{}}}}}", carried(found).variable())).into_owned()
}

fn text_of(request: &Request) -> String {
    let headers: Vec<&str> = request.headers.iter().map(|(_, value)| *value).collect();
    format!("{} {} {}", request.url, headers.join(" "), request.body.as_deref().unwrap_or_default())
}

fn item(request: &Request, carried: &BTreeSet<Carried>) -> Value {
    let status = format!("pm.test(\"{0}\", () => pm.response.to.have.status({0}));", request.status);
    let kept = carried.iter().filter(|value| value.step == request.name).map(|value| {
        format!("pm.collectionVariables.set(\"{}\", pm.response.json().{});", value.variable(), value.path)
    });
    let script: Vec<String> = std::iter::once(status).chain(kept).collect();
    let headers = request.headers.iter().map(|(name, value)| json!({"key": name, "value": filled(value)}));
    let mut sent = json!({
        "method": request.method,
        "header": headers.collect::<Vec<_>>(),
        "url": format!("{{{{host}}}}{}", filled(&request.url)),
    });
    if let Some(body) = &request.body {
        sent["body"] = json!({"mode": "raw", "raw": filled(body), "options": {"raw": {"language": "json"}}});
    }
    json!({
        "name": request.title,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
        "request": sent,
    })
}
