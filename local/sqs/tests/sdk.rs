//! The queues through the real AWS SDK, over HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::pin::pin;
use std::time::{Duration, Instant};

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageAttributeValue,
    MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use local_sqs::NewMessage;
use support::{TestBed, arn};
use tokio::time::timeout;

const JOBS: &str = "http://sqs.us-east-1.localhost/000000000000/jobs";
const DEAD: &str = "http://sqs.us-east-1.localhost/000000000000/jobs-dead";

/// The path of a queue's URL: account and name.
fn path(url: &str) -> &str {
    url.splitn(4, '/').last().unwrap()
}

fn paths(urls: &[String]) -> Vec<&str> {
    urls.iter().map(|url| path(url)).collect()
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or_default()
}

fn string(value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap()
}

fn entry(id: impl Into<String>, body: impl Into<String>) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

fn only(output: ReceiveMessageOutput) -> aws_sdk_sqs::types::Message {
    let [message] = <[_; 1]>::try_from(output.messages.unwrap_or_default()).unwrap();
    message
}

#[tokio::test]
async fn a_message_goes_through_with_everything_on_it() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new(b"\0\xff")).build().unwrap();
    let trace = MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1-2-3").build().unwrap();
    let sent = client
        .send_message()
        .queue_url(JOBS)
        .message_body("msg")
        .message_attributes("Hello", string("There"))
        .message_attributes("Help.Me", string("Me"))
        .message_attributes("Raw", binary)
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("6e2baaf3b97dbeef01c0043275f9a0e7"));

    let received = client
        .receive_message()
        .queue_url(JOBS)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("Hel.*")
        .send()
        .await
        .unwrap();
    let message = only(received);
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.body(), Some("msg"));
    assert_eq!(message.md5_of_body(), Some("6e2baaf3b97dbeef01c0043275f9a0e7"));
    assert_eq!(message.md5_of_message_attributes(), Some("83fee93c1bcd8b9a5a923ffacdc636c7"), "recorded from AWS");
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes.len(), 2);
    assert_eq!(attributes["Help.Me"], string("Me"));

    let system = message.attributes().unwrap();
    let value = |name: MessageSystemAttributeName| system[&name].as_str();
    assert_eq!(value(MessageSystemAttributeName::ApproximateReceiveCount), "1");
    assert_eq!(value(MessageSystemAttributeName::SenderId), "tester");
    assert_eq!(value(MessageSystemAttributeName::AwsTraceHeader), "Root=1-2-3");
    let sent: i64 = value(MessageSystemAttributeName::SentTimestamp).parse().unwrap();
    let received: i64 = value(MessageSystemAttributeName::ApproximateFirstReceiveTimestamp).parse().unwrap();
    assert!(received >= sent && sent > 1_700_000_000_000);

    client.delete_message().queue_url(JOBS).receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), local_sqs::Depth::default());
}

#[tokio::test]
async fn a_receive_shows_only_what_was_asked_for() {
    let bed = TestBed::new();
    let client = bed.client().await;
    client
        .send_message()
        .queue_url(JOBS)
        .message_body("msg")
        .message_attributes("a", string("b"))
        .send()
        .await
        .unwrap();
    let message = only(client.receive_message().queue_url(JOBS).send().await.unwrap());
    assert_eq!(message.attributes(), None);
    assert_eq!(message.message_attributes(), None);
    assert_eq!(message.md5_of_message_attributes(), None);
}

#[tokio::test]
async fn a_queue_that_is_not_there_has_its_own_error() {
    let bed = TestBed::new();
    let client = bed.client().await;
    for url in [
        "http://sqs.us-east-1.localhost/000000000000/nope",
        "http://sqs.us-east-1.localhost/123456789012/jobs",
        "jobs/../jobs",
    ] {
        let error = client.send_message().queue_url(url).message_body("x").send().await.unwrap_err();
        assert_eq!(code(&error), "AWS.SimpleQueueService.NonExistentQueue", "{url}");
        let error = error.into_service_error();
        assert!(error.is_queue_does_not_exist(), "{url}");
        assert_eq!(error.message(), Some("The specified queue does not exist."));
    }
}

