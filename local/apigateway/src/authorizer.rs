//! Lambda `TOKEN` authorizers. Developer Guide: "Use API Gateway Lambda authorizers", "Input to an API Gateway Lambda
//! authorizer" and "Output from an API Gateway Lambda authorizer".

mod cache;
mod permit;
mod policy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{HeaderMap, HeaderName};
use local_lambda::{FunctionError, Invoke};
use local_stories::{Kind, Outcome, Span};
use regex::{Regex, RegexBuilder};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::fault::Fault;
use crate::invocation::{self, Report};
use crate::{Cause, Error, Failure};
use cache::Cache;
use permit::Permit;
use policy::Verdict;

/// How long the gateway waits for an authorizer: as long as for any integration.
const TIMEOUT: Duration = Duration::from_secs(29);
/// How many tokens the cache holds; then the oldest is dropped.
const CACHE_CAPACITY: usize = 10_000;
/// The longest ARN of a method that is authorized, in characters; a longer one is a 414 ("Output from an API Gateway Lambda authorizer").
const LONGEST_ARN: usize = 1_600;
/// How deep a `ValidationExpression` may be nested: it is compiled by recursion, and `a****` is nested too.
const DEEPEST: u32 = 100;

/// A function that says what the bearer of a token may do.
#[derive(Debug)]
pub(crate) struct Authorizer {
    function: Arc<str>,
    header: HeaderName,
    validation: Option<Regex>,
    cache: Cache<Arc<Permit>>,
}

/// What an authorizer says of a token: a policy, and a context. Of a refusal, the context can word the response.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    permit: Arc<Permit>,
    latency: Duration,
}

/// Why a request is refused: the gateway's response, and the cause for the log.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    pub(crate) failure: Option<Failure>,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, failure: None }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    r#type: &'a str,
    method_arn: &'a str,
    authorization_token: &'a str,
}

impl Authorizer {
    pub(crate) fn new(name: &str, described: &local_template::Authorizer) -> Result<Self, Error> {
        let header = described
            .header
            .parse()
            .map_err(|_| Error::Header { location: format!("authorizer {name}"), value: described.header.clone() })?;
        let validation = described.validation.as_deref().map(whole).transpose();
        Ok(Self {
            function: described.function.as_str().into(),
            header,
            validation: validation.map_err(|source| Error::Validation { authorizer: name.to_owned(), source })?,
            cache: Cache::new(described.ttl, CACHE_CAPACITY),
        })
    }

    /// What the function says of a request's token. It is asked unless it answered for the same token less than the TTL
    /// ago.
    pub(crate) async fn authorize(
        &self,
        invoke: &Arc<dyn Invoke>,
        headers: &HeaderMap,
        method_arn: &str,
        span: &Span,
    ) -> Result<Said, Refusal> {
        let entry = span.child(Kind::Authorizer, &self.function);
        let said = self.answer(invoke, headers, method_arn, entry.span()).await;
        if let Ok(Said { permit, .. }) = &said
            && entry.span().is_recorded()
        {
            entry.span().note("principalId", permit.principal_id.as_str());
            entry.span().note("allows", permit.policy.verdict(method_arn) == Verdict::Allowed);
        }
        entry.finish(if said.is_ok() { Outcome::Ok } else { Outcome::Error });
        said
    }

    async fn answer(
        &self,
        invoke: &Arc<dyn Invoke>,
        headers: &HeaderMap,
        method_arn: &str,
        span: &Span,
    ) -> Result<Said, Refusal> {
        if method_arn.len() > LONGEST_ARN {
            return Err(Fault::UriTooLong.into());
        }
        let token = self.token(headers).ok_or(Fault::Unauthorized)?;
        let started = Instant::now();
        let (permit, latency) = match self.cache.get(token, started) {
            Some(permit) => {
                span.note("cached", true);
                (permit, Duration::ZERO)
            }
            None => {
                span.note("cached", false);
                let permit = Arc::new(self.ask(invoke, token, method_arn, span).await?);
                let answered = Instant::now();
                self.cache.put(token, Arc::clone(&permit), answered);
                (permit, answered - started)
            }
        };
        Ok(Said { permit, latency })
    }

    /// The token, if there is one and `ValidationExpression` matches it.
    ///
    /// Of several different ones none is taken. The guide does not say which of them API Gateway asks about, and the
    /// function behind it sees them all.
    fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut values = headers.get_all(&self.header).iter();
        let token = values.next()?;
        if values.any(|other| other != token) {
            return None;
        }
        let token = token.to_str().ok()?;
        let passes = self.validation.as_ref().is_none_or(|validation| validation.is_match(token));
        (!token.is_empty() && passes).then_some(token)
    }

    async fn ask(
        &self,
        invoke: &Arc<dyn Invoke>,
        token: &str,
        method_arn: &str,
        span: &Span,
    ) -> Result<Permit, Refusal> {
        let input = Input { r#type: "TOKEN", method_arn, authorization_token: token };
        let payload = serde_json::to_vec(&input).map_err(|error| self.malformed(error.to_string()))?;
        let answer = invocation::call(invoke, &self.function, payload.into(), TIMEOUT, span).await;
        let invocation = answer.map_err(|cause| self.refusal(Fault::AuthorizerFailure, cause))?;
        match invocation.function_error {
            None => Permit::read(&invocation.payload).map_err(|why| self.malformed(why)),
            Some(kind) => {
                let report = Report::read(&invocation.payload);
                // The one message by which a function refuses a token rather than failing.
                if kind == FunctionError::Reported && report.error_message == "Unauthorized" {
                    return Err(Fault::Unauthorized.into());
                }
                // Not its message, which may quote the token.
                Err(self.refusal(Fault::AuthorizerFailure, Cause::Failed { kind, message: report.error_type }))
            }
        }
    }

    fn malformed(&self, why: String) -> Refusal {
        self.refusal(Fault::AuthorizerMalformed, Cause::Malformed(why))
    }

    fn refusal(&self, fault: Fault, cause: Cause) -> Refusal {
        Refusal { fault, failure: Some(Failure { function: self.function.to_string(), cause }) }
    }
}

impl Said {
    /// Decides whether a method may be called. The policy is evaluated for each request, so what it says about one method
    /// holds for no other.
    pub(crate) fn allows(&self, method_arn: &str) -> Result<(), Fault> {
        match self.permit.policy.verdict(method_arn) {
            Verdict::Allowed => Ok(()),
            Verdict::Forbidden => Err(Fault::Denied { explicit: true }),
            Verdict::NotMentioned => Err(Fault::Denied { explicit: false }),
        }
    }

    /// `principalId`, or a value of the context.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        match name {
            "principalId" => Some(&self.permit.principal_id),
            name => self.permit.context.get(name).map(String::as_str),
        }
    }
}

/// `requestContext.authorizer`.
impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Permit { principal_id, context, .. } = &*self.permit;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in context {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("principalId", principal_id)?;
        map.serialize_entry("integrationLatency", &self.latency.as_millis())?;
        map.end()
    }
}

/// The expression, matching whole values only.
fn whole(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{expression})\z")).nest_limit(DEEPEST).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validation_expression_is_nested_a_hundred_deep_at_most() {
        assert!(whole(&format!("{}a{}", "(".repeat(50), ")".repeat(50))).is_ok());
        assert!(whole(&format!("a{}", "*".repeat(240))).is_err());
    }
}
