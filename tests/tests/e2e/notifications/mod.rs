//! The notification service's rows of the table of routes, and how events become notifications.

mod events;
mod list;
mod read;

use serde_json::{Value, json};

/// An event as another service would send it.
fn event(id: &str, kind: &str, time: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/services/order-service", "type": kind, "subject": "x", "time": time,
        "datacontenttype": "application/json", "data": data, "requestid": "r1",
    })
}
