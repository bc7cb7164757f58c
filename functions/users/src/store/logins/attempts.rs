//! Whether a call that failed has surely done nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

/// How the attempts of one call ended. The SDK makes several and returns the last one's error: "throttled" says nothing of
/// an attempt before it whose answer was lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts(Arc<AtomicBool>);

impl Attempts {
    /// Whether DynamoDB has refused every attempt: after a status of 400 to 499, nothing is written. After any other, or
    /// without an answer, something may be.
    pub(super) fn all_refused(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !context.response().is_some_and(|response| response.status().is_client_error()) {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
