use bytes::Bytes;
use http::Request;
use local_sqs::NewMessage;
use local_stories::{Call, Filter, Kind, Recorder, StoryKind};
use serde_json::{Value, json};

use crate::Redelivery;
use crate::testing::{Functions, OK, Outcome, TestBed, queue_source, queue_system, source, system};

fn begin(bed: &TestBed, id: &str) -> Call {
    bed.stories.begin(StoryKind::Api, id, || id.to_owned())
}

/// Each entry's kind, name and outcome.
fn entries(stories: &Recorder, id: &str) -> Vec<String> {
    let story = stories.story(id).unwrap();
    let shown = |entry: &Value| ["kind", "name", "outcome"].map(|member| entry[member].as_str().unwrap()).join(" ");
    story["entries"].as_array().unwrap().iter().map(shown).collect()
}

async fn put(bed: &TestBed, call: &Call, id: &str) {
    let write = call.span().child(Kind::Table, "PutItem");
    let body = json!({"TableName": "Things", "Item": {"id": {"S": id}}}).to_string();
    let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
    let request = request.extension(write.span().clone()).body(Bytes::from(body)).unwrap();
    assert_eq!(bed.db.handle(None, request).await.status(), 200);
    write.finish(local_stories::Outcome::Ok);
}

#[tokio::test]
async fn a_record_is_in_the_story_of_its_write() {
    let bed = TestBed::new().await;
    let (one, other) = (begin(&bed, "request-one"), begin(&bed, "request-other"));
    put(&bed, &one, "a").await;
    put(&bed, &other, "b").await;
    put(&bed, &other, "c").await;
    bed.drain(&system(source()), &Functions::new(|_| OK)).await;
    let delivered = "stream Things ok";
    assert_eq!(entries(&bed.stories, "request-one"), ["table PutItem ok", delivered]);
    assert_eq!(entries(&bed.stories, "request-other"), ["table PutItem ok", "table PutItem ok", delivered, delivered]);
    let story = bed.stories.story("request-one").unwrap();
    assert_eq!(story["entries"][1]["details"]["key"], json!({"id": "a"}));
    assert_eq!(story["entries"][1]["parent"], story["entries"][0]["id"]);
}

#[tokio::test]
async fn a_message_is_in_the_story_of_its_send_each_time_it_is_tried() {
    let bed = TestBed::new().await;
    let call = begin(&bed, "request-one");
    let send = call.span().child(Kind::Queue, "SendMessage");
    let span = send.span().clone();
    bed.sqs.send("Jobs", NewMessage { span, ..NewMessage::new("a") }).await.unwrap();
    send.finish(local_stories::Outcome::Ok);
    let tries = std::sync::atomic::AtomicU32::new(0);
    let functions = Functions::new(move |_| match tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Outcome::Fails,
        _ => OK,
    });
    let sources = bed.start(&queue_system(queue_source()), &functions).await;
    sources.drained(Redelivery::AtOnce).await.unwrap();
    sources.stop().await;
    let received = "queue ReceiveMessage Jobs";
    assert_eq!(
        entries(&bed.stories, "request-one"),
        ["queue SendMessage ok".to_owned(), format!("{received} error"), format!("{received} ok")]
    );
}

#[tokio::test]
async fn what_was_there_before_has_a_story_of_its_own() {
    let bed = TestBed::new().await;
    bed.put("a b").await;
    bed.drain(&system(source()), &Functions::new(|_| OK)).await;
    let list = bed.stories.list(&Filter::default());
    let titles: Vec<&Value> = list["stories"].as_array().unwrap().iter().map(|story| &story["title"]).collect();
    assert!(
        !titles.is_empty() && titles.iter().all(|title| title.as_str().unwrap().starts_with("Things → ")),
        "{list}"
    );
}
