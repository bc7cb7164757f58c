//! The calls that answer with a table's description.

use dynoxide::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::arn::{STREAM_LABEL, localized, stream_arn};
use crate::decode::decode;
use crate::dispatch::Output;
use crate::store::Store;
use crate::stream::View;

/// Makes the call, with the region, the stream and the stream's view as they are here in what it describes.
pub(crate) fn described<I: DeserializeOwned, O: Serialize>(
    store: &Store,
    body: &str,
    call: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<Output, DynoxideError> {
    let mut request: Value = decode(body)?;
    let view = View::take(&mut request);
    let output = call(decode(&request.to_string())?)?;
    let unreadable = |error: serde_json::Error| DynoxideError::InternalServerError(error.to_string());
    let mut output = serde_json::to_value(&output).map_err(unreadable)?;
    for description in ["Table", "TableDescription"] {
        if let Some(table) = output.get_mut(description) {
            correct_stream(store, table, view)?;
        }
    }
    Ok(Output { body: localized(&output.to_string()), units: 0.0 })
}

/// `view` is what the call gave the stream, if it enabled one.
fn correct_stream(store: &Store, table: &mut Value, view: Option<View>) -> Result<(), DynoxideError> {
    let Some(name) = table["TableName"].as_str().map(str::to_owned) else { return Ok(()) };
    let Some(stream) = table.get_mut("StreamSpecification").filter(|stream| stream.is_object()) else { return Ok(()) };
    if let Some(view) = view {
        view.keep(&store.connection, &name)?;
    }
    stream["StreamViewType"] = View::of(&store.connection, &name)?.name().into();
    table["LatestStreamLabel"] = STREAM_LABEL.into();
    table["LatestStreamArn"] = stream_arn(&name).into();
    Ok(())
}
