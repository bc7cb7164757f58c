//! The DynamoDB Streams API, as an SDK calls it. A stream has one shard, which is never closed.

use std::time::SystemTime;

use dynoxide::DynoxideError;
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use serde_json::{Value, json};

use super::iterator::ShardIterator;
use super::record::{Origin, Row};
use super::{Sequence, View, shard_id};
use crate::arn::{STREAM_LABEL, stream_arn, table_of_stream};
use crate::decode::decode;
use crate::refusal::Refusal;

/// Records and bytes that GetRecords answers at most.
const MOST_RECORDS: i64 = 1000;
const MOST_BYTES: usize = 1024 * 1024;

/// The response body, or `None` if this is no operation of the streams API.
pub(crate) fn answer(connection: &Connection, operation: &str, body: &str) -> Option<Result<String, Refusal>> {
    let answer = match operation {
        "ListStreams" => decode(body).map_err(Refusal::from).and_then(|request| list(connection, &request)),
        "DescribeStream" => decode(body).map_err(Refusal::from).and_then(|request| describe(connection, &request)),
        "GetShardIterator" => decode(body).map_err(Refusal::from).and_then(|request| iterator(connection, &request)),
        "GetRecords" => decode(body).map_err(Refusal::from).and_then(|request| records(connection, &request)),
        _ => return None,
    };
    Some(answer.map(|answer| answer.to_string()))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListStreams {
    table_name: Option<String>,
    exclusive_start_stream_arn: Option<String>,
    limit: Option<i64>,
}

fn list(connection: &Connection, request: &ListStreams) -> Result<Value, Refusal> {
    const QUERY: &str = "SELECT table_name FROM _tables WHERE stream_enabled = 1
        AND table_name = COALESCE(?1, table_name) AND table_name > COALESCE(?2, '') ORDER BY table_name LIMIT ?3";
    let limit = limit(request.limit, 100)?;
    let start = match &request.exclusive_start_stream_arn {
        Some(arn) => Some(table_of_stream(arn).ok_or_else(|| Refusal::invalid("Invalid StreamArn"))?),
        None => None,
    };
    let mut statement = connection.prepare_cached(QUERY)?;
    let rows = statement.query_map((&request.table_name, start, limit + 1), |row| row.get(0))?;
    let mut tables = rows.collect::<rusqlite::Result<Vec<String>>>()?;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = tables.len() > asked;
    tables.truncate(asked);
    let stream =
        |table: &String| json!({ "StreamArn": stream_arn(table), "TableName": table, "StreamLabel": STREAM_LABEL });
    let mut answer = json!({ "Streams": tables.iter().map(stream).collect::<Vec<_>>() });
    if let Some(last) = tables.last().filter(|_| more) {
        answer["LastEvaluatedStreamArn"] = stream_arn(last).into();
    }
    Ok(answer)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeStream {
    stream_arn: String,
    exclusive_start_shard_id: Option<String>,
    limit: Option<i64>,
}

fn describe(connection: &Connection, request: &DescribeStream) -> Result<Value, Refusal> {
    limit(request.limit, 100)?;
    let stream = Stream::find(connection, &request.stream_arn)?;
    let id = shard_id(&stream.table);
    // A shard that is open has no last sequence number: a reader takes one for the end.
    let shard = json!({ "ShardId": id, "SequenceNumberRange": { "StartingSequenceNumber": stream.start.to_string() } });
    let shards = if request.exclusive_start_shard_id.as_ref() == Some(&id) { Vec::new() } else { vec![shard] };
    Ok(json!({ "StreamDescription": {
        "StreamArn": request.stream_arn,
        "StreamLabel": STREAM_LABEL,
        "StreamStatus": "ENABLED",
        "StreamViewType": View::of(connection, &stream.table)?.name(),
        "CreationRequestDateTime": stream.created,
        "TableName": stream.table,
        "KeySchema": stream.key_schema,
        "Shards": shards,
    }}))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetShardIterator {
    stream_arn: String,
    shard_id: String,
    shard_iterator_type: String,
    sequence_number: Option<String>,
}

fn iterator(connection: &Connection, request: &GetShardIterator) -> Result<Value, Refusal> {
    let at = request.sequence_number.as_deref().map(sequence_number).transpose()?;
    let stream = Stream::find(connection, &request.stream_arn)?;
    if request.shard_id != shard_id(&stream.table) {
        return Err(Refusal::not_found("Shard does not exist"));
    }
    const WRONG: &str = "One or more parameter values were invalid: ";
    let position = match (request.shard_iterator_type.as_str(), at) {
        ("TRIM_HORIZON", None) => Sequence::START,
        ("LATEST", None) => stream.last,
        ("TRIM_HORIZON" | "LATEST", Some(_)) => {
            return Err(Refusal::invalid(format!("{WRONG}SequenceNumber should not be passed for this iterator type")));
        }
        ("AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER", None) => {
            return Err(Refusal::invalid(format!("{WRONG}Invalid SequenceNumber")));
        }
        ("AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER", Some(at)) if at < stream.start => {
            return Err(Refusal::TrimmedDataAccess);
        }
        ("AT_SEQUENCE_NUMBER", Some(at)) => at.before(),
        ("AFTER_SEQUENCE_NUMBER", Some(after)) => after,
        _ => return Err(Refusal::invalid("Invalid ShardIteratorType.")),
    };
    let iterator = ShardIterator { stream: request.stream_arn.clone(), position };
    Ok(json!({ "ShardIterator": iterator.issue(SystemTime::now()) }))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetRecords {
    shard_iterator: String,
    limit: Option<i64>,
}

fn records(connection: &Connection, request: &GetRecords) -> Result<Value, Refusal> {
    let limit = limit(request.limit, MOST_RECORDS)?;
    let now = SystemTime::now();
    let mut iterator = ShardIterator::read(&request.shard_iterator, now)?;
    let stream = Stream::find(connection, &iterator.stream)?;
    let origin = Origin::new(iterator.stream.clone(), View::of(connection, &stream.table)?);
    let mut statement = connection.prepare_cached(Row::QUERY)?;
    let rows = statement.query_map((&stream.table, iterator.position, limit), Row::read)?;
    let (mut records, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let row = row?;
        bytes += row.size(origin.view);
        if bytes > MOST_BYTES && !records.is_empty() {
            break;
        }
        let record = row.api_record(&origin);
        records.push(record.map_err(|cause| DynoxideError::InternalServerError(cause.to_string()))?);
        iterator.position = row.sequence;
    }
    // An open shard has a next iterator even where there is no record yet.
    Ok(json!({ "Records": records, "NextShardIterator": iterator.issue(now) }))
}

/// The stream of a table.
struct Stream {
    table: String,
    /// The table's key, as CreateTable names it.
    key_schema: Value,
    /// When the table was made, in seconds since 1970.
    created: i64,
    /// The first record that is kept, or the first that there can be.
    start: Sequence,
    /// The last record there is.
    last: Sequence,
}

impl Stream {
    fn find(connection: &Connection, arn: &str) -> Result<Self, Refusal> {
        const STREAM: &str = "SELECT key_schema, created_at, CAST(stream_label * 1000000 AS INTEGER) FROM _tables
            WHERE table_name = ?1 AND stream_enabled = 1";
        const RECORDS: &str = "SELECT MIN(CAST(sequence_number AS INTEGER)), MAX(CAST(sequence_number AS INTEGER))
            FROM _stream_records WHERE table_name = ?1";
        let missing = || Refusal::not_found(format!("Requested resource not found: Stream: {arn} not found"));
        let table = table_of_stream(arn).ok_or_else(missing)?;
        let found = connection
            .prepare_cached(STREAM)?
            .query_row([table], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let (key_schema, created, enabled): (_, i64, Option<Sequence>) = found.ok_or_else(missing)?;
        let (first, last): (Option<Sequence>, Option<Sequence>) =
            connection.prepare_cached(RECORDS)?.query_row([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            table: table.to_owned(),
            key_schema: serde_json::from_str(&key_schema)
                .map_err(|cause| DynoxideError::InternalServerError(cause.to_string()))?,
            created,
            // dynoxide numbers records from the time in microseconds on, which is what the label is made of.
            start: first.or(enabled).unwrap_or_default(),
            last: last.unwrap_or_default(),
        })
    }
}

fn limit(asked: Option<i64>, most: i64) -> Result<i64, Refusal> {
    match asked {
        None => Ok(most),
        Some(asked @ ..=0) => Err(Refusal::invalid(format!(
            "1 validation error detected: Value '{asked}' at 'limit' failed to satisfy constraint: Member must have value \
             greater than or equal to 1"
        ))),
        Some(asked) if asked > most => Err(Refusal::invalid(format!(
            "One or more parameter values were invalid: Limit should be less than or equal to {most}"
        ))),
        Some(asked) => Ok(asked),
    }
}

fn sequence_number(text: &str) -> Result<Sequence, Refusal> {
    let bound = match text.len() {
        ..21 => "greater than or equal to 21",
        21..=40 => return text.parse().map_err(|_| Refusal::invalid("Invalid SequenceNumber for the shard")),
        _ => "less than or equal to 40",
    };
    Err(Refusal::invalid(format!(
        "1 validation error detected: Value '{text}' at 'sequenceNumber' failed to satisfy constraint: Member must have \
         length {bound}"
    )))
}

#[cfg(test)]
mod tests;
