//! What stories share.

use super::*;
use crate::kept::Seen;
use crate::story::Story;

#[test]
fn a_batch_is_in_the_story_of_each_of_its_records_and_its_messages_in_the_one_they_name() {
    let recorder = recorder();
    let calls = ["request-a", "request-b"].map(|id| begin(&recorder, id));
    for (at, call) in (0..).zip(&calls) {
        let write = call.span().child(Kind::Table, "PutItem");
        // Two records each: 1 and 2, 3 and 4.
        write.span().wrote("Things", 2 * at, 2 * at + 2);
        write.finish(Outcome::Ok);
    }
    let records: Vec<Open> = (1..=4).map(|at| recorder.record("Things", at).child(Kind::Stream, "Things")).collect();
    let batch = Span::join(records.iter().map(Open::span));
    let invocation = batch.child(Kind::Invocation, "Publish");
    let send = invocation.span().child(Kind::Queue, "SendMessageBatch");
    send.span().narrowed(["{\"requestId\":\"request-b\"}"]).sent("message-b");
    send.span().narrowed(["{}"]).sent("message-of-both");
    recorder.message("message-b", "").child(Kind::Queue, "deliver b").finish(Outcome::Ok);
    recorder.message("message-of-both", "").child(Kind::Queue, "deliver both").finish(Outcome::Ok);

    let [a, b] = ["request-a", "request-b"].map(|id| entries(&recorder, id));
    let common = ["PutItem", "Things", "Things", "Publish", "SendMessageBatch"];
    assert_eq!(names(&a), [&common[..], &["deliver both"]].concat());
    assert_eq!(names(&b), [&common[..], &["deliver b", "deliver both"]].concat());
    // One invocation, under the first record of either story.
    assert_eq!(a[3]["id"], b[3]["id"]);
    assert_eq!([&a[3]["parent"], &b[3]["parent"]], [&a[1]["id"], &b[1]["id"]]);
    assert_ne!(a[1]["id"], b[1]["id"]);
    assert!(!recorder.record("Things", 5).is_recorded() && !recorder.record("Others", 1).is_recorded());
}

/// The names of a story's entries, and how much of what was asked is kept.
fn kept(recorder: &Recorder, id: &str) -> Vec<(String, usize)> {
    let seen = |seen: Seen| (seen.content.name, seen.content.request.map_or(0, |request| request.kept.len()));
    of(recorder, id, |story| story.entries().map(seen).collect())
}

fn of<T>(recorder: &Recorder, id: &str, read: impl FnOnce(&Story) -> T) -> T {
    let stories = recorder.0.as_ref().unwrap().stories();
    read(stories.iter().find(|story| story.id == id).unwrap())
}

#[test]
fn a_full_story_takes_nothing_from_others_and_has_what_its_batches_did_as_long_as_they_are_kept() {
    let recorder = Recorder::new(Limits { stories: 3, ..Limits::default() }, Tables::new());
    let calls = ["request-b", "request-full"].map(|id| begin(&recorder, id));
    let fill = || calls[1].span().child(Kind::Table, "PutItem").span().request(&[b'x'; 65_000]);
    (0..120).for_each(|_| fill());
    Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "Work").span().request(&[b'x'; 60_000]);
    for id in ["request-b", "request-full"] {
        assert_eq!(kept(&recorder, id).last().unwrap(), &("Work".to_owned(), 60_000), "{id}");
    }
    (0..80).for_each(|_| fill());
    Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "More").span().request(&[b'x'; 65_000]);
    for id in ["request-b", "request-full"] {
        assert_eq!(kept(&recorder, id).last().unwrap(), &("More".to_owned(), 65_000), "{id}");
    }
    let before = recorder.size().1;
    let _others = ["request-c", "request-d"].map(|id| begin(&recorder, id));
    assert!(before - recorder.size().1 > 60_000);
    let full = kept(&recorder, "request-full");
    assert!(full.iter().any(|(name, _)| name == "Work") && !full.iter().any(|(name, _)| name == "More"));
}

#[test]
fn full_stories_have_what_their_batches_did_but_for_payloads() {
    let recorder = recorder();
    let calls = ["request-full", "request-b"].map(|id| begin(&recorder, id));
    for call in &calls {
        for _ in 0..200 {
            call.span().child(Kind::Table, "PutItem").span().request(&[b'x'; 65_000]);
        }
    }
    let before = recorder.size().1;
    let batch = Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "Work");
    batch.span().request(&[b'x'; 65_000]);
    assert!(recorder.size().1 - before < 3_000);
    for (is_open, has_failed) in [(true, false), (false, true)] {
        for id in ["request-full", "request-b"] {
            let totals = of(&recorder, id, |story| story.state().totals());
            assert_eq!((totals.is_full, totals.is_open, totals.has_failed), (true, is_open, has_failed), "{id}");
            assert_eq!(kept(&recorder, id).last().unwrap().0, "Work");
        }
        batch.end(Outcome::Error);
    }
}

