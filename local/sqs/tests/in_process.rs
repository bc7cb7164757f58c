//! The queues as code of the same process uses them: races, waiting, restarts.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use local_sqs::{Depth, Error, NewMessage};
use support::{TestBed, arn, queues};
use tokio::task::JoinSet;
use tokio::time::timeout;

const MESSAGES: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_receivers_never_get_one_message_twice() {
    let bed = TestBed::new();
    let bodies = (0..MESSAGES).map(|n| NewMessage::new(n.to_string())).collect();
    bed.sqs.send_all("jobs", bodies).await.unwrap();

    let mut receivers = JoinSet::new();
    for receiver in 0..8 {
        let sqs = bed.sqs.clone();
        receivers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let batch = sqs.receive("jobs", 1 + receiver % 4, None).await.unwrap();
                if batch.is_empty() {
                    return mine;
                }
                mine.extend(batch.into_iter().map(|received| received.message.id));
            }
        });
    }
    let shares = receivers.join_all().await;
    assert_eq!(shares.iter().map(Vec::len).sum::<usize>(), MESSAGES);
    assert_eq!(shares.into_iter().flatten().collect::<BTreeSet<_>>().len(), MESSAGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn waiting_receivers_share_out_what_racing_senders_send() {
    let bed = TestBed::new();
    let mut receivers = JoinSet::new();
    for _ in 0..4 {
        let sqs = bed.sqs.clone();
        receivers.spawn(async move {
            let mut mine = 0;
            loop {
                let batch = sqs.receive_within("jobs", 10, None, Duration::from_secs(20)).await.unwrap();
                sqs.delete_all("jobs", batch.iter().map(|received| &received.receipt_handle)).await.unwrap();
                mine += batch.iter().filter(|received| received.message.body == "job").count();
                if batch.iter().any(|received| received.message.body == "stop") {
                    return mine;
                }
            }
        });
    }
    let mut senders = JoinSet::new();
    for _ in 0..4 {
        let sqs = bed.sqs.clone();
        senders.spawn(async move {
            for _ in 0..MESSAGES / 4 {
                sqs.send("jobs", NewMessage::new("job")).await.unwrap();
            }
        });
    }
    senders.join_all().await;
    // One each, so that each receiver stops: a batch may take two, and then another receiver needs one more.
    let mut handled = 0;
    while !receivers.is_empty() {
        bed.sqs.send("jobs", NewMessage::new("stop")).await.unwrap();
        handled += receivers.join_next().await.unwrap().unwrap();
    }
    assert_eq!(handled, MESSAGES);
}

#[tokio::test]
async fn waiting_ends_when_a_visibility_timeout_does() {
    let bed = TestBed::new();
    bed.sqs.send("jobs", NewMessage::new("a")).await.unwrap();
    let timeout = Duration::from_millis(120);
    let received_at = Instant::now();
    bed.sqs.receive("jobs", 1, Some(timeout)).await.unwrap();
    bed.sqs.wait_for_messages("jobs").await.unwrap();
    assert!(received_at.elapsed() >= timeout - Duration::from_millis(2), "{:?}", received_at.elapsed());
    assert_eq!(bed.sqs.receive("jobs", 1, None).await.unwrap()[0].message.receive_count, 2);
}

#[tokio::test]
async fn waiting_ends_when_a_delay_does() {
    let bed = TestBed::new();
    let late = NewMessage { delay: Some(Duration::from_millis(80)), ..NewMessage::new("late") };
    bed.sqs.send("jobs", late).await.unwrap();
    assert_eq!(bed.sqs.receive("jobs", 1, None).await.unwrap(), []);
    let received = bed.sqs.receive_within("jobs", 1, None, Duration::from_secs(20)).await.unwrap();
    assert_eq!(received[0].message.body, "late");
}

/// Sees a wait for messages of `queue` go on, does `wake`, and sees it end long before anything else would end it.
async fn wakes(bed: &TestBed, queue: &str, wake: impl Future<Output = ()>) {
    let mut waiting = pin!(bed.sqs.wait_for_messages(queue));
    assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err(), "{queue} has nothing to receive yet");
    wake.await;
    timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
}

