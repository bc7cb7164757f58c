//! The routes of the API.

use serde_json::{Value, json};

use crate::stack::Stack;

/// Each route with the function it calls, in the template's order; none without an API.
pub fn list(stack: &Stack) -> Value {
    let routes = stack.system.api.iter().flat_map(|api| &api.routes);
    let shown = routes.map(|route| {
        json!({
            "method": route.method,
            "path": route.path,
            "function": route.function,
            "authorizer": route.authorizer,
            "timeoutMs": u64::try_from(route.timeout.as_millis()).unwrap_or(u64::MAX),
        })
    });
    shown.collect()
}
