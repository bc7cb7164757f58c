//! An `Api` event: a method of a path. AWS SAM: "Api".

use std::time::Duration;

use crate::field::{Accepted, Field, or_default};
use crate::model::Route;
use crate::resources::api::{Guard, Routes};
use crate::stack::{API, Scope};

const PROPERTIES: Accepted =
    Accepted { emulated: &["Path", "Method", "RestApiId", "Auth", "TimeoutInMillis"], without_effect: &[] };

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];

pub(super) fn route(scope: &Scope<'_>, function: &str, properties: &Field<'_>, routes: &mut Routes<'_>) {
    properties.only(&PROPERTIES);
    match properties.get("RestApiId") {
        Some(api) => {
            scope.named(&api, API, "RestApiId");
        }
        None => {
            properties.note("needs `RestApiId: !Ref` an AWS::Serverless::Api: there is no implicit API here");
        }
    }
    let path = properties.need("Path").and_then(|field| path(&field).map(|path| (field, path)));
    let method = properties.need("Method").and_then(|field| method(&field));
    let guard = or_default(properties.get("Auth"), Guard::Default, |auth| guard(&auth, routes));
    let timeout = or_default(properties.get("TimeoutInMillis"), Duration::from_secs(29), |field| {
        field.whole(50..=29_000).map(Duration::from_millis)
    });
    if let (Some((field, path)), Some(method), Some(guard), Some(timeout)) = (path, method, guard, timeout) {
        let authorizer = routes.authorizer(&method, guard);
        routes.add(Route { method, path, function: function.to_owned(), authorizer, timeout }, &field);
    }
}

/// `Auth` of the event.
fn guard(auth: &Field<'_>, routes: &Routes<'_>) -> Option<Guard> {
    auth.only(&Accepted { emulated: &["Authorizer"], without_effect: &["OverrideApiAuth"] });
    let Some(field) = auth.get("Authorizer") else { return Some(Guard::Default) };
    match field.text()? {
        name if name == "NONE" => Some(Guard::None),
        name if routes.knows(&name) => Some(Guard::Named(name)),
        name => field.refuse(format!("`{name}` is none of the API's Auth.Authorizers")),
    }
}

fn method(field: &Field<'_>) -> Option<String> {
    let method = field.text()?.to_ascii_uppercase();
    if METHODS.contains(&method.as_str()) {
        return Some(method);
    }
    field.refuse(format!("`{method}` is none of {}", METHODS.join(", ")))
}

/// A path that API Gateway would take. API Gateway: "Methods for REST APIs", the error texts of CreateResource.
fn path(field: &Field<'_>) -> Option<String> {
    let path = field.text()?;
    let Some(rest) = path.strip_prefix('/') else { return field.refuse(format!("`{path}` has to start with `/`")) };
    let segments: Vec<&str> = if rest.is_empty() { Vec::new() } else { rest.split('/').collect() };
    for (at, segment) in segments.iter().enumerate() {
        let (name, others) = match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(variable) => match variable.strip_suffix('+') {
                Some(_) if at + 1 < segments.len() => {
                    return field.refuse(format!("`{segment}` takes all the rest, so it has to be the last part"));
                }
                greedy => (greedy.unwrap_or(variable), "._-"),
            },
            None => (*segment, "._-:"),
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c)) {
            return field.refuse(format!("`{path}`: a part is letters, digits and `._-:`, or {{name}} or {{name+}}"));
        }
    }
    Some(path)
}
