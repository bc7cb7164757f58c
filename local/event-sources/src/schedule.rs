//! A clock that feeds a function. EventBridge: "Schedule types", rate expressions; first one period after the start.

use std::sync::Arc;

use bytes::Bytes;
use local_lambda::{Invocation, Invoke, InvokeError, Retries};
use local_stories::{Recorder, StoryKind};
use local_template::{ACCOUNT, Function, ScheduleSource};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::activity::Activity;
use crate::story::new_id;

/// A source, and all that its task needs. A clone is the same source.
#[derive(Clone)]
pub(crate) struct Schedule {
    function: Function,
    source: ScheduleSource,
    region: String,
    lambda: Arc<dyn Invoke>,
    stories: Recorder,
    activity: Activity,
}

impl Schedule {
    pub(crate) fn new(
        function: &Function,
        source: &ScheduleSource,
        region: &str,
        lambda: Arc<dyn Invoke>,
        stories: Recorder,
    ) -> Self {
        Self {
            function: function.clone(),
            source: source.clone(),
            region: region.to_owned(),
            lambda,
            stories,
            activity: Activity::default(),
        }
    }

    pub(crate) fn function(&self) -> &str {
        &self.function.name
    }

    /// The event's logical id in the function.
    pub(crate) fn id(&self) -> &str {
        &self.source.id
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.source.enabled
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Calls the function until dropped. A call that lasts longer than the period does not put off the next.
    pub(crate) async fn run(self) {
        let Some(first) = Instant::now().checked_add(self.source.every) else {
            // Beyond what the clock can tell.
            return std::future::pending().await;
        };
        let mut ticks = interval_at(first, self.source.every);
        // A laptop that slept makes one call, not all it missed.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut calls = JoinSet::new();
        loop {
            ticks.tick().await;
            self.lambda.ready().await;
            let schedule = self.clone();
            calls.spawn(async move { schedule.until_it_succeeds().await });
            while calls.try_join_next().is_some() {}
        }
    }

    /// Calls the function, and again while Lambda would: EventBridge invokes asynchronously.
    async fn until_it_succeeds(&self) {
        let payload = self.payload();
        let mut retries = Retries::new(self.function.event_invoke);
        loop {
            let outcome = self.invoke(payload.clone()).await;
            let outcome = outcome.map(|invocation| invocation.function_error);
            let Some(delay) = retries.after(outcome.as_ref().map(|error| *error)) else { return };
            // The program with the functions is gone: whatever waits for it would come all at once.
            if matches!(outcome, Err(InvokeError::Unreachable(_))) {
                return;
            }
            sleep(delay).await;
        }
    }

    /// Calls the function now, once.
    pub(crate) async fn fire(&self) -> Result<Invocation, InvokeError> {
        self.invoke(self.payload()).await
    }

    async fn invoke(&self, payload: Bytes) -> Result<Invocation, InvokeError> {
        let _running = self.activity.begin();
        let call = self.stories.begin(StoryKind::Schedule, &new_id(), || self.function.name.clone());
        let outcome = self.lambda.invoke_within(call.span().clone(), &self.function.name, payload).await;
        call.finish(None, !matches!(&outcome, Ok(invocation) if invocation.function_error.is_none()));
        let (function, source) = (&self.function.name, &self.source.id);
        match &outcome {
            Ok(Invocation { function_error: None, .. }) => {}
            Ok(Invocation { request_id, .. }) => {
                tracing::warn!(function, source, request_id, "a scheduled call failed")
            }
            // Whoever started the sources watches `Remote::reach` and says so once.
            Err(InvokeError::Unreachable(_)) => {}
            Err(cause) => tracing::warn!(function, source, %cause, "a scheduled call was not made"),
        }
        outcome
    }

    /// The template's `Input`, or EventBridge's own event. EventBridge: "Scheduled event" of its service events.
    fn payload(&self) -> Bytes {
        let Some(input) = &self.source.input else {
            let id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
            let time = OffsetDateTime::now_utc()
                .format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"))
                .unwrap_or_default();
            let rule =
                format!("arn:aws:events:{}:{ACCOUNT}:rule/{}{}", self.region, self.function.name, self.source.id);
            let event = json!({
                "version": "0",
                "id": id.to_string(),
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": ACCOUNT,
                "time": time,
                "region": self.region,
                "resources": [rule],
                "detail": {},
            });
            return Bytes::from(event.to_string());
        };
        Bytes::from(input.clone())
    }
}

#[cfg(test)]
mod tests;
