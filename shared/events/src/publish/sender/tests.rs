use super::answers::{MISSING, QUEUE, REFUSED, Sqs};
use super::*;

fn message(body: &str, trace: Option<&str>) -> Message {
    Message { record: 7, queue: QUEUE.to_owned(), body: body.to_owned(), trace: trace.map(str::to_owned) }
}

#[tokio::test]
async fn the_messages_that_sqs_does_not_accept_are_named_by_their_place_in_the_batch() {
    let sqs = Sqs::serve().await;
    let sender = sqs.sender();
    let (a, b, refused) = (message("a", None), message("b", None), message(REFUSED, None));
    assert_eq!(sender.send(QUEUE, &[&a, &refused, &b, &refused]).await, [1, 3]);
    assert_eq!(sender.send(QUEUE, &[&b, &a]).await, [0; 0]);
    assert_eq!(sqs.bodies(), ["a", "b", "b", "a"]);
    assert_eq!(sender.send(MISSING, &[&a, &b]).await, [0, 1]);
}

#[tokio::test]
async fn a_message_takes_its_trace_along() {
    let sqs = Sqs::serve().await;
    sqs.sender().send(QUEUE, &[&message("a", Some("Root=1-2-3")), &message("b", None)]).await;
    let traces: Vec<_> = sqs
        .accepted()
        .iter()
        .map(|entry| entry.pointer("/MessageSystemAttributes/AWSTraceHeader/StringValue").cloned())
        .collect();
    assert_eq!(traces, [Some("Root=1-2-3".into()), None]);
}
