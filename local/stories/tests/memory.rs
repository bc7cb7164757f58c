//! What a recorder takes, as the allocator counts it: for the whole process, so this is one test.

use std::alloc::System;

use local_stories::{Call, Kind, Limits, Outcome, Recorder, Span, StoryKind, Tables};
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What a recorder may take beside its stories' bytes: the lists of them, and where records and messages on their way belong.
const BESIDE: usize = 4 * 1024 * 1024;

const LONG: usize = 180_000;

/// The bytes that are allocated.
fn allocated() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Refused requests with long paths, ids and reasons.
fn long_requests(recorder: &Recorder) {
    for at in 0..2_200 {
        let path = format!("/{at}/{}", "p".repeat(LONG));
        let call = begin(recorder, at, &path);
        let entry = call.span().child(Kind::Api, &path);
        entry.span().called(&format!("{at}{}", "i".repeat(LONG)));
        entry.span().note("failure", "f".repeat(LONG));
        entry.span().note("key", json!({"id": {"S": "k".repeat(LONG)}}));
        entry.finish(Outcome::Ok);
        call.finish(Some(404), false);
    }
}

/// Stories with as many small things as they may have.
fn many_small_things(recorder: &Recorder) {
    for at in 0..3_000 {
        let call = begin(recorder, at, "/things");
        for attempt in 0..40 {
            let entry = call.span().child(Kind::Invocation, "CreateThing");
            entry.span().request_id(&format!("0198f3c2-0000-7000-8000-{at:06}{attempt:06}"));
            entry.span().note("attempt", attempt);
            entry.span().request(b"{}");
            entry.span().response(b"{}");
            entry.span().log("x");
            entry.span().sent(&format!("message-{at}-{attempt}"));
            let write = at * 40 + attempt;
            entry.span().wrote("Things", write, write + 1);
            entry.finish(Outcome::Ok);
        }
    }
}

/// Batches that several stories share.
fn batches(recorder: &Recorder) {
    for batch in 0..600 {
        let calls: Vec<Call> = (0..10).map(|at| begin(recorder, 10 * batch + at, "/things")).collect();
        let shared = Span::join(calls.iter().map(Call::span)).child(Kind::Invocation, "Work");
        for at in 0..40 {
            let write = shared.span().child(Kind::Table, "PutItem");
            write.span().request(&vec![b'x'; 100 * at]);
            write.finish(Outcome::Ok);
        }
    }
}

fn begin(recorder: &Recorder, at: i64, path: &str) -> Call {
    recorder.begin(StoryKind::Api, &format!("0198f3c2-0000-7000-8000-{at:012}"), || format!("GET {path}"))
}

#[test]
fn whatever_is_recorded_the_memory_stays_bounded() {
    for record in [long_requests, many_small_things, batches] {
        let before = allocated();
        let recorder = Recorder::new(Limits::default(), Tables::new());
        record(&recorder);
        let taken = allocated() - before;
        let (stories, counted) = recorder.size();
        assert!(taken <= counted + BESIDE, "{taken} bytes for {stories} stories of {counted} bytes");
        assert!(counted <= Limits::default().bytes, "{counted}");
    }
}
