//! The table of requests: a record for each request with a key that has had its effect.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use envelope::{Failure, Reply, timestamp};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tables::{Cancellation, ErasureMarks, Item, StoreError, conflict_retries, key, number, retry_conflicts, string};
use uuid::Uuid;

use crate::Request;
use crate::record::{LIFE_SECONDS, Record};

/// Records that are deleted at the same time.
const AT_ONCE: usize = 16;

/// Sort key of the mark of an erased user. (Ids of records have a space.)
const ERASED: &str = "erased";

/// The table of requests: partition key `userId`, sort key `id`, time to live `expiresAt`.
#[derive(Debug, Clone)]
pub struct Requests {
    client: Client,
    table: String,
}

/// What a request does, decided by the state that was read for it.
#[derive(Debug)]
pub struct Effect {
    /// The writes, on condition that the state is still what was read. At most 98, and none of the table of requests.
    pub actions: Vec<TransactWriteItem>,
    /// The response once they are made.
    pub reply: Reply,
}

/// The outcome of writing an effect with its record.
enum Written {
    Done,
    /// The key has a record, which another request wrote first, or an earlier try of this very transaction.
    Recorded(Box<Record>),
    /// The user was erased.
    Erased,
    /// The state is no longer what was read, or another transaction was at it: nothing was written.
    Outdated,
}

impl Requests {
    /// The requests in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table that `REQUESTS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("REQUESTS_TABLE")?))
    }

    /// Has a request's effect once: the effect, the key and the response are one transaction. If a request with the key came
    /// before, its response is given again.
    ///
    /// `effect` reads the state and decides by it. It is called again if the state has changed before the write, or another
    /// transaction was at it, until two thirds of `time_left` are over. Its failure is the request's, and is not kept.
    ///
    /// # Errors
    /// 422 if the request that came before asked for something else; 401 if the user was erased; 503 if the database is out of
    /// reach; and those of `effect`.
    pub async fn once(
        &self,
        request: &Request<'_>,
        time_left: Duration,
        effect: impl AsyncFn() -> Result<Effect, Failure>,
    ) -> Result<Reply, Failure> {
        if let Some(record) = self.find(request).await? {
            return record.replay(request);
        }
        let mut retries = conflict_retries(time_left);
        loop {
            let Effect { actions, reply } = match effect().await {
                Ok(effect) => effect,
                // An equal request may have had its effect meanwhile, and this one have failed because of that.
                Err(failure) => {
                    return self.find(request).await?.map_or(Err(failure), |record| record.replay(request));
                }
            };
            let attempt = Uuid::now_v7().to_string();
            match self.write(request, &attempt, actions, &reply).await? {
                Written::Done => return Ok(reply),
                Written::Recorded(record) if record.attempt == attempt => return Ok(reply),
                Written::Recorded(record) => return record.replay(request),
                // The gateway had the identity in its cache.
                Written::Erased => return Err(Failure::invalid_token()),
                Written::Outdated => retries.pause().await.map_err(StoreError::from)?,
            }
        }
    }

    /// The record of a request's key. One that has expired does not count, though DynamoDB deletes it later.
    async fn find(&self, request: &Request<'_>) -> Result<Option<Record>, StoreError> {
        let key = key([("userId", request.user_id), ("id", &request.record_id())]);
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        let record: Option<Record> = get.send().await?.item.map(serde_dynamo::from_item).transpose()?;
        Ok(record.filter(|record| record.expires_at > timestamp::epoch_seconds()))
    }

    async fn write(
        &self,
        request: &Request<'_>,
        attempt: &str,
        effect: Vec<TransactWriteItem>,
        reply: &Reply,
    ) -> Result<Written, StoreError> {
        let mut actions = vec![self.record(request, attempt, reply)?, self.unmarked(request.user_id)?];
        actions.extend(effect);
        let transaction = self.client.transact_write_items().set_transact_items(Some(actions));
        let Err(error) = transaction.send().await else { return Ok(Written::Done) };
        let failed = match Cancellation::from_error(error)? {
            Cancellation::Conditions(failed) => failed,
            Cancellation::Conflict => return Ok(Written::Outdated),
        };
        // The first failed condition decides: without a record, the mark, and then the effect's own conditions.
        match failed.into_iter().next() {
            Some(first) if first.action == 0 => match first.item {
                Some(item) => Ok(Written::Recorded(Box::new(serde_dynamo::from_item(item)?))),
                None => Ok(Written::Outdated),
            },
            Some(first) if first.action == 1 => Ok(Written::Erased),
            _ => Ok(Written::Outdated),
        }
    }

    /// Adds the record, unless there is one that counts.
    fn record(&self, request: &Request<'_>, attempt: &str, reply: &Reply) -> Result<TransactWriteItem, StoreError> {
        let now = timestamp::epoch_seconds();
        let record = Record {
            user_id: request.user_id.to_owned(),
            id: request.record_id(),
            fingerprint: request.fingerprint.clone(),
            attempt: attempt.to_owned(),
            reply: reply.to_stored(),
            expires_at: now + LIFE_SECONDS,
        };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(serde_dynamo::to_item(record)?))
            .condition_expression("attribute_not_exists(id) OR expiresAt <= :now")
            .expression_attribute_values(":now", number(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Cancels the transaction if this user was erased.
    fn unmarked(&self, user_id: &str) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key([("userId", user_id), ("id", ERASED)])))
            .condition_expression("attribute_not_exists(id)");
        Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
    }

    /// Marks a user as erased, so that no record of theirs is written any more, then deletes those that there are. The mark
    /// is kept as long as an [erasure mark](ErasureMarks).
    ///
    /// # Errors
    /// [`StoreError`]. Records that were deleted before the failure stay deleted, and a retry goes on from there.
    pub async fn erase(&self, user_id: &str) -> Result<(), StoreError> {
        let mut mark = key([("userId", user_id), ("id", ERASED)]);
        mark.insert("expiresAt".to_owned(), number(ErasureMarks::expiry()));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(mark));
        retry_conflicts(async || put.clone().send().await).await?;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("userId = :user")
                .filter_expression("attribute_exists(attempt)")
                .expression_attribute_values(":user", string(user_id))
                .projection_expression("userId, id");
            let page = query.send().await?;
            let deletions = page.items.unwrap_or_default().into_iter().map(|key| self.delete(key));
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            if page.last_evaluated_key.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, key: Item) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        retry_conflicts(async || delete.clone().send().await).await?;
        Ok(())
    }
}
