//! How much is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// The bytes of all that is kept.
fn recounted(recorder: &Recorder) -> usize {
    let stories = recorder.0.as_ref().unwrap().stories();
    let mut batches = BTreeMap::new();
    for story in stories.iter() {
        batches.extend(story.state().branches().map(|branch| (Arc::as_ptr(branch), branch.tree().bytes)));
    }
    stories.iter().map(|story| story.bytes()).chain(batches.into_values()).sum()
}

#[test]
fn the_newest_stories_are_kept_and_the_others_give_their_room_back() {
    let limits = Limits::default();
    let recorder = recorder();
    let spans: Vec<Span> = (0..1_100).map(|at| begin(&recorder, &format!("request-{at}")).span().clone()).collect();
    assert_eq!(recorder.size().0, limits.stories);
    assert!(recorder.story("request-99").is_none() && recorder.story("request-100").is_some());
    // What is forgotten takes no more room, whatever still happens.
    let before = recorder.size().1;
    spans[0].child(Kind::Table, "PutItem").span().request(&[b'x'; 1000]);
    assert_eq!(recorder.size().1, before);
    for span in &spans[100..] {
        span.child(Kind::Table, "PutItem").span().request(&[b'x'; 60_000]);
        assert!(recorder.size().1 <= limits.bytes);
    }
    let (count, bytes) = recorder.size();
    assert!((500..600).contains(&count) && bytes > limits.bytes - 100_000, "{count} {bytes}");
    assert!(recorder.story("request-1099").is_some());
}

#[test]
fn one_story_alone_does_not_push_out_the_others() {
    let recorder = recorder();
    let _other = begin(&recorder, "request-other");
    let call = begin(&recorder, "request-long");
    for _ in 0..6_000 {
        let entry = call.span().child(Kind::Table, "PutItem");
        entry.span().request(&[b'x'; 70_000]);
        entry.finish(Outcome::Ok);
    }
    let story = recorder.story("request-long").unwrap();
    assert_eq!([&story["truncated"], &story["entries"][0]["details"]["requestBytes"]], [&json!(true), &json!(70_000)]);
    assert_eq!(story["entries"].as_array().unwrap().len(), 5_000);
    assert!(recorder.story("request-other").is_some() && recorder.size().1 < 12 * 1024 * 1024);
}

#[test]
fn long_texts_are_cut_and_long_ids_are_none() {
    let recorder = recorder();
    let long = "x".repeat(5_000);
    let call = recorder.begin(StoryKind::Api, "request-1", || format!("GET /{long}"));
    let entry = call.span().child(Kind::Api, &long);
    entry.span().called(&long);
    entry.span().note("failure", long.as_str());
    entry.span().log(&"y".repeat(10_000));
    let story = recorder.story("request-1").unwrap();
    let cut = format!("{}… (5000 bytes)", &long[..1024]);
    assert_eq!(story["title"], format!("GET /{}… (5005 bytes)", &long[..1019]));
    assert_eq!([&story["entries"][0]["name"], &story["entries"][0]["details"]["failure"]], [&cut, &cut]);
    assert_eq!(story["entries"][0]["logs"][0]["line"], format!("{}… (10000 bytes)", "y".repeat(8 * 1024)));
    assert!(recorder.story(&long).is_none());
}

#[test]
fn threads_share_a_recorder_and_its_limits_hold() {
    let limits = Limits { stories: 50, bytes: 200_000 };
    let recorder = Recorder::new(limits, Tables::new());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let recorder = &recorder;
            scope.spawn(move || {
                let mut last = Span::default();
                for at in 0..300 {
                    let call = begin(recorder, &format!("request-{thread}-{at}"));
                    let entry = call.span().child(Kind::Invocation, "Work");
                    entry.span().request(&vec![b'x'; at * 10]);
                    entry.span().log("line");
                    let batch = Span::join([&last, entry.span()]).child(Kind::Invocation, "Batch");
                    batch.span().child(Kind::Table, "PutItem").span().request(&vec![b'x'; at * 10]);
                    last = batch.span().clone();
                    recorder.list(&Filter::default());
                }
            });
        }
    });
    let (count, bytes) = recorder.size();
    assert!(count <= limits.stories && bytes <= limits.bytes, "{count} {bytes}");
    // All that is counted is there: without stories nothing is.
    assert_eq!(bytes, recounted(&recorder));
}

proptest! {
    #[test]
    fn the_limits_hold_whatever_happens(
        acts in prop::collection::vec((0..40_usize, 0..7_usize, 0..90_000_usize), 1..150),
        stories in 1..10_usize,
        bytes in 1_000..400_000_usize,
    ) {
        let recorder = Recorder::new(Limits { stories, bytes }, Tables::new());
        let mut calls = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        for (which, act, size) in acts {
            match act {
                0 => calls.push(begin(&recorder, &format!("request-{which}"))),
                1 if !calls.is_empty() => open.push(calls[which % calls.len()].span().child(Kind::Table, "PutItem")),
                2 if open.len() > 1 => {
                    let span = Span::join([open[which % open.len()].span(), open[(which + 1) % open.len()].span()]);
                    open.push(span.child(Kind::Invocation, "Work"));
                }
                3 if !open.is_empty() => open[which % open.len()].span().response(&vec![b'x'; size]),
                4 if !open.is_empty() => open[which % open.len()].span().log(&"x".repeat(size)),
                5 if !open.is_empty() => drop(open.swap_remove(which % open.len())),
                6 if !open.is_empty() => open[which % open.len()].end(Outcome::Error),
                _ => {}
            }
            let (count, kept) = recorder.size();
            prop_assert!(count <= stories && kept <= bytes, "{count} {kept}");
            prop_assert_eq!(kept, recounted(&recorder));
        }
        prop_assert!(recorder.list(&Filter::default())["stories"].is_array());
    }
}
