//! What leads to an event: a request, or another event.

use envelope::Call;

use crate::{Event, trace};

/// The request and the trace that an event inherits from its cause.
///
/// It is made from an endpoint's [`Call`], from the [`Event`] that a consumer handles, or, where all that is left of
/// the cause is its request id, by [`Cause::request`].
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    request_id: &'a str,
    trace: Option<Trace<'a>>,
}

/// A trace in the form its carrier has it in.
#[derive(Debug, Clone, Copy)]
enum Trace<'a> {
    /// The header of AWS X-Ray.
    XRay(&'a str),
    /// The header `traceparent` of W3C Trace Context.
    W3c(&'a str),
}

impl<'a> Cause<'a> {
    /// A request that is known by its id alone, without its trace.
    pub const fn request(id: &'a str) -> Self {
        Self { request_id: id, trace: None }
    }

    /// The request's id: [`Call::own_id`], or that of whatever caused the event that is the cause.
    pub fn request_id(&self) -> &'a str {
        self.request_id
    }

    /// The trace as an event carries it, if there is one.
    pub(crate) fn traceparent(&self) -> Option<String> {
        match self.trace? {
            Trace::XRay(header) => trace::traceparent(header),
            Trace::W3c(traceparent) => Some(traceparent.to_owned()),
        }
    }
}

impl<'a> From<&'a Call> for Cause<'a> {
    fn from(call: &'a Call) -> Self {
        Self { request_id: call.own_id(), trace: call.trace_id().map(Trace::XRay) }
    }
}

impl<'a, T> From<&'a Event<T>> for Cause<'a> {
    fn from(event: &'a Event<T>) -> Self {
        Self { request_id: &event.requestid, trace: event.traceparent.as_deref().map(Trace::W3c) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{SERVICE, sent};

    #[test]
    fn an_event_inherits_the_request_and_the_trace_of_the_event_that_caused_it() {
        let mut first = Event::new(SERVICE, sent("p1"), Cause::request("r7"));
        assert_eq!(first.traceparent, None);
        first.traceparent = Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned());
        let second = Event::new(SERVICE, sent("p2"), &first);
        assert_eq!((second.requestid.as_str(), &second.traceparent), ("r7", &first.traceparent));
        assert_ne!(second.id, first.id);
    }

    #[test]
    fn an_x_ray_header_becomes_a_traceparent() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let cause = Cause { request_id: "r1", trace: Some(Trace::XRay(header)) };
        let event = Event::new(SERVICE, sent("p2"), cause);
        let traceparent = json!("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
        assert_eq!(serde_json::to_value(event).unwrap()["traceparent"], traceparent);
    }
}
