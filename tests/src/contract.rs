//! Checks every response that a test gets against `docs/openapi.yaml`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::{Arc, Mutex, OnceLock};

use http::Method;
use jsonschema::{Registry, Resource, Validator};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::setup::workspace;

/// Set to switch the check off: to try something out, or where a gateway adds headers of its own.
const UNCHECKED: &str = "E2E_NO_CONTRACT";

/// Where schemas find the document.
const BASE: &str = "urn:openapi";

/// What an error is if the client asked for it (RFC 9457).
const PROBLEM_DETAILS: &str = "application/problem+json";

/// Header fields of HTTP's and AWS's own, which are no part of the contract.
const OTHERS: [&str; 4] = ["content-type", "content-length", "date", "x-amz"];

/// The document, and the schemas compiled so far.
#[derive(Debug)]
pub struct Contract {
    document: Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The workspace's document.
    ///
    /// # Panics
    /// The document can't be read.
    pub fn read() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| {
            let text = fs::read_to_string(workspace().join("docs/openapi.yaml")).unwrap();
            Self::parse(&text)
        })
    }

    fn parse(text: &str) -> Self {
        let document: Value = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("openapi.yaml: {error}"));
        let resource = Resource::from_contents(document.clone());
        let registry = Registry::new().add(BASE, resource).unwrap().prepare().unwrap();
        Self { document, registry, validators: Mutex::default() }
    }

    /// The document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// What a reference (`#/components/…`) stands for, or the value itself if it is none.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|place| place.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")),
            None => value,
        }
    }

    /// The errors that a response may be, which its examples are: the name of each, and the whole body.
    pub fn errors<'a>(&'a self, response: &'a Value) -> BTreeMap<&'a str, &'a Value> {
        let examples = self.resolve(response)["content"]["application/json"]["examples"].as_object();
        examples.into_iter().flatten().map(|(name, example)| (name.as_str(), &self.resolve(example)["value"])).collect()
    }

    /// Checks a response against the operation's description, and the request's body too if the request succeeded.
    ///
    /// # Errors
    /// The difference, in words.
    pub fn check(&self, method: &Method, path: &str, sent: &[u8], answer: &Answer) -> Result<(), String> {
        // Where the API has no route `/`, it leads to the console of the local stack.
        let leads_to_console = path == "/" && answer.header("location") == "/_local/";
        if std::env::var_os(UNCHECKED).is_some() || !is_the_apis(path) || leads_to_console {
            return Ok(());
        }
        let operation = self.operation(method, path);
        if method == Method::OPTIONS && answer.status == 200 {
            return Ok(());
        }
        let place = match &operation {
            Some(place) => format!("{place}/responses/{}", answer.status.as_u16()),
            // No operation can say what is answered where there is none.
            None => match answer.status.as_u16() {
                400 => "/components/responses/GatewayUnreadable".to_owned(),
                404 => "/components/responses/NoRoute".to_owned(),
                413 => "/components/responses/GatewayTooLarge".to_owned(),
                429 => "/components/responses/Throttled".to_owned(),
                status => return Err(format!("a {status}, although there is no such operation")),
            },
        };
        let response = self.document.pointer(&place).ok_or_else(|| format!("nothing is said of {place}"))?;
        let place = response["$ref"].as_str().map_or(place.as_str(), |place| place.trim_start_matches('#'));
        let response = self.resolve(response);
        self.check_headers(response, answer)?;
        self.check_storing(operation.as_deref(), answer)?;
        if method == Method::HEAD {
            return Ok(());
        }
        // A 204: API Gateway gives it a content type all the same.
        if response.get("content").is_none() {
            let empty = answer.text.is_empty();
            return if empty { Ok(()) } else { Err(format!("{place} is said to have no body")) };
        }
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        let is_an_error = answer.status.is_client_error() || answer.status.is_server_error();
        if is_an_error && media_type == PROBLEM_DETAILS {
            self.validate("/x-problem-details", &answer.body)?;
        } else if response["content"].get(media_type).is_none() {
            return Err(format!("{place} is said to be no {media_type:?}"));
        } else {
            self.validate(&format!("{place}/content/{}/schema", escaped(media_type)), &answer.body)?;
        }
        agrees_with_itself(answer)?;
        self.leads_on(operation.as_deref(), answer)?;
        if is_an_error {
            errors::is_one_of(&self.errors(response), answer).map_err(|error| format!("{place}: {error}"))?;
        }
        let body = operation.map(|place| format!("{place}/requestBody/content/application~1json/schema"));
        match body.filter(|place| answer.status.is_success() && self.document.pointer(place).is_some()) {
            Some(place) => self.validate(&place, &trimmed(sent)),
            None => Ok(()),
        }
    }

    /// JSON pointer to the operation that a request calls.
    fn operation(&self, method: &Method, path: &str) -> Option<String> {
        let path = path.split('?').next()?.trim_matches('/');
        let found: Vec<&str> = path.split('/').collect();
        let paths = self.document["paths"].as_object()?.keys();
        let is_it = |template: &&String| {
            let segments: Vec<&str> = template.trim_matches('/').split('/').collect();
            let same =
                |(wanted, found): (&&str, &&str)| wanted == found || (wanted.starts_with('{') && !found.is_empty());
            segments.len() == found.len() && segments.iter().zip(&found).all(same)
        };
        // A literal segment beats a parameter.
        let template = paths.filter(is_it).min_by_key(|template| template.matches('{').count())?;
        let place = format!("/paths/{}/{}", escaped(template), method.as_str().to_ascii_lowercase());
        self.document.pointer(&place).map(|_| place)
    }

    /// Checks the header fields that the response names, those of all answers, and those of functions' answers.
    fn check_headers(&self, response: &Value, answer: &Answer) -> Result<(), String> {
        let headers = &answer.headers;
        let mut said = Map::new();
        let of_functions = if is_a_functions(answer) { &self.document["x-headers"]["functions"] } else { &Value::Null };
        for named in [&self.document["x-headers"]["all"], of_functions, &response["headers"]] {
            said.extend(named.as_object().cloned().into_iter().flatten());
        }
        for (name, header) in &said {
            let place = header["$ref"].as_str().unwrap_or_default().trim_start_matches('#').to_owned();
            let header = self.resolve(header);
            let Some(value) = headers.get(name) else {
                if header["required"] == true {
                    return Err(format!("there is no {name}"));
                }
                continue;
            };
            let text = value.to_str().map_err(|_| format!("{name} is no text"))?;
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => text.parse::<u64>().map_or_else(|_| text.into(), Value::from),
                _ => text.into(),
            };
            if !place.is_empty() {
                self.validate(&format!("{place}/schema"), &value).map_err(|error| format!("{name}: {error}"))?;
            }
        }
        let known = |name: &str| {
            OTHERS.iter().any(|other| name.starts_with(other))
                || said.keys().any(|said| said.eq_ignore_ascii_case(name))
        };
        match headers.keys().find(|name| !known(name.as_str())) {
            Some(name) => Err(format!("nothing is said of the header {name}")),
            None => Ok(()),
        }
    }

    /// Shared caches may store only what a public operation answers, and nobody an error.
    fn check_storing(&self, operation: Option<&str>, answer: &Answer) -> Result<(), String> {
        let is_public = operation.is_some_and(|place| self.document.pointer(&format!("{place}/x-public")).is_some());
        let is_error = answer.status.is_client_error() || answer.status.is_server_error();
        match answer.header("cache-control") {
            "no-store" => Ok(()),
            stored if is_error => Err(format!("an error's Cache-Control is {stored:?}")),
            stored if stored.starts_with("private, ") || is_public => Ok(()),
            stored => Err(format!("Cache-Control of what is somebody's is {stored:?}")),
        }
    }

    /// In a list that takes cursors, a page has one for the page that follows, if and only if one follows.
    fn leads_on(&self, operation: Option<&str>, answer: &Answer) -> Result<(), String> {
        let pagination = &answer.body["meta"]["pagination"];
        let parameters = operation.and_then(|place| self.document.pointer(&format!("{place}/parameters")));
        let mut parameters = parameters.and_then(Value::as_array).into_iter().flatten();
        let takes_cursors = parameters.any(|parameter| self.resolve(parameter)["name"] == "cursor");
        let follows = pagination["hasNext"] == true;
        if pagination.is_object() && takes_cursors && pagination.get("nextCursor").is_some() != follows {
            return Err(format!("hasNext and nextCursor contradict each other: {pagination}"));
        }
        Ok(())
    }

    /// Validates a value against the schema at a JSON pointer of the document.
    ///
    /// # Errors
    /// The first difference.
    pub fn validate(&self, place: &str, value: &Value) -> Result<(), String> {
        let validator = Arc::clone(self.validators.lock().unwrap().entry(place.to_owned()).or_insert_with(|| {
            let fragment = place.replace('{', "%7B").replace('}', "%7D");
            let schema = serde_json::json!({"$ref": format!("{BASE}#{fragment}")});
            let options =
                jsonschema::draft202012::options().with_registry(&self.registry).should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{place}: {error}")))
        }));
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        if errors.is_empty() { Ok(()) } else { Err(format!("not as {place} says: {}", errors.join("; "))) }
    }
}