#[test]
fn two_stories_do_not_push_out_the_others_whatever_their_batches_cause() {
    let recorder = recorder();
    let _other = begin(&recorder, "request-other");
    let calls = ["request-a", "request-b"].map(|id| begin(&recorder, id));
    let batch = || Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "Work");
    let totals = || of(&recorder, "request-a", |story| story.state().totals());
    (0..600).for_each(|_| batch().span().request(&[b'x'; 60_000]));
    assert_eq!((totals().entries, totals().is_full), (600, true));
    assert!(recorder.story("request-other").is_some() && recorder.size().1 < 12 * 1024 * 1024);
    for _ in 0..9 {
        let batch = batch();
        (0..499).for_each(|_| batch.span().child(Kind::Table, "PutItem").finish(Outcome::Ok));
    }
    assert_eq!((totals().entries, totals().entries_omitted), (5_000, 100));
}

#[test]
fn what_a_batch_leads_to_is_under_it_in_each_of_the_stories() {
    let recorder = recorder();
    let calls = ["request-a", "request-b", "request-c"].map(|id| begin(&recorder, id));
    let [a, b, c] = &calls;
    let first = Span::join([a.span(), b.span()]).child(Kind::Invocation, "First");
    let write = first.span().child(Kind::Table, "PutItem");
    write.span().wrote("Things", 0, 1);
    write.span().narrowed(["request-b"]).sent("message-b");
    let record = recorder.record("Things", 1).child(Kind::Stream, "Things");
    let second = Span::join([record.span(), c.span()]).child(Kind::Invocation, "Second");
    second.span().child(Kind::Table, "GetItem").finish(Outcome::Ok);
    recorder.message("message-b", "").child(Kind::Queue, "Message").finish(Outcome::Ok);
    let tree = |id: &str| {
        let entries = entries(&recorder, id);
        let name = |id: &Value| entries.iter().find(|entry| &entry["id"] == id).unwrap()["name"].as_str().unwrap();
        let line = |entry: &Value| match &entry["parent"] {
            Value::Null => name(&entry["id"]).to_owned(),
            parent => format!("{} < {}", name(&entry["id"]), name(parent)),
        };
        entries.iter().map(line).collect::<Vec<_>>()
    };
    let common = ["First", "PutItem < First", "Things < PutItem", "Second < Things", "GetItem < Second"];
    assert_eq!(tree("request-a"), common);
    assert_eq!(tree("request-b"), [&common[..], &["Message < PutItem"]].concat());
    assert_eq!(tree("request-c"), ["Second", "GetItem < Second"]);
}

#[test]
fn what_stories_share_is_kept_once_and_as_long_as_any_of_them() {
    let limits = Limits { stories: 3, ..Limits::default() };
    let recorder = Recorder::new(limits, Tables::new());
    let calls = ["request-a", "request-b"].map(|id| begin(&recorder, id));
    let before = recorder.size().1;
    let batch = Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "Work");
    let call = batch.span().child(Kind::Table, "PutItem");
    call.span().request(&[b'x'; 50_000]);
    call.finish(Outcome::Ok);
    let taken = recorder.size().1 - before;
    assert!((50_000..55_000).contains(&taken), "{taken}");
    let seen = |id| {
        let story = recorder.story(id).unwrap();
        [story["entries"].as_array().unwrap().len().into(), story["isOpen"].clone(), story["outcome"].clone()]
    };
    assert_eq!(seen("request-a"), [json!(2), json!(true), json!("ok")]);
    let after = recorder.list(&Filter::default())["latest"].as_u64().unwrap();
    batch.finish(Outcome::Error);
    calls.into_iter().for_each(|call| call.finish(Some(200), false));
    assert_eq!(stories(&recorder, &Filter { after, ..Filter::default() }), ["request-a", "request-b"]);
    for id in ["request-a", "request-b"] {
        assert_eq!(seen(id), [json!(2), json!(false), json!("error")]);
    }
    let _others = ["request-c", "request-d"].map(|id| begin(&recorder, id));
    assert!(recorder.story("request-a").is_none());
    assert_eq!(seen("request-b")[0], 2);
    assert!(recorder.size().1 > 50_000);
    let _last = begin(&recorder, "request-e");
    assert!(recorder.size().1 < 5_000);
}

#[test]
fn nothing_is_kept_of_a_batch_whose_stories_are_all_forgotten() {
    let recorder = Recorder::new(Limits { stories: 1, ..Limits::default() }, Tables::new());
    let spans = ["request-a", "request-b"].map(|id| begin(&recorder, id).span().clone());
    let early = Span::join(&spans).child(Kind::Invocation, "Work");
    let _last = begin(&recorder, "request-c");
    let before = recorder.size().1;
    early.span().child(Kind::Table, "PutItem").span().request(&[b'x'; 50_000]);
    let late = Span::join(&spans).child(Kind::Invocation, "Work");
    late.span().request(&[b'x'; 50_000]);
    assert!(early.span().is_recorded() && !late.span().is_recorded());
    assert_eq!(recorder.size().1, before);
}
