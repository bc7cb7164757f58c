//! The stories that batches belong to.

use local_stories::{Call, Recorder, Span, StoryKind};

/// A new id for a story.
pub(crate) fn new_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// The place where a batch's invocation goes: in the stories of its records or messages. If they have none, because they
/// were there before this process or because those stories are forgotten, in one of its own, which ends with the call.
pub(crate) fn place<'a>(
    stories: &Recorder,
    spans: impl IntoIterator<Item = &'a Span>,
    title: impl FnOnce() -> String,
) -> (Span, Option<Call>) {
    let joined = Span::join(spans);
    if joined.is_recorded() || !stories.is_on() {
        return (joined, None);
    }
    let call = stories.begin(StoryKind::Event, &new_id(), title);
    (call.span().clone(), Some(call))
}

#[cfg(test)]
mod tests;