#[tokio::test]
async fn waiting_ends_when_a_message_is_sent_given_back_given_up_and_redriven() {
    let bed = TestBed::new();
    let sqs = &bed.sqs;
    wakes(&bed, "jobs", async { drop(sqs.send("jobs", NewMessage::new("a")).await.unwrap()) }).await;
    for _ in 0..2 {
        let held = sqs.receive("jobs", 1, None).await.unwrap().remove(0);
        let give_back = sqs.change_visibility("jobs", &held.receipt_handle, Duration::ZERO);
        wakes(&bed, "jobs", async { give_back.await.unwrap() }).await;
    }
    wakes(&bed, "jobs-dead", async { assert_eq!(sqs.receive("jobs", 1, None).await.unwrap(), []) }).await;
    wakes(&bed, "jobs", async { assert_eq!(sqs.redrive("jobs-dead").await.unwrap().moved, 1) }).await;
}

#[tokio::test]
async fn a_sender_that_is_gone_wakes_all_the_same() {
    let bed = TestBed::new();
    let send = bed.sqs.clone();
    wakes(&bed, "jobs", async move {
        // Polled once, which hands it to the store, and never again.
        let mut sending = pin!(send.send("jobs", NewMessage::new("a")));
        let _ = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
        while send.depth("jobs").await.unwrap().visible == 0 {}
    })
    .await;
}

#[tokio::test]
async fn an_empty_wait_ends_empty() {
    let bed = TestBed::new();
    let received = bed.sqs.receive_within("jobs", 1, None, Duration::from_millis(30)).await.unwrap();
    assert_eq!(received, []);
}

/// Held, the database answers nothing that is asked of it.
#[tokio::test]
async fn a_receive_asks_the_database_for_nothing_while_no_message_is_due() {
    let bed = TestBed::new();
    let sqs = &bed.sqs;
    let late = NewMessage { delay: Some(Duration::from_secs(60)), ..NewMessage::new("late") };
    sqs.send_all("jobs-dead", vec![late, NewMessage::new("a")]).await.unwrap();
    assert_eq!(sqs.receive("jobs-dead", 10, Some(Duration::from_secs(60))).await.unwrap().len(), 1);
    sqs.send("other", NewMessage::new("b")).await.unwrap();
    let done = sqs.receive("other", 10, None).await.unwrap().remove(0);
    sqs.delete("other", &done.receipt_handle).await.unwrap();

    let held = sqs.hold().await.unwrap();
    let moment = Duration::from_millis(30);
    for queue in ["jobs", "jobs-dead", "other"] {
        let received = timeout(Duration::from_secs(5), async {
            let at_once = sqs.receive(queue, 10, None).await.unwrap();
            [at_once, sqs.receive_within(queue, 10, None, moment).await.unwrap()]
        });
        assert_eq!(received.await, Ok([vec![], vec![]]), "{queue}");
        assert!(timeout(moment, sqs.wait_for_messages(queue)).await.is_err(), "{queue}");
    }
    drop(held.release());
}

#[tokio::test]
async fn a_restart_knows_when_messages_are_due() {
    let bed = TestBed::new();
    let late = NewMessage { delay: Some(Duration::from_millis(200)), ..NewMessage::new("late") };
    bed.sqs.send("jobs-dead", late).await.unwrap();
    bed.sqs.send("jobs", NewMessage::new("in flight")).await.unwrap();
    bed.sqs.receive("jobs", 1, Some(Duration::from_millis(200))).await.unwrap();
    bed.sqs.send("other", NewMessage::new("waits")).await.unwrap();

    let bed = bed.reopened();
    for (queue, body) in [("other", "waits"), ("jobs", "in flight"), ("jobs-dead", "late")] {
        let received = bed.sqs.receive_within(queue, 1, None, Duration::from_secs(20)).await.unwrap();
        assert_eq!(received.first().map(|received| received.message.body.as_str()), Some(body));
    }
}