#[tokio::test]
async fn a_queue_is_found_under_any_host() {
    let bed = TestBed::new();
    let client = bed.client().await;
    for url in
        ["https://sqs.eu-central-1.amazonaws.com/000000000000/jobs", "http://host.docker.internal/000000000000/jobs"]
    {
        client.send_message().queue_url(url).message_body("x").send().await.unwrap();
    }
    assert_eq!(bed.sqs.depth("jobs").await.unwrap().visible, 2);
    let url = client.get_queue_url().queue_name("jobs").send().await.unwrap();
    assert_eq!(url.queue_url().map(path), Some(path(JOBS)));
    assert!(
        client
            .get_queue_url()
            .queue_name("nope")
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_queue_does_not_exist()
    );
}

#[tokio::test]
async fn an_entry_of_a_batch_fails_by_itself() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let late = SendMessageBatchRequestEntry::builder().id("late").message_body("x").delay_seconds(901).build().unwrap();
    let sent = client
        .send_message_batch()
        .queue_url(JOBS)
        .entries(entry("good", "msg"))
        .entries(entry("bad", "\u{1}"))
        .entries(late)
        .send()
        .await
        .unwrap();
    let [good] = sent.successful() else { panic!("{sent:?}") };
    assert_eq!((good.id(), good.md5_of_message_body()), ("good", "6e2baaf3b97dbeef01c0043275f9a0e7"));
    let failed: Vec<_> = sent.failed().iter().map(|f| (f.id(), f.code(), f.sender_fault())).collect();
    assert_eq!(failed, [("bad", "InvalidMessageContents", true), ("late", "InvalidParameterValue", true)]);
    assert_eq!(bed.sqs.depth("jobs").await.unwrap().visible, 1);

    let handle = only(client.receive_message().queue_url(JOBS).send().await.unwrap()).receipt_handle.unwrap();
    let change = |id: &str, handle: &str, timeout| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(handle)
            .visibility_timeout(timeout)
            .build()
            .unwrap()
    };
    let changed = client
        .change_message_visibility_batch()
        .queue_url(JOBS)
        .entries(change("good", &handle, 0))
        .entries(change("visible", &handle, 5))
        .entries(change("broken", "x", 5))
        .send()
        .await
        .unwrap();
    assert_eq!(changed.successful().iter().map(|s| s.id()).collect::<Vec<_>>(), ["good"]);
    let failed: Vec<_> = changed.failed().iter().map(|f| (f.id(), f.code())).collect();
    let not_inflight = "AWS.SimpleQueueService.MessageNotInflight";
    assert_eq!(failed, [("visible", not_inflight), ("broken", "ReceiptHandleIsInvalid")]);

    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let deleted = client
        .delete_message_batch()
        .queue_url(JOBS)
        .entries(delete("good", &handle))
        .entries(delete("broken", "x"))
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.successful().iter().map(|s| s.id()).collect::<Vec<_>>(), ["good"]);
    assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), local_sqs::Depth::default());
}

#[tokio::test]
async fn a_batch_that_is_wrong_as_a_whole_sends_nothing() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let half = "x".repeat(local_sqs::MAX_MESSAGE_BYTES / 2 + 1);
    let batches = [
        (vec![], "AWS.SimpleQueueService.EmptyBatchRequest"),
        ((0..11).map(|i| entry(i.to_string(), "x")).collect(), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        (vec![entry("a:b", "x")], "AWS.SimpleQueueService.InvalidBatchEntryId"),
        (vec![entry("a", &half), entry("b", &half)], "AWS.SimpleQueueService.BatchRequestTooLong"),
    ];
    for (entries, expected) in batches {
        let error = client.send_message_batch().queue_url(JOBS).set_entries(Some(entries)).send().await.unwrap_err();
        assert_eq!(code(&error), expected);
    }
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), local_sqs::Depth::default());
}

