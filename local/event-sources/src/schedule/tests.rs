use std::time::Duration;

use local_template::{EventSource, System};
use serde_json::Value;

use super::*;
use crate::testing::{Functions, OK, Outcome, TestBed, function_with};
use crate::{Error, Redelivery};

fn source() -> ScheduleSource {
    ScheduleSource { id: "EveryHour".to_owned(), every: Duration::from_secs(3600), input: None, enabled: true }
}

fn system(source: ScheduleSource) -> System {
    let sweep = function_with("sweep", EventSource::Schedule(source));
    System { region: "eu-central-1".to_owned(), functions: [("sweep".to_owned(), sweep)].into(), ..System::default() }
}

#[tokio::test]
async fn the_first_call_comes_after_one_period_and_then_each_period() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let period = Duration::from_millis(40);
    let started = Instant::now();
    let sources = bed.start(&system(ScheduleSource { every: period, ..source() }), &functions).await;
    for call in 1..=3 {
        functions.called.notified().await;
        assert!(started.elapsed() >= period * call, "call {call} after {:?}", started.elapsed());
    }
    sources.stop().await;
}

#[tokio::test]
async fn a_period_that_no_clock_reaches_ends_nothing() {
    let every = Duration::from_secs(u64::MAX / 86_400 * 86_400);
    let functions = Functions::new(|_| OK);
    let (function, lambda) = (function_with("sweep", EventSource::Schedule(source())), functions.clone());
    let schedule =
        Schedule::new(&function, &ScheduleSource { every, ..source() }, "eu-central-1", lambda, Recorder::default());
    let run = tokio::spawn(schedule.run());
    tokio::task::yield_now().await;
    assert!(!run.is_finished(), "{:?}", run.await);
}

#[tokio::test]
async fn a_call_that_hangs_does_not_put_off_the_next() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| Outcome::Hangs);
    let often = ScheduleSource { every: Duration::from_millis(5), ..source() };
    let _sources = bed.start(&system(often), &functions).await;
    while functions.payloads().len() < 3 {
        functions.called.notified().await;
    }
}

/// The events of the first calls. Each period has an event of its own.
async fn events(system: &System, functions: &Arc<Functions>, calls: usize) -> Vec<Value> {
    let bed = TestBed::new().await;
    let sources = bed.start(system, functions).await;
    while functions.payloads().len() < calls {
        functions.called.notified().await;
    }
    sources.stop().await;
    functions.payloads()[..calls].to_vec()
}

#[tokio::test]
async fn a_call_that_was_throttled_is_made_again_with_the_same_event() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let functions = Functions::new(move |_| match tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Outcome::IsThrottled,
        _ => OK,
    });
    let often = ScheduleSource { every: Duration::from_millis(700), ..source() };
    let events = events(&system(often), &functions, 4).await;
    assert_eq!(events.iter().filter(|event| **event == events[0]).count(), 2, "{events:?}");
}

#[tokio::test]
async fn a_call_is_given_up_when_the_function_says() {
    let functions = Functions::new(|_| Outcome::IsThrottled);
    let mut system = system(ScheduleSource { every: Duration::from_millis(700), ..source() });
    system.functions.get_mut("sweep").unwrap().event_invoke.maximum_event_age = Duration::ZERO;
    let events = events(&system, &functions, 4).await;
    for (at, event) in events.iter().enumerate() {
        assert!(!events[..at].contains(event), "call {at} is one made again: {events:?}");
    }
}

#[tokio::test]
async fn a_schedule_can_be_run_now_also_one_that_is_switched_off() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| Outcome::Says(serde_json::json!({"expired": 2})));
    let sources = bed.start(&system(ScheduleSource { enabled: false, ..source() }), &functions).await;
    let answer = sources.run_schedule("sweep", None).await.unwrap();
    assert_eq!(answer.payload, r#"{"expired":2}"#);
    assert_eq!(functions.payloads().len(), 1);
    assert!(matches!(sources.run_schedule("other", None).await, Err(Error::NoSchedule(name)) if name == "other"));
}

#[tokio::test]
async fn one_of_a_functions_schedules_runs_alone() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    let mut system = system(ScheduleSource { id: "EveryHour".to_owned(), input: Some("1".to_owned()), ..source() });
    let other = ScheduleSource { id: "EveryDay".to_owned(), input: Some("2".to_owned()), ..source() };
    system.functions.get_mut("sweep").unwrap().sources.push(EventSource::Schedule(other));
    let sources = bed.start(&system, &functions).await;
    sources.run_schedule("sweep", Some("EveryDay")).await.unwrap();
    assert_eq!(functions.payloads(), [2]);
    sources.run_schedule("sweep", None).await.unwrap();
    assert_eq!(functions.payloads(), [2, 1, 2]);
    let none = sources.run_schedule("sweep", Some("EveryYear")).await.unwrap_err();
    assert_eq!(none.to_string(), "there is no schedule sweep (EveryYear)");
}

#[tokio::test]
async fn the_event_is_eventbridges_own_or_the_templates() {
    let bed = TestBed::new().await;
    let functions = Functions::new(|_| OK);
    bed.start(&system(source()), &functions).await.run_schedule("sweep", None).await.unwrap();
    let given = ScheduleSource { input: Some(r#"{"most":5}"#.to_owned()), ..source() };
    bed.start(&system(given), &functions).await.run_schedule("sweep", None).await.unwrap();

    let [mut own, given] = <[Value; 2]>::try_from(functions.payloads()).unwrap();
    let (id, time) = (own["id"].take(), own["time"].take());
    assert_eq!((id.as_str().unwrap().len(), time.as_str().unwrap().len()), (36, "2026-01-31T12:00:00Z".len()));
    assert_eq!(
        own,
        json!({
            "version": "0", "id": null, "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "000000000000", "time": null, "region": "eu-central-1",
            "resources": ["arn:aws:events:eu-central-1:000000000000:rule/sweepEveryHour"], "detail": {},
        })
    );
    assert_eq!(given, json!({"most": 5}));
}

#[tokio::test]
async fn drained_waits_for_a_call_under_way() {
    let bed = TestBed::new().await;
    let release = Arc::new(tokio::sync::Notify::new());
    let released = release.clone();
    let functions = Functions::awaiting(move |_, _| {
        let release = released.clone();
        Box::pin(async move {
            release.notified().await;
            OK
        })
    });
    let sources = Arc::new(bed.start(&system(source()), &functions).await);
    let running = sources.clone();
    let call = tokio::spawn(async move { running.run_schedule("sweep", None).await.map(drop) });
    functions.called.notified().await;
    let waiting =
        tokio::time::timeout(Duration::from_millis(30), sources.drained(Redelivery::AfterVisibilityTimeout)).await;
    assert!(waiting.is_err(), "drained with a call under way");
    release.notify_one();
    sources.drained(Redelivery::AfterVisibilityTimeout).await.unwrap();
    call.await.unwrap().unwrap();
}
