//! StartMessageMoveTask and ListMessageMoveTasks.
//!
//! A task is over when its start is answered: on one machine moving messages is one transaction.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::{Call, required};
use crate::queue::Queue;
use crate::store;
use crate::{Error, Sqs};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Start {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    max_number_of_messages_per_second: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Started {
    task_handle: String,
}

pub(super) async fn start(call: &Call<'_>, start: Start) -> Result<Started, Error> {
    if start.max_number_of_messages_per_second.is_some() {
        return Err(Error::UnsupportedOperation(
            "MaxNumberOfMessagesPerSecond is not emulated: a task moves its messages at once.".into(),
        ));
    }
    let source = by_arn(call.sqs, &required(start.source_arn, "SourceArn")?, "SourceArn")?;
    if call.sqs.queues().sources_of(&source).next().is_none() {
        return Err(Error::InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.".into()));
    }
    let destination = start.destination_arn.map(|arn| by_arn(call.sqs, &arn, "DestinationArn")).transpose()?;
    if destination.as_ref().is_some_and(|destination| Arc::ptr_eq(destination, &source)) {
        return Err(Error::InvalidParameterValue("Source and destination must be different queues.".into()));
    }
    let (number, _) = call.sqs.move_messages(Arc::clone(&source), destination).await?;
    Ok(Started { task_handle: format!("{}/{number}", source.name()) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    source_arn: Option<String>,
    max_results: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Results {
    results: Vec<Task>,
}

/// `TaskHandle` is there for running tasks only, of which there are none.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Task {
    status: &'static str,
    source_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    started_timestamp: i64,
    approximate_number_of_messages_to_move: u64,
    approximate_number_of_messages_moved: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
}

pub(super) async fn list(call: &Call<'_>, list: List) -> Result<Results, Error> {
    let source = by_arn(call.sqs, &required(list.source_arn, "SourceArn")?, "SourceArn")?;
    let max = list.max_results.unwrap_or(1);
    if !(1..=10).contains(&max) {
        return Err(Error::invalid(max, "MaxResults", "Must be between 1 and 10, if provided."));
    }
    let source_arn = source.arn().to_owned();
    let tasks = call.sqs.store().run(move |work| store::tasks(work, &source, max)).await?;
    let show = |task: store::Task| Task {
        status: if task.failure.is_some() { "FAILED" } else { "COMPLETED" },
        source_arn: source_arn.clone(),
        destination_arn: task.destination,
        started_timestamp: task.started,
        approximate_number_of_messages_to_move: task.found,
        approximate_number_of_messages_moved: task.moved,
        failure_reason: task.failure,
    };
    Ok(Results { results: tasks.into_iter().map(show).collect() })
}

fn by_arn(sqs: &Sqs, arn: &str, parameter: &'static str) -> Result<Arc<Queue>, Error> {
    sqs.queues().by_arn(arn).cloned().ok_or(Error::ResourceNotFound(parameter))
}
