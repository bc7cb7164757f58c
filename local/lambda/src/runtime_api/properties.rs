//! What holds of every request of a function's process.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::*;
use crate::Options;

const PATHS: [&str; 4] = [
    "/i1/2018-06-01/runtime/invocation/next",
    "/i1/2018-06-01/runtime/invocation/r1/response",
    "/i1/2018-06-01/runtime/invocation/r1/error",
    "/i1/2018-06-01/runtime/init/error",
];

/// An instance that serves the invocation `r1` and takes whatever its process posts for it.
async fn instance(mut mailbox: mpsc::UnboundedReceiver<Message>) {
    while let Some(message) = mailbox.recv().await {
        match message {
            Message::Response { request_id, accepted, .. } => drop(accepted.send(request_id == "r1")),
            Message::InitError { error_type, accepted, .. } => drop(accepted.send(!error_type.is_empty())),
            // Dropped: the poll is refused.
            _ => {}
        }
    }
}

#[test]
fn any_request_is_answered_and_only_one_for_the_invocation_is_accepted() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stack = Stack::new(Options::default(), ([127, 0, 0, 1], 1).into());
    let (mailbox, messages) = mpsc::unbounded_channel();
    stack.joined("i1", mailbox);
    runtime.spawn(instance(messages));
    let methods = prop_oneof![1 => Just(Method::GET), 3 => Just(Method::POST)];
    let requests = (methods, spoiled(&PATHS), spoiled(&["Function.Broken"]), texts());
    proptest!(cases(), |((method, path, error_type, body) in requests)| {
        let request = Request::builder().method(method).uri(&path).header(ERROR_TYPE, error_type);
        // Not every text is a target or a header.
        let Ok(request) = request.body(Full::new(Bytes::from(body))) else { return Ok(()) };
        let asked = request.uri().path().trim_start_matches('/').to_owned();
        let response = runtime.block_on(handle(&stack, request));
        match response.status() {
            StatusCode::ACCEPTED => prop_assert!(PATHS[1..].iter().any(|path| path[1..] == asked), "{asked}"),
            status => prop_assert!(status.is_client_error(), "{status}"),
        }
    });
}