/// A body without the white space around its texts, which a schema's `format: email` can't allow.
fn trimmed(sent: &[u8]) -> Value {
    let mut body: Value = serde_json::from_slice(sent).unwrap_or_default();
    for value in body.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Value::String(text) = value {
            *text = text.trim().to_owned();
        }
    }
    body
}

/// What a schema can't express: values that the body and the headers both have are equal.
fn agrees_with_itself(answer: &Answer) -> Result<(), String> {
    let Answer { status, body, .. } = answer;
    if answer.header("content-type") == "application/jwk-set+json" {
        // A standard's document, which has no place for a request's id.
        return Ok(());
    }
    let id = body["meta"].get("requestId").or(body.get("requestId"));
    if id.and_then(Value::as_str) != Some(answer.header("x-request-id")) {
        return Err("X-Request-ID is another than in the body".to_owned());
    }
    if body["error"].get("message").is_some_and(|message| *message != body["message"]) {
        return Err("the error has two messages".to_owned());
    }
    if body["meta"]["pagination"].get("totalCapped").is_some_and(|capped| *capped != true) {
        return Err("totalCapped is there and not true".to_owned());
    }
    if body.get("status").is_some_and(|told| *told != status.as_u16()) {
        return Err("the body tells of another status".to_owned());
    }
    Ok(())
}

/// Whether a function gave an answer, not the gateway by itself.
fn is_a_functions(answer: &Answer) -> bool {
    answer.status.is_success() || answer.headers.contains_key("x-service")
}

/// Whether a path is the API's, not the local stack's own (`/docs`, `/_local`).
fn is_the_apis(path: &str) -> bool {
    !["/_local/", "/2015-03-31/", "/docs"].iter().any(|prefix| path.starts_with(prefix))
}

/// A key as a part of a JSON pointer (RFC 6901, section 3).
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

mod errors;
#[cfg(test)]
mod tests;
