//! The table of what each source has tried lately, whichever the account.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, Update};
use tables::{Item, StoreError, key, number, retry_conflicts};

use super::parse;
use crate::domain::limit::{Limit, WINDOW_SECONDS};
use crate::domain::source::Source;
use crate::domain::source_count::{Action, SourceCount};

/// How often a source may try one action within a window.
#[derive(Debug)]
pub struct SourceLimit {
    client: Client,
    table: String,
    action: Action,
    max: u32,
}

impl SourceLimit {
    /// The limit of `action` in the table that `SOURCE_LIMITS_TABLE` names: `FAILED_LOGINS_PER_SOURCE`,
    /// `REGISTRATIONS_PER_SOURCE` or `RESET_REQUESTS_PER_SOURCE`.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env(action: Action) -> Result<Self, aws::ConfigError> {
        let max = aws::parsed(match action {
            Action::FailedLogin => "FAILED_LOGINS_PER_SOURCE",
            Action::Registration => "REGISTRATIONS_PER_SOURCE",
            Action::ResetRequest => "RESET_REQUESTS_PER_SOURCE",
        })?;
        Ok(Self::new(tables::client()?, aws::required("SOURCE_LIMITS_TABLE")?, action, max))
    }

    pub(super) fn new(client: Client, table: String, action: Action, max: u32) -> Self {
        Self { client, table, action, max }
    }

    /// Counts one attempt, unless the limit is reached: however many run at once, no more than the limit are counted. An
    /// attempt that then fails stays counted.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count(&self, source: &Source, now: u64) -> Result<Limit, StoreError> {
        // Two tries suffice (others may first begin the window, then fill it); extras cover the window expiring.
        const TRIES: usize = 4;
        // Most sources have tried nothing lately, so the first try begins a window.
        let mut count = None;
        for _ in 0..TRIES {
            if let reached @ Limit::Reached { .. } = SourceCount::limit(count.as_ref(), self.max, now) {
                return Ok(reached);
            }
            let update = self.add(source, count.as_ref(), self.max, now).build()?;
            let update = self
                .client
                .update_item()
                .table_name(update.table_name)
                .set_key(Some(update.key))
                .update_expression(update.update_expression)
                .set_condition_expression(update.condition_expression)
                .set_expression_attribute_values(update.expression_attribute_values)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            match retry_conflicts(async || update.clone().send().await).await {
                Ok(_) => return Ok(Limit::Open),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(changed)) => {
                        count = parse(changed.item.clone())?;
                    }
                    _ => return Err(error.into()),
                },
            }
        }
        Err(StoreError::busy("source limit contended"))
    }

    pub(super) fn max(&self) -> u32 {
        self.max
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn key(&self, source: &Source) -> Item {
        key([("source", source.as_str()), ("action", self.action.as_str())])
    }

    /// Adds one attempt, on the condition that the count is still as it was read (`count`), and below `max`.
    pub(super) fn add(&self, source: &Source, count: Option<&SourceCount>, max: u32, now: u64) -> UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(self.key(source)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_values(":one", number(1));
        match count.filter(|count| count.is_current(now)) {
            None => update
                .update_expression("SET attempts = :one, expiresAt = :end")
                .condition_expression("attribute_not_exists(expiresAt) OR expiresAt <= :now")
                .expression_attribute_values(":end", number(now + WINDOW_SECONDS))
                .expression_attribute_values(":now", number(now)),
            Some(count) => update
                .update_expression("SET attempts = attempts + :one")
                .condition_expression("expiresAt = :end AND attempts < :max")
                .expression_attribute_values(":end", number(count.window_end()))
                .expression_attribute_values(":max", number(max)),
        }
    }

    /// Takes one attempt back that was counted in the window that ends at `window_end`. The condition fails if that window
    /// is over.
    pub(super) fn give_back(&self, source: &Source, window_end: u64) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(self.key(source)))
            .update_expression("SET attempts = attempts - :one")
            .condition_expression("expiresAt = :end AND attempts >= :one")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(window_end))
    }
}

#[cfg(test)]
mod tests {
    use envelope::timestamp;
    use futures_util::future::join_all;
    use local_testing::{Fault, FaultKind, Tables};

    use super::*;

    async fn registrations(max: u32) -> (Tables, SourceLimit) {
        let tables = Tables::of_template().await;
        let limit = SourceLimit::new(tables.client(), "SourceLimitsTable".to_owned(), Action::Registration, max);
        (tables, limit)
    }

    #[tokio::test]
    async fn of_attempts_at_once_only_as_many_as_allowed_are_counted_until_the_window_ends() {
        let (_tables, limit) = registrations(10).await;
        let (source, now) = (Source::of("192.0.2.1"), timestamp::epoch_seconds());
        for now in [now, now + WINDOW_SECONDS] {
            let limits = join_all((0..16).map(|_| limit.count(&source, now))).await;
            let open = limits.into_iter().map(Result::unwrap).filter(|limit| *limit == Limit::Open).count();
            assert_eq!(open, 10);
            let reached = Limit::Reached { retry_after: 100 };
            assert_eq!(limit.count(&source, now + WINDOW_SECONDS - 100).await.unwrap(), reached);
        }
        assert_eq!(limit.count(&Source::of("192.0.2.2"), now).await.unwrap(), Limit::Open);
    }

    #[tokio::test]
    async fn actions_are_counted_apart() {
        let (tables, registrations) = registrations(1).await;
        let resets = SourceLimit::new(tables.client(), registrations.table.clone(), Action::ResetRequest, 1);
        let (source, now) = (Source::of("2001:db8::1"), timestamp::epoch_seconds());
        assert_eq!(registrations.count(&source, now).await.unwrap(), Limit::Open);
        assert_eq!(resets.count(&source, now).await.unwrap(), Limit::Open);
        let same = Source::of("2001:db8::2");
        assert_eq!(registrations.count(&same, now).await.unwrap(), Limit::Reached { retry_after: 900 });
    }

    #[tokio::test]
    async fn an_attempt_that_can_t_be_counted_is_an_error() {
        let (tables, limit) = registrations(10).await;
        tables.dynamodb().faults().inject(Fault { times: 3, ..Fault::next(FaultKind::ThrottlingException) });
        let counted = limit.count(&Source::of("192.0.2.1"), timestamp::epoch_seconds()).await;
        assert!(matches!(counted, Err(StoreError::Busy { .. })), "{counted:?}");
    }
}