#[tokio::test]
async fn a_restart_keeps_messages_in_flight_and_their_handles() {
    let bed = TestBed::new();
    let sent = bed.sqs.send_all("jobs", vec![NewMessage::new("a"), NewMessage::new("b")]).await.unwrap();
    let held = bed.sqs.receive("jobs", 1, None).await.unwrap().remove(0);

    let bed = bed.reopened();
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), Depth { visible: 1, in_flight: 1, delayed: 0 });
    bed.sqs.delete("jobs", &held.receipt_handle).await.unwrap();
    let [rest] = bed.sqs.peek("jobs", 10).await.unwrap().try_into().unwrap();
    assert_eq!(rest.id, sent[1]);
}

#[tokio::test]
async fn the_templates_settings_are_taken_over_and_a_dropped_queue_keeps_its_messages() {
    let TestBed { sqs, folder } = TestBed::new();
    sqs.send("other", NewMessage::new("kept")).await.unwrap();
    sqs.send("jobs", NewMessage::new("a")).await.unwrap();
    drop(sqs);

    let reopen = |queues: &[local_template::Queue]| local_sqs::Sqs::open(folder.path(), queues).unwrap();
    let mut changed = queues();
    changed.pop();
    changed[0].visibility_timeout = Duration::ZERO;
    let sqs = reopen(&changed);
    assert!(matches!(sqs.peek("other", 1).await, Err(Error::QueueDoesNotExist)));
    assert_eq!(sqs.receive("jobs", 1, None).await.unwrap().len(), 1);
    assert_eq!(sqs.depth("jobs").await.unwrap(), Depth { visible: 1, ..Depth::default() });
    drop(sqs);
    assert_eq!(reopen(&queues()).peek("other", 1).await.unwrap()[0].body, "kept");
}

#[tokio::test]
async fn a_queue_is_named_by_its_name_arn_or_url() {
    let bed = TestBed::new();
    for name in ["jobs", &arn("jobs"), &local_template::queue_url("http://localhost:9999", "jobs")] {
        assert_eq!(bed.sqs.queue(name).unwrap().name, "jobs");
    }
    for name in ["", "nope", "arn:aws:sqs:eu-central-1:000000000000:nope", "http://h/000000000000/jobs/x"] {
        assert!(matches!(bed.sqs.queue(name), Err(Error::QueueDoesNotExist)), "{name}");
    }
}

#[tokio::test]
async fn messages_are_sent_all_or_none() {
    let bed = TestBed::new();
    let error = bed.sqs.send_all("jobs", vec![NewMessage::new("a"), NewMessage::new("")]).await.unwrap_err();
    assert!(matches!(error, Error::MissingParameter("MessageBody")));
    assert_eq!(bed.sqs.depth("jobs").await.unwrap(), Depth::default());
}

#[tokio::test]
async fn a_redrive_brings_dead_letters_back() {
    let bed = TestBed::new();
    bed.sqs.send("jobs", NewMessage::new("a")).await.unwrap();
    for _ in 0..3 {
        bed.sqs.receive("jobs", 1, Some(Duration::ZERO)).await.unwrap();
    }
    assert_eq!(bed.sqs.depth("jobs-dead").await.unwrap(), Depth { visible: 1, ..Depth::default() });
    assert_eq!(bed.sqs.redrive("jobs-dead").await.unwrap().moved, 1);
    assert_eq!(bed.sqs.receive("jobs", 1, None).await.unwrap()[0].message.body, "a");
}

#[tokio::test]
async fn while_they_are_held_nothing_is_sent_and_once_they_are_closed_nothing_more() {
    let bed = TestBed::new();
    let held = bed.sqs.hold().await.unwrap();
    let mut sending = pin!(bed.sqs.send("jobs", NewMessage::new("job")));
    let is_held = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context).is_pending())).await;
    drop(held.release());
    assert!(is_held);
    sending.await.unwrap();
    bed.sqs.close().await;
    assert!(matches!(bed.sqs.send("jobs", NewMessage::new("job")).await, Err(Error::Stopped)));
    assert!(matches!(bed.sqs.receive("other", 1, None).await, Err(Error::Stopped)));
    assert!(matches!(bed.sqs.wait_for_messages("other").await, Err(Error::Stopped)));
    assert!(matches!(bed.sqs.hold().await, Err(Error::Stopped)));
}
