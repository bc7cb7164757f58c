//! A purchase, request by request, made of the description: as an `.http` file, which editors send, and as
//! a collection of Postman's.

mod http_file;
mod postman;

pub use http_file::http_file;
pub use postman::postman_collection;

use serde_json::Value;

use crate::contract::Contract;

/// A request of the purchase. Texts may have values of earlier answers in them, as REST Client writes them.
struct Step {
    /// What later steps call it.
    name: &'static str,
    /// The `operationId`.
    operation: &'static str,
    /// What stands in place of `{id}` in the path.
    id: &'static str,
    /// The query.
    query: &'static str,
    /// Members of the example's body with another value: a JSON pointer, and the text.
    values: &'static [(&'static str, &'static str)],
}

const STEPS: [Step; 6] = [
    Step {
        name: "registered",
        operation: "register",
        id: "",
        query: "",
        values: &[("/email", "ada-{{$guid}}@example.com")],
    },
    Step {
        name: "login",
        operation: "login",
        id: "",
        query: "",
        values: &[("/email", "{{registered.response.body.$.data.user.email}}")],
    },
    Step { name: "products", operation: "listProducts", id: "", query: "?limit=20", values: &[] },
    Step {
        name: "placed",
        operation: "createOrder",
        id: "",
        query: "",
        values: &[("/items/0/productId", "{{products.response.body.$.data[0].id}}")],
    },
    Step {
        name: "order",
        operation: "getOrder",
        id: "{{placed.response.body.$.data.orderId}}",
        query: "",
        values: &[],
    },
    Step { name: "notifications", operation: "listNotifications", id: "", query: "?unread=true", values: &[] },
];

/// The header that shows who asks.
const BEARER: &str = "Bearer {{login.response.body.$.data.token}}";

/// A request, with what the description says of it.
struct Request {
    name: &'static str,
    title: String,
    method: String,
    /// From the host on.
    url: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<String>,
    /// The status of success.
    status: String,
}

/// The requests in their order.
fn requests() -> Vec<Request> {
    STEPS.iter().map(request).collect()
}

fn request(step: &Step) -> Request {
    let contract = Contract::read();
    let paths = contract.document()["paths"].as_object().unwrap().iter();
    let mut operations = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    });
    let (path, method, operation) =
        operations.find(|(.., operation)| operation["operationId"] == step.operation).expect(step.operation);
    let body = operation.get("requestBody").map(|body| {
        let mut example = body["content"]["application/json"]["example"].clone();
        for (pointer, text) in step.values {
            *example.pointer_mut(pointer).expect(pointer) = Value::from(*text);
        }
        serde_json::to_string_pretty(&example).unwrap()
    });
    let mut headers = Vec::new();
    if body.is_some() {
        headers.push(("Content-Type", "application/json"));
    }
    if operation.get("security").is_none() {
        headers.push(("Authorization", BEARER));
    }
    let mut parameters = operation["parameters"].as_array().unwrap().iter();
    if body.is_some() && parameters.any(|parameter| contract.resolve(parameter)["name"] == "Idempotency-Key") {
        headers.push(("Idempotency-Key", "{{$guid}}"));
    }
    let mut statuses = operation["responses"].as_object().unwrap().keys();
    Request {
        name: step.name,
        title: operation["summary"].as_str().unwrap().to_owned(),
        method: method.to_uppercase(),
        url: format!("{}{}", path.replace("{id}", step.id), step.query),
        headers,
        body,
        status: statuses.find(|status| status.starts_with('2')).unwrap().clone(),
    }
}
