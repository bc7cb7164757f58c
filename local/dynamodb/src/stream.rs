//! A table's stream, read as AWS Lambda's pollers read it: records after a position, in the form functions get them.
//!
//! dynoxide keeps the records in the table `_stream_records`, in the same transaction as the write they tell of. They
//! are read from there, here and by the streams API ([`api`]), because its `GetRecords` names its own region and gives no handle
//! on the position.

pub(crate) mod api;
mod iterator;
mod record;
mod sequence;
mod trim;
pub(crate) mod unchanged;
mod view;
pub(crate) mod written;

use local_template::Table;
use tokio::sync::watch;

pub use self::record::Record;
pub use self::sequence::Sequence;

pub(crate) use self::view::{SCHEMA as VIEW_SCHEMA, View};

use self::record::{Origin, Row};
use crate::tables::view_type;
use crate::{DynamoDb, Error};

/// Reads the stream of one table. It has one shard.
#[derive(Clone)]
pub struct StreamReader {
    dynamodb: DynamoDb,
    table: String,
    origin: Origin,
}

impl DynamoDb {
    /// A reader of `table`'s stream, if the template gives it one.
    pub fn stream(&self, table: &Table) -> Result<StreamReader, Error> {
        let view = view_type(&table.definition).and_then(View::named);
        let view = view.ok_or_else(|| Error::NoStream(table.name.clone()))?;
        let origin = Origin::new(table.stream_arn(), view);
        Ok(StreamReader { dynamodb: self.clone(), table: table.name.clone(), origin })
    }
}

impl StreamReader {
    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The stream's ARN: the table's with `/stream/local`.
    pub fn arn(&self) -> &str {
        &self.origin.arn
    }

    /// The id of the only shard.
    pub fn shard_id(&self) -> String {
        shard_id(&self.table)
    }

    /// Changes whenever there may be new records. Subscribe, then read, then await the change: none is missed.
    pub fn writes(&self) -> watch::Receiver<u64> {
        self.dynamodb.writes(&self.table)
    }

    /// At most `limit` records after `position`, in order.
    pub async fn read_after(&self, position: Sequence, limit: usize) -> Result<Vec<Record>, Error> {
        let table = self.table.clone();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = self.dynamodb.inner.engine.run(move |store| {
            let mut statement = store.connection().prepare_cached(Row::QUERY)?;
            let rows = statement.query_map((table, position, limit), Row::read)?;
            rows.collect::<Result<Vec<Row>, rusqlite::Error>>()
        });
        read.await??.into_iter().map(|row| row.record(&self.origin)).collect()
    }

    /// The position after the last record there is.
    pub async fn latest(&self) -> Result<Sequence, Error> {
        const QUERY: &str =
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) FROM _stream_records WHERE table_name = ?1";
        let table = self.table.clone();
        let read = self
            .dynamodb
            .inner
            .engine
            .run(move |store| store.connection().prepare_cached(QUERY)?.query_row([table], |row| row.get(0)));
        Ok(read.await??)
    }

    /// How many records there are after `position`.
    pub async fn count_after(&self, position: Sequence) -> Result<u64, Error> {
        const QUERY: &str = "SELECT COUNT(*) FROM _stream_records
            WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2";
        let table = self.table.clone();
        let read =
            self.dynamodb.inner.engine.run(move |store| {
                store.connection().prepare_cached(QUERY)?.query_row((table, position), |row| row.get(0))
            });
        Ok(read.await??)
    }
}

/// The id of a table's only shard: 37 characters, as on AWS, where 28 to 65 are allowed.
fn shard_id(table: &str) -> String {
    // FNV-1a, so that shards of different tables look different.
    let hash = table.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("shardId-{:020}-{hash:08x}", 1)
}

#[cfg(test)]
mod tests;