#[tokio::test]
async fn numbers_out_of_range_are_refused() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let receive = || client.receive_message().queue_url(JOBS);
    let refused = [
        (
            receive().max_number_of_messages(11).send().await.unwrap_err(),
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            receive().wait_time_seconds(21).send().await.unwrap_err(),
            "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            receive().visibility_timeout(43_201).send().await.unwrap_err(),
            "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided.",
        ),
        (
            receive().message_system_attribute_names("Nonsense".into()).send().await.unwrap_err(),
            "Unknown Attribute Nonsense.",
        ),
    ];
    for (error, message) in refused {
        assert_eq!(error.message(), Some(message));
    }
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_is_sent() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let mut poll = pin!(client.receive_message().queue_url(JOBS).wait_time_seconds(20).send());
    assert!(timeout(Duration::from_millis(100), &mut poll).await.is_err(), "an empty queue keeps it waiting");
    let sent = Instant::now();
    bed.sqs.send("jobs", NewMessage::new("wake up")).await.unwrap();
    assert_eq!(only(poll.await.unwrap()).body(), Some("wake up"));
    assert!(sent.elapsed() < Duration::from_secs(5), "{:?}", sent.elapsed());
}

#[tokio::test]
async fn the_attributes_of_a_queue_are_the_templates_and_its_counts() {
    let bed = TestBed::new();
    let client = bed.client().await;
    for body in ["a", "b"] {
        client.send_message().queue_url(JOBS).message_body(body).send().await.unwrap();
    }
    client.send_message().queue_url(JOBS).message_body("c").delay_seconds(900).send().await.unwrap();
    client.receive_message().queue_url(JOBS).send().await.unwrap();
    let all =
        client.get_queue_attributes().queue_url(JOBS).attribute_names(QueueAttributeName::All).send().await.unwrap();
    let all = all.attributes().unwrap();
    let expected = [
        (QueueAttributeName::QueueArn, arn("jobs")),
        (QueueAttributeName::VisibilityTimeout, "30".into()),
        (QueueAttributeName::MessageRetentionPeriod, "345600".into()),
        (QueueAttributeName::MaximumMessageSize, "1048576".into()),
        (
            QueueAttributeName::RedrivePolicy,
            format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":2}}"#, arn("jobs-dead")),
        ),
        (QueueAttributeName::ApproximateNumberOfMessages, "1".into()),
        (QueueAttributeName::ApproximateNumberOfMessagesNotVisible, "1".into()),
        (QueueAttributeName::ApproximateNumberOfMessagesDelayed, "1".into()),
    ];
    for (name, value) in expected {
        assert_eq!(all[&name], value, "{name}");
    }
    let some = client
        .get_queue_attributes()
        .queue_url(JOBS)
        .attribute_names(QueueAttributeName::DelaySeconds)
        .attribute_names(QueueAttributeName::Policy)
        .send()
        .await
        .unwrap();
    assert_eq!(some.attributes().unwrap().len(), 1);
    let unknown = client.get_queue_attributes().queue_url(JOBS).attribute_names("Nonsense".into()).send().await;
    assert!(unknown.unwrap_err().into_service_error().is_invalid_attribute_name());
}

#[tokio::test]
async fn queues_are_listed_by_pages() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let first = client.list_queues().max_results(2).send().await.unwrap();
    assert_eq!(paths(first.queue_urls()), [path(JOBS), path(DEAD)]);
    let rest = client.list_queues().max_results(2).set_next_token(first.next_token).send().await.unwrap();
    assert_eq!(paths(rest.queue_urls()), ["000000000000/other"]);
    assert_eq!(rest.next_token(), None);
    let prefixed = client.list_queues().queue_name_prefix("jobs-").send().await.unwrap();
    assert_eq!(paths(prefixed.queue_urls()), [path(DEAD)]);
    let sources = client.list_dead_letter_source_queues().queue_url(DEAD).send().await.unwrap();
    assert_eq!(paths(sources.queue_urls()), [path(JOBS)]);
}

