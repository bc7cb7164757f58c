use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Call, Filter, Kind, Limits, Open, Outcome, Recorder, Span, StoryKind, Tables};

mod batches;
mod limits;

fn recorder() -> Recorder {
    Recorder::new(Limits::default(), Tables::from([("Things".to_owned(), vec!["id".to_owned()])]))
}

fn begin(recorder: &Recorder, id: &str) -> Call {
    recorder.begin(StoryKind::Api, id, || format!("GET /{id}"))
}

fn stories(recorder: &Recorder, filter: &Filter) -> Vec<String> {
    let list = recorder.list(filter);
    list["stories"].as_array().unwrap().iter().map(|story| story["id"].as_str().unwrap().to_owned()).collect()
}

fn entries(recorder: &Recorder, id: &str) -> Vec<Value> {
    recorder.story(id).unwrap()["entries"].as_array().unwrap().clone()
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn a_story_has_the_entries_of_what_its_call_caused() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let api = call.span().child(Kind::Api, "/things");
    let invocation = api.span().child(Kind::Invocation, "CreateThing");
    invocation.span().request_id("invocation-1");
    invocation.span().log("started");
    let write = invocation.span().child(Kind::Table, "PutItem");
    write.span().request(br#"{"TableName":"Things","Item":{"id":{"S":"7"},"password":{"S":"hidden"}}}"#);
    write
        .span()
        .response(br#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}"#);
    write.finish(Outcome::Error);
    assert_eq!(recorder.story("invocation-1").unwrap()["isOpen"], true);
    invocation.finish(Outcome::Ok);
    api.finish(Outcome::Ok);
    call.finish(Some(201), false);

    let story = recorder.story("invocation-1").unwrap();
    assert_eq!([&story["id"], &story["status"], &story["isOpen"]], [&json!("request-1"), &json!(201), &json!(false)]);
    let entries = entries(&recorder, "request-1");
    assert_eq!(names(&entries), ["/things", "CreateThing", "PutItem Things"]);
    assert_eq!([&entries[0]["parent"], &entries[1]["parent"]], [&Value::Null, &entries[0]["id"]]);
    assert_eq!(entries[1]["logs"][0]["line"], "started");
    assert_eq!(entries[2]["outcome"], "conditionFailed");
    assert_eq!(entries[2]["details"]["key"], json!({"id": "7"}));
    assert!(!entries[2].to_string().contains("hidden"));
}

#[test]
fn a_message_that_was_redriven_goes_on_with_the_story_it_names() {
    let recorder = recorder();
    let _old = begin(&recorder, "request-old");
    let _new = begin(&recorder, "request-new");
    recorder.message("other", r#"{"requestId":"request-old"}"#).child(Kind::Queue, "again").finish(Outcome::Ok);
    assert_eq!(names(&entries(&recorder, "request-old")), ["again"]);
    assert!(!recorder.message("other", "{}").is_recorded());
}

#[test]
fn a_callers_id_ties_a_message_only_if_it_can_be_no_others() {
    let recorder = recorder();
    let [ada, eve] = ["request-ada", "request-eve"].map(|id| begin(&recorder, id));
    let long = "0198f3c2-1111-7000-8000-000000000001";
    ada.span().called(long);
    for id in ["productId", "\"userId\":\"", "0198f3c2-2222-7000-8000-000000000002", "0198f3c2 1111 7000 8000"] {
        eve.span().called(id);
    }
    let batch = Span::join([ada.span(), eve.span()]);
    let told = |text: &str| batch.narrowed([text]).positions().iter().map(|at| at.story.id.clone()).collect::<Vec<_>>();
    let both = ["request-ada", "request-eve"];
    assert_eq!(told(r#"{"productId":1}"#), both);
    assert_eq!(told(r#"{"userId":"0198f3c2 1111 7000 8000"}"#), both);
    assert_eq!(told(&json!({"body": json!({"id": long}).to_string()}).to_string()), ["request-ada"]);
    assert_eq!(told(&format!("Root=1-2;{long}")), ["request-ada"]);
    // An id is a whole word, and the stack's own goes before a caller's.
    assert_eq!(told(&format!("{long}0")), both);
    assert_eq!(told("0198f3c2-2222-7000-8000-000000000002 of request-ada"), ["request-ada"]);
    eve.span().called(long);
    assert_eq!(told(long), both);
    assert!(!recorder.message("other", "productId").is_recorded() && !recorder.message("other", long).is_recorded());
    // It leads to the story all the same.
    assert_eq!(recorder.story("productId").unwrap()["id"], "request-eve");
}

#[test]
fn an_id_in_base64_is_found() {
    let recorder = recorder();
    begin(&recorder, "request-1").span().known_as("a+/bcdefghijklm=");
    assert!(recorder.message("other", r#"{"id":"a+/bcdefghijklm="}"#).is_recorded());
}

/// The longest wait is compared with the look, as machines differ, and several times, as a machine may have other work.
#[test]
fn an_entry_goes_on_while_somebody_looks_at_it() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let invocation = call.span().child(Kind::Invocation, "Work");
    (0..500).for_each(|_| invocation.span().log(&"word ".repeat(1_600)));
    let goes_on = || {
        std::thread::scope(|scope| {
            let look = scope.spawn(|| {
                let started = Instant::now();
                recorder.story("request-1").unwrap();
                started.elapsed()
            });
            let mut longest = Duration::ZERO;
            while !look.is_finished() {
                let started = Instant::now();
                invocation.span().log("one more");
                longest = longest.max(started.elapsed());
            }
            longest < look.join().unwrap() / 2
        })
    };
    assert!((0..10).any(|_| goes_on()));
}

#[test]
fn a_mails_text_is_not_shown() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let text = json!({"Text": {"Data": "Paste t0k-en"}, "Html": {"Data": "<b>t0k-en</b>"}});
    let content = json!({"Simple": {"Subject": {"Data": "Your link"}, "Body": text}});
    let mail = json!({"Destination": {"ToAddresses": ["ada@example.com"]}, "Content": content}).to_string();
    let raw = json!({"Content": {"Raw": {"Data": "t0k-en"}}}).to_string();
    for (kind, request) in [(Kind::Mail, &*mail), (Kind::Denied, &mail), (Kind::Mail, &raw), (Kind::Mail, &mail[..140])]
    {
        let entry = call.span().child(kind, "SendEmail");
        entry.span().note("service", "mail");
        entry.span().request(request.as_bytes());
    }
    let entries = entries(&recorder, "request-1");
    assert_eq!(entries[0]["name"], "SendEmail ada@example.com");
    let shown: Value = serde_json::from_str(entries[0]["request"].as_str().unwrap()).unwrap();
    assert_eq!(shown["Content"], json!({"Simple": {"Subject": {"Data": "Your link"}, "Body": "•••"}}));
    for entry in entries {
        assert!(!entry.to_string().contains("t0k"), "{entry:#}");
        assert!(entry["request"].is_string(), "{entry:#}");
    }
}

#[test]
fn a_denied_call_of_a_service_that_is_not_known_may_be_a_mail() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let denied = call.span().child(Kind::Denied, "SendEmail");
    denied.span().request(br#"{"Content": {"Raw": {"Data": "t0k-en"}}}"#);
    let shown = || entries(&recorder, "request-1")[0]["request"].to_string();
    assert!(!shown().contains("t0k"), "{}", shown());
    denied.span().note("service", "table");
    assert!(shown().contains("t0k"), "{}", shown());
}

#[test]
fn an_entry_whose_caller_went_away_has_ended() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    drop(call.span().child(Kind::Invocation, "Gone"));
    drop(call);
    let story = recorder.story("request-1").unwrap();
    assert_eq!([&story["isOpen"], &story["outcome"]], [&json!(false), &json!("error")]);
    assert_eq!(story["entries"][0]["details"]["abandoned"], true);
}

#[test]
fn a_try_that_was_made_again_is_retried() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    for outcome in [Outcome::Error, Outcome::Ok] {
        let entry = call.span().child(Kind::Table, "GetItem");
        entry.span().note("sdkInvocationId", "one");
        entry.finish(outcome);
    }
    let outcomes: Vec<Value> = entries(&recorder, "request-1").iter().map(|entry| entry["outcome"].clone()).collect();
    assert_eq!(outcomes, ["retried", "ok"]);
}

#[test]
fn the_list_is_what_changed_and_is_asked_for() {
    let recorder = recorder();
    let first = begin(&recorder, "request-first");
    let latest = |recorder: &Recorder| recorder.list(&Filter::default())["latest"].as_u64().unwrap();
    let after = latest(&recorder);
    recorder.begin(StoryKind::Schedule, "run-second", || "Sweep".to_owned()).finish(None, false);
    let changed = |after| stories(&recorder, &Filter { after, ..Filter::default() });
    assert_eq!(changed(0), ["request-first", "run-second"]);
    assert_eq!(changed(after), ["run-second"]);
    let after = latest(&recorder);
    first.span().child(Kind::Invocation, "Work").finish(Outcome::Ok);
    assert_eq!(changed(after), ["request-first"]);
    let of = |kind: Option<StoryKind>, text: Option<&str>| {
        stories(&recorder, &Filter { after: 0, kind, text: text.map(str::to_owned) })
    };
    assert_eq!(of(Some(StoryKind::Schedule), None), ["run-second"]);
    assert_eq!(of(None, Some("SWEEP")), ["run-second"]);
    assert_eq!(of(None, Some("work")), ["request-first"]);
    assert_eq!(of(Some(StoryKind::Api), Some("sweep")), [""; 0]);
}

#[test]
fn a_search_finds_what_is_shown_and_nothing_that_is_hidden() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let entry = call.span().child(Kind::Invocation, "Work");
    entry.span().request(br#"{"name": "Gr\u00fcne Lampe (1)", "password": "hunter2"}"#);
    entry.span().response(b"Answer 42");
    entry.span().log("it went völlig WRONG, Bearer abcdefghijk");
    entry.span().note("failure", "out of memory");
    let finds =
        |text: &str| !stories(&recorder, &Filter { text: Some(text.to_owned()), ..Filter::default() }).is_empty();
    for text in ["grüne lampe (1)", "answer 4", "VÖLLIG wrong", "OUT OF", "work", "request-1", "password"] {
        assert!(finds(text), "{text}");
    }
    // What is shown is made of several texts.
    let send = call.span().child(Kind::Queue, "SendMessageBatch");
    send.span().request(br#"{"QueueUrl": "http://localhost/000000000000/JobsQueue", "Entries": []}"#);
    let query = call.span().child(Kind::Table, "Query");
    query.span().request(
        br##"{"TableName": "Things", "KeyConditionExpression": "#kind = :kind",
            "ExpressionAttributeNames": {"#kind": "listing"}, "ExpressionAttributeValues": {":kind": {"S": "user"}}}"##,
    );
    for text in ["sendmessagebatch jobsqueue", "Query Things", "listing = \"user\""] {
        assert!(finds(text), "{text}");
    }
    for text in ["hunter2", "abcdefghijk", "lampe .1.", "nothing", "Query JobsQueue"] {
        assert!(!finds(text), "{text}");
    }
}

#[tokio::test]
async fn whoever_waits_hears_of_a_change() {
    let recorder = recorder();
    let call = begin(&recorder, "request-1");
    let latest = recorder.list(&Filter::default())["latest"].as_u64().unwrap();
    // At once: there was a change already.
    recorder.changed(latest - 1, Duration::from_secs(60)).await;
    let waiting = tokio::spawn({
        let recorder = recorder.clone();
        async move { recorder.changed(latest, Duration::from_secs(60)).await }
    });
    call.finish(Some(200), false);
    tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
}

#[test]
fn a_recorder_that_is_off_records_nothing() {
    let recorder = Recorder::default();
    let call = begin(&recorder, "request-1");
    call.span().child(Kind::Invocation, "Work").span().log("line");
    assert!(!call.span().is_recorded() && recorder.story("request-1").is_none());
    assert_eq!(recorder.list(&Filter::default()), json!({"latest": 0, "stories": []}));
}
