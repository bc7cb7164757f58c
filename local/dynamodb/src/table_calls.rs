//! The calls that answer with a table's description.

use dynoxide::DynoxideError;
use dynoxide::actions::create_table::{self, CreateTableRequest, CreateTableResponse};
use dynoxide::actions::{describe_table, update_table};
use rusqlite::OptionalExtension;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::arn::{STREAM_LABEL, localized, stream_arn};
use crate::decode::decode;
use crate::dispatch::Output;
use crate::refusal::Refusal;
use crate::store::{Store, made};
use crate::stream::View;
use crate::tokens;

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

/// CreateTable: the table's changes record the tokens of transactions.
pub(crate) fn create_table(store: &Store, request: CreateTableRequest) -> Result<CreateTableResponse, DynoxideError> {
    let created = made(create_table::execute(&store.storage, request))?;
    tokens::watch(store.connection(), &created.table_description.table_name)?;
    Ok(created)
}

/// UpdateTable, as a client calls it.
pub(crate) fn update_table(store: &Store, body: &str) -> Result<Output, DynoxideError> {
    refuse_stream_as_it_is(store, &decode(body)?)?;
    change_table(store, body)
}

/// UpdateTable, which may also give a stream that is on another view.
pub(crate) fn change_table(store: &Store, body: &str) -> Result<Output, DynoxideError> {
    described(store, body, |request| made(update_table::execute(&store.storage, request, &store.vectors)))
}

/// DescribeContinuousBackups: "Continuous backups are ENABLED on all tables at table creation." Points in time to go back to
/// are AWS's: none are kept here.
pub(crate) fn continuous_backups(store: &Store, body: &str) -> Result<Output, Refusal> {
    let request: Value = decode(body)?;
    made(describe_table::execute(&store.storage, decode(body)?, &store.vectors)).map_err(|error| match error {
        DynoxideError::ResourceNotFoundException(_) => {
            Refusal::TableNotFound(request["TableName"].as_str().unwrap_or_default().to_owned())
        }
        other => other.into(),
    })?;
    let description = json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }});
    Ok(Output { body: description.to_string(), units: 0.0 })
}

/// UpdateTable: "You receive a ValidationException if you try to enable a stream on a table that already has a stream, or if you
/// try to disable a stream on a table that doesn't have a stream." A table that is not there yet is left to the call.
fn refuse_stream_as_it_is(store: &Store, request: &Value) -> Result<(), DynoxideError> {
    let Some(enable) = request["StreamSpecification"]["StreamEnabled"].as_bool() else { return Ok(()) };
    let mut query = store.connection().prepare_cached("SELECT stream_enabled FROM _tables WHERE table_name = ?1")?;
    let enabled: Option<bool> = query.query_row([request["TableName"].as_str()], |row| row.get(0)).optional()?;
    match (enabled, enable) {
        (Some(true), true) => Err("Table already has an enabled stream"),
        (Some(false), false) => Err("Table has no stream to disable"),
        _ => Ok(()),
    }
    .map_err(|message| DynoxideError::ValidationException(message.to_owned()))
}

/// `view` is what the call gave the stream, if it enabled one.
fn correct_stream(store: &Store, table: &mut Value, view: Option<View>) -> Result<(), DynoxideError> {
    let Some(name) = table["TableName"].as_str().map(str::to_owned) else { return Ok(()) };
    let Some(stream) = table.get_mut("StreamSpecification").filter(|stream| stream.is_object()) else { return Ok(()) };
    if let Some(view) = view {
        view.keep(store.connection(), &name)?;
    }
    stream["StreamViewType"] = View::of(store.connection(), &name)?.name().into();
    table["LatestStreamLabel"] = STREAM_LABEL.into();
    table["LatestStreamArn"] = stream_arn(&name).into();
    Ok(())
}