#[tokio::test]
async fn dead_letters_are_moved_back_by_a_task() {
    let bed = TestBed::new();
    let client = bed.client().await;
    client.send_message().queue_url(JOBS).message_body("poison").send().await.unwrap();
    let receive = |url| client.receive_message().queue_url(url).visibility_timeout(0).send();
    for _ in 0..2 {
        only(receive(JOBS).await.unwrap());
    }
    assert_eq!(receive(JOBS).await.unwrap().messages(), []);
    let dead = client
        .receive_message()
        .queue_url(DEAD)
        .visibility_timeout(0)
        .message_system_attribute_names(MessageSystemAttributeName::DeadLetterQueueSourceArn)
        .send();
    let source = &only(dead.await.unwrap()).attributes.unwrap()[&MessageSystemAttributeName::DeadLetterQueueSourceArn];
    assert_eq!(*source, arn("jobs"));

    client.start_message_move_task().source_arn(arn("jobs-dead")).send().await.unwrap();
    assert_eq!(only(receive(JOBS).await.unwrap()).body(), Some("poison"));
    let tasks = client.list_message_move_tasks().source_arn(arn("jobs-dead")).send().await.unwrap();
    let [task] = tasks.results() else { panic!("{tasks:?}") };
    assert_eq!((task.status(), task.approximate_number_of_messages_moved()), (Some("COMPLETED"), 1));

    let error = client.start_message_move_task().source_arn(arn("jobs")).send().await.unwrap_err();
    assert_eq!(error.message(), Some("Source queue must be configured as a Dead Letter Queue."));
    let error = client.start_message_move_task().source_arn(arn("nope")).send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_purge_leaves_nothing() {
    let bed = TestBed::new();
    let client = bed.client().await;
    bed.sqs.send_all("jobs", (0..3).map(|i| NewMessage::new(i.to_string())).collect()).await.unwrap();
    bed.sqs.receive("jobs", 1, None).await.unwrap();
    client.purge_queue().queue_url(JOBS).send().await.unwrap();
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), local_sqs::Depth::default());
}

/// Some SDKs send to the URL of a queue and not to the endpoint they are given.
#[tokio::test]
async fn urls_of_queues_lead_to_the_port_that_was_asked() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let url = client.get_queue_url().queue_name("jobs").send().await.unwrap();
    let url = url.queue_url().unwrap();
    let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/000000000000/jobs"));
    assert!(port.is_some_and(|port| port.parse::<u16>().is_ok()), "{url}");
    assert_eq!(client.create_queue().queue_name("jobs").send().await.unwrap().queue_url(), Some(url));
    let listed = client.list_queues().queue_name_prefix("jobs").max_results(1).send().await.unwrap();
    assert_eq!(listed.queue_urls(), [url]);
    client.send_message().queue_url(url).message_body("x").send().await.unwrap();
    assert_eq!(bed.sqs.depth("jobs").await.unwrap().visible, 1);
}

#[tokio::test]
async fn a_queue_that_is_there_is_made_again_only_as_it_is() {
    let client = TestBed::new().client().await;
    let create = |seconds: &str| {
        client.create_queue().queue_name("jobs").attributes(QueueAttributeName::VisibilityTimeout, seconds)
    };
    create("30").send().await.unwrap();
    assert_eq!(code(&create("31").send().await.unwrap_err()), "QueueAlreadyExists");
}

#[tokio::test]
async fn what_is_not_emulated_is_refused_by_name() {
    let bed = TestBed::new();
    let client = bed.client().await;
    let error = client.create_queue().queue_name("new").send().await.unwrap_err();
    assert_eq!(error.message(), Some("CreateQueue is not emulated: queues and their settings come from the template."));
    let error = client.send_message().queue_url(JOBS).message_body("x").message_deduplication_id("d").send().await;
    assert_eq!(code(&error.unwrap_err()), "InvalidParameterValue");
}
