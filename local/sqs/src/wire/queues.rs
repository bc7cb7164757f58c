//! GetQueueUrl, CreateQueue, ListQueues and ListDeadLetterSourceQueues.

use std::collections::BTreeMap;

use local_template::{ACCOUNT, queue_url};
use serde::{Deserialize, Serialize};

use super::call::{Call, required};
use crate::Error;
use crate::queue::Queue;

const MAX_RESULTS: usize = 1000;

#[derive(Deserialize)]
pub(super) struct GetUrl {
    #[serde(rename = "QueueName")]
    name: Option<String>,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    owner: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Url {
    #[serde(rename = "QueueUrl")]
    url: String,
}

pub(super) fn url(call: &Call<'_>, get: GetUrl) -> Result<Url, Error> {
    let name = required(get.name, "QueueName")?;
    if get.owner.is_some_and(|owner| owner != ACCOUNT) || name.contains([':', '/']) {
        return Err(Error::QueueDoesNotExist);
    }
    Ok(Url { url: queue_url(call.endpoint, &call.sqs.queue(&name)?.name) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    queue_name: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// "If you provide the name of an existing queue along with the exact names and values of all the queue's attributes,
/// CreateQueue returns the queue URL for the existing queue." Others come from the template.
pub(super) fn create(call: &Call<'_>, create: Create) -> Result<Url, Error> {
    let name = required(create.queue_name, "QueueName")?;
    let exists = !name.contains([':', '/']);
    let Some(queue) = call.sqs.queues().find(&name).ok().filter(|_| exists) else {
        return Err(Error::UnsupportedOperation(
            "CreateQueue is not emulated: queues and their settings come from the template.".to_owned(),
        ));
    };
    let own = queue.attributes();
    match create.attributes.iter().find(|(name, value)| own.get(name.as_str()) != Some(value)) {
        Some((attribute, _)) => Err(Error::QueueNameExists(attribute.chars().take(100).collect())),
        None => Ok(Url { url: queue_url(call.endpoint, &name) }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    queue_name_prefix: Option<String>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Urls {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) fn list(call: &Call<'_>, list: List) -> Result<Urls, Error> {
    let prefix = list.queue_name_prefix.unwrap_or_default();
    let queues = call.sqs.queues().iter().filter(|queue| queue.name().starts_with(&prefix));
    let (queue_urls, next_token) = list.page.of(call, queues.map(|queue| &**queue))?;
    Ok(Urls { queue_urls, next_token })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListSources {
    queue_url: Option<String>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Serialize)]
pub(super) struct Sources {
    /// In lower case, unlike every other member of the API.
    #[serde(rename = "queueUrls")]
    queue_urls: Vec<String>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) fn dead_letter_sources(call: &Call<'_>, list: ListSources) -> Result<Sources, Error> {
    let target = call.sqs.queues().find(&required(list.queue_url, "QueueUrl")?)?;
    let (queue_urls, next_token) = list.page.of(call, call.sqs.queues().sources_of(target).map(|queue| &**queue))?;
    Ok(Sources { queue_urls, next_token })
}

/// Where a list goes on, and how far. The token is the name of the last queue shown.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Page {
    /// The URLs of this page of `queues`, which are in the order of their names, and the token of the next.
    fn of<'a>(
        self,
        call: &Call<'_>,
        queues: impl Iterator<Item = &'a Queue>,
    ) -> Result<(Vec<String>, Option<String>), Error> {
        let max = self.max_results.unwrap_or(MAX_RESULTS);
        if !(1..=MAX_RESULTS).contains(&max) {
            return Err(Error::invalid(max, "MaxResults", "MaxResults must be an integer between 1 and 1000."));
        }
        let after = self.next_token.unwrap_or_default();
        let mut rest = queues.filter(|queue| queue.name() > after.as_str()).peekable();
        let shown: Vec<_> = rest.by_ref().take(max).collect();
        let next = shown.last().filter(|_| rest.peek().is_some()).map(|queue| queue.name().to_owned());
        Ok((shown.into_iter().map(|queue| queue_url(call.endpoint, queue.name())).collect(), next))
    }
}
