//! A stream is switched on and off. UpdateTable: "You receive a ValidationException if you try to enable a stream on a table that
//! already has a stream, or if you try to disable a stream on a table that doesn't have a stream."

use serde_json::{Value, json};

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let on = json!({ "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" });
    let off = json!({ "StreamEnabled": false });
    let update = |name: &str, table: &str, stream: &Value| {
        Case::new(name, "UpdateTable", json!({ "TableName": table, "StreamSpecification": stream }))
    };
    vec![
        update("a stream is enabled", "Pairs", &on),
        update("a stream is disabled", "Things", &off),
        update("a stream that is enabled", "Things", &on).refused("ValidationException", None),
        update("a stream that is not there", "Pairs", &off).refused("ValidationException", None),
    ]
}
