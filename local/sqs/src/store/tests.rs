//! The rules of a queue, with the clock in the tests' hands.

use std::sync::Arc;
use std::time::Duration;

use local_template::Redrive;
use rusqlite::Connection;

use super::*;
use crate::queue::{NEVER, Queue, Queues};
use crate::{Depth, Message, NewMessage, Received, RedriveFailure};

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

/// Three queues, each given up to the next: `work` after two receives to `dead`, `dead` after three to `buried`.
struct TestBed {
    _folder: tempfile::TempDir,
    connection: Connection,
    queues: Queues,
    now: i64,
}

fn settings(name: &str, redrive: Option<(&str, u32)>) -> local_template::Queue {
    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    local_template::Queue {
        name: name.into(),
        arn: arn(name),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(4 * 86_400),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        redrive: redrive.map(|(target, max)| Redrive { dead_letter_arn: arn(target), max_receive_count: max }),
    }
}

impl TestBed {
    fn new() -> Self {
        let settings =
            [settings("work", Some(("dead", 2))), settings("dead", Some(("buried", 3))), settings("buried", None)];
        let queues = Queues::new(&settings).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("sqs.sqlite"), &queues).unwrap();
        Self { _folder: folder, connection, queues, now: 1_700_000_000_000 }
    }

    /// Does one job now. Whatever it does, no queue has a message that is due earlier than is known without the database.
    fn work<T>(&mut self, job: impl FnOnce(&mut Work<'_>, &Queues) -> Result<T, Error>) -> Result<T, Error> {
        let mut work = Work::begin(&mut self.connection, self.now)?;
        let outcome = job(&mut work, &self.queues)?;
        work.commit()?;
        let look = Work::begin(&mut self.connection, self.now)?;
        for queue in self.queues.iter() {
            assert!(queue.due() <= look.next_due(queue)?, "{}", queue.name());
        }
        Ok(outcome)
    }

    fn queue(&self, name: &str) -> Arc<Queue> {
        Arc::clone(self.queues.find(name).unwrap())
    }

    fn send(&mut self, name: &str, message: NewMessage) -> String {
        let queue = self.queue(name);
        self.work(|work, _| send(work, &queue, &message)).unwrap()
    }

    fn receive(&mut self, name: &str, max: usize) -> Vec<Received> {
        let queue = self.queue(name);
        self.work(|work, queues| receive(work, queues, &queue, max, None)).unwrap()
    }

    fn bodies(&mut self, name: &str, max: usize) -> Vec<String> {
        self.receive(name, max).into_iter().map(|received| received.message.body).collect()
    }

    fn delete(&mut self, name: &str, handle: &str) {
        let queue = self.queue(name);
        let receipt = Receipt::read(&queue, handle).unwrap();
        self.work(|work, _| delete(work, &queue, receipt)).unwrap();
    }

    fn change(&mut self, name: &str, handle: &str, seconds: u64) -> Result<(), Error> {
        let queue = self.queue(name);
        let receipt = Receipt::read(&queue, handle)?;
        self.work(|work, _| change_visibility(work, &queue, receipt, Duration::from_secs(seconds)))
    }

    fn depth(&mut self, name: &str) -> Depth {
        let queue = self.queue(name);
        self.work(|work, _| depth(work, &queue)).unwrap()
    }

    fn peek(&mut self, name: &str) -> Vec<Message> {
        let queue = self.queue(name);
        self.work(|work, _| peek(work, &queue, 100)).unwrap()
    }

    fn purge(&mut self, name: &str) {
        let queue = self.queue(name);
        self.work(|work, _| purge(work, &queue)).unwrap();
    }

    /// How long it is until the next message is due, as far as that is known without the database.
    fn next_due(&self, name: &str) -> Option<i64> {
        let due = self.queue(name).due();
        (due != NEVER).then(|| due - self.now)
    }

    fn redrive(&mut self, name: &str, destination: Option<&str>) -> crate::Redriven {
        let (source, destination) = (self.queue(name), destination.map(|name| self.queue(name)));
        self.work(|work, queues| redrive(work, queues, &source, destination.as_ref())).unwrap().1
    }
}

fn visible(visible: u64) -> Depth {
    Depth { visible, ..Depth::default() }
}

#[test]
fn messages_come_in_the_order_they_were_sent() {
    let mut bed = TestBed::new();
    for body in ["a", "b", "c"] {
        bed.send("work", NewMessage::new(body));
    }
    assert_eq!(bed.bodies("work", 2), ["a", "b"]);
    assert_eq!(bed.bodies("work", 2), ["c"]);
    assert_eq!(bed.bodies("work", 2), [""; 0]);
}

#[test]
fn a_received_message_is_hidden_until_its_visibility_timeout_ends() {
    let mut bed = TestBed::new();
    let id = bed.send("work", NewMessage::new("a"));
    let first = bed.receive("work", 1).remove(0);
    assert_eq!((first.message.id, first.message.receive_count), (id.clone(), 1));
    assert_eq!(bed.depth("work"), Depth { in_flight: 1, ..Depth::default() });
    assert_eq!(bed.next_due("work"), Some(30 * SECOND));

    bed.now += 30 * SECOND - 1;
    assert_eq!(bed.receive("work", 1), []);
    bed.now += 1;
    let second = bed.receive("work", 1).remove(0);
    assert_eq!((second.message.id, second.message.receive_count), (id, 2));
    assert_eq!(second.message.first_received, first.message.first_received);
    assert_ne!(second.receipt_handle, first.receipt_handle);
}

#[test]
fn only_the_handle_of_the_latest_receive_deletes() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("a"));
    let old = bed.receive("work", 1).remove(0).receipt_handle;
    bed.now += 30 * SECOND;
    let new = bed.receive("work", 1).remove(0).receipt_handle;

    bed.delete("work", &old);
    assert_eq!(bed.depth("work"), Depth { in_flight: 1, ..Depth::default() });
    bed.delete("work", &new);
    bed.delete("work", &new);
    assert_eq!(bed.depth("work"), Depth::default());
}

#[test]
fn a_handle_still_deletes_after_its_timeout_while_nobody_else_received() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("a"));
    let handle = bed.receive("work", 1).remove(0).receipt_handle;
    bed.now += 31 * SECOND;
    bed.delete("work", &handle);
    assert_eq!(bed.depth("work"), Depth::default());
}

#[test]
fn a_handle_is_bound_to_its_queue() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("a"));
    let handle = bed.receive("work", 1).remove(0).receipt_handle;
    for (queue, handle) in [("dead", handle.as_str()), ("work", "nonsense"), ("work", "d29yay8xL3g")] {
        let error = Receipt::read(&bed.queue(queue), handle).unwrap_err();
        assert_eq!(error.to_string(), format!("The input receipt handle \"{handle}\" is not a valid receipt handle."));
    }
}

#[test]
fn a_delayed_message_is_not_received_before_its_delay_is_over() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage { delay: Some(Duration::from_secs(5)), ..NewMessage::new("late") });
    bed.send("work", NewMessage::new("now"));
    assert_eq!(bed.depth("work"), Depth { visible: 1, delayed: 1, ..Depth::default() });
    assert_eq!(bed.bodies("work", 10), ["now"]);
    assert_eq!(bed.next_due("work"), Some(5 * SECOND));
    bed.now += 5 * SECOND;
    assert_eq!(bed.bodies("work", 10), ["late"]);
}

#[test]
fn visibility_can_be_prolonged_ended_and_not_stretched_over_twelve_hours() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("a"));
    let handle = bed.receive("work", 1).remove(0).receipt_handle;
    bed.now += 20 * SECOND;
    bed.change("work", &handle, 60).unwrap();
    assert_eq!(bed.next_due("work"), Some(60 * SECOND));

    assert!(bed.change("work", &handle, 43_181).unwrap_err().to_string().contains("beyond the limit"));
    bed.change("work", &handle, 43_180).unwrap();
    assert!(matches!(bed.change("work", &handle, 43_201), Err(Error::InvalidParameterValue(_))));

    bed.change("work", &handle, 0).unwrap();
    assert_eq!(bed.depth("work"), visible(1));
    assert!(matches!(bed.change("work", &handle, 10), Err(Error::MessageNotInflight)));
    bed.delete("work", &handle);
    assert!(matches!(bed.change("work", &handle, 10), Err(Error::InvalidParameterValue(_))));
}

#[test]
fn a_message_received_too_often_moves_to_the_dead_letter_queue_as_it_is() {
    let mut bed = TestBed::new();
    let id = bed.send("work", NewMessage { trace_header: Some("Root=1".into()), ..NewMessage::new("poison") });
    let sent = bed.now;
    for _ in 0..2 {
        assert_eq!(bed.bodies("work", 10), ["poison"]);
        bed.now += 30 * SECOND;
    }
    bed.send("work", NewMessage::new("healthy"));
    assert_eq!(bed.bodies("work", 1), ["healthy"], "the exhausted message takes no place of a receive");

    let [dead] = bed.peek("dead").try_into().unwrap();
    assert_eq!((dead.id, dead.body.as_str(), dead.sent), (id, "poison", sent));
    assert_eq!(dead.trace_header.as_deref(), Some("Root=1"));
    assert_eq!(dead.dead_letter_source.as_deref(), Some("arn:aws:sqs:us-east-1:000000000000:work"));
    assert_eq!(dead.receive_count, 2);
    assert_eq!(bed.depth("dead"), visible(1));
    assert_eq!(bed.receive("dead", 1)[0].message.receive_count, 3);
}

#[test]
fn a_dead_letter_queue_counts_receives_of_its_own() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("poison"));
    for (queue, receives) in [("work", 2), ("dead", 3)] {
        for _ in 0..receives {
            assert_eq!(bed.bodies(queue, 1), ["poison"], "{queue}");
            bed.now += 30 * SECOND;
        }
        assert_eq!(bed.bodies(queue, 1), [""; 0], "{queue}");
    }
    assert_eq!(bed.bodies("buried", 1), ["poison"]);
}

#[test]
fn an_exhausted_messages_old_handle_does_nothing_to_the_dead_letter() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("poison"));
    bed.receive("work", 1);
    bed.now += 30 * SECOND;
    let handle = bed.receive("work", 1).remove(0).receipt_handle;
    bed.now += 30 * SECOND;
    bed.receive("work", 1);
    bed.delete("work", &handle);
    assert_eq!(bed.depth("dead"), visible(1));
}

#[test]
fn a_message_is_forgotten_after_the_retention_period_in_a_dead_letter_queue_too() {
    let mut bed = TestBed::new();
    bed.send("work", NewMessage::new("a"));
    bed.now += DAY;
    for _ in 0..3 {
        bed.receive("work", 1);
        bed.now += 30 * SECOND;
    }
    assert_eq!(bed.depth("dead"), visible(1));
    bed.now += 3 * DAY - 90 * SECOND - 1;
    assert_eq!(bed.depth("dead"), visible(1));
    bed.now += 1;
    assert_eq!(bed.bodies("dead", 1), [""; 0]);
    assert_eq!(bed.next_due("dead"), None);
    assert_eq!(bed.depth("dead"), Depth::default());
}

#[test]
fn it_is_known_when_a_queues_next_message_is_due() {
    let mut bed = TestBed::new();
    assert_eq!(["work", "dead", "buried"].map(|name| bed.next_due(name)), [None; 3]);
    let in_seconds = |seconds| NewMessage { delay: Some(Duration::from_secs(seconds)), ..NewMessage::new("a") };
    for (delay, due) in [(9, 9), (5, 5), (7, 5)] {
        bed.send("work", in_seconds(delay));
        assert_eq!(bed.next_due("work"), Some(due * SECOND));
    }
    bed.purge("work");
    assert_eq!(bed.next_due("work"), None);

    bed.send("work", NewMessage::new("a"));
    assert_eq!(bed.next_due("work"), Some(0));
    let handle = bed.receive("work", 1).remove(0).receipt_handle;
    bed.change("work", &handle, 5).unwrap();
    assert_eq!(bed.next_due("work"), Some(5 * SECOND));
    bed.delete("work", &handle);
    assert_eq!(bed.next_due("work"), None);

    bed.send("work", NewMessage::new("poison"));
    for _ in 0..3 {
        bed.receive("work", 1);
        bed.now += 30 * SECOND;
    }
    assert_eq!(["work", "dead"].map(|name| bed.next_due(name)), [None, Some(-30 * SECOND)]);
    bed.redrive("dead", None);
    assert_eq!(["work", "dead"].map(|name| bed.next_due(name)), [Some(0), None]);

    let path = bed.connection.path().unwrap().to_owned();
    let anew = Queues::new(&["work", "dead"].map(|name| settings(name, None))).unwrap();
    open(path.as_ref(), &anew).unwrap();
    assert_eq!(["work", "dead"].map(|name| anew.find(name).unwrap().due()), [bed.now, NEVER]);
}

#[test]
fn a_redrive_makes_new_messages_of_dead_letters() {
    let mut bed = TestBed::new();
    let id = bed.send("work", NewMessage::new("poison"));
    for _ in 0..3 {
        bed.receive("work", 1);
        bed.now += 30 * SECOND;
    }
    bed.now += DAY;
    assert_eq!(bed.redrive("dead", None), crate::Redriven { found: 1, moved: 1, failure: None });

    let [again] = bed.peek("work").try_into().unwrap();
    assert_ne!(again.id, id);
    assert_eq!(again.sent, bed.now);
    assert_eq!((again.receive_count, again.first_received, again.dead_letter_source), (0, None, None));
    assert_eq!(bed.bodies("work", 1), ["poison"], "the redrive policy starts over");
    assert_eq!(bed.depth("dead"), Depth::default());
}

#[test]
fn a_redrive_leaves_messages_in_flight_and_those_without_a_source() {
    let mut bed = TestBed::new();
    bed.send("dead", NewMessage::new("held"));
    bed.receive("dead", 1);
    bed.send("dead", NewMessage::new("direct"));
    let stuck = crate::Redriven { found: 1, moved: 0, failure: Some(RedriveFailure::NoSource) };
    assert_eq!(bed.redrive("dead", None), stuck);
    assert_eq!(bed.redrive("dead", Some("buried")), crate::Redriven { found: 1, moved: 1, failure: None });
    assert_eq!(bed.bodies("buried", 10), ["direct"]);
    assert_eq!(bed.depth("dead"), Depth { in_flight: 1, ..Depth::default() });

    let queue = bed.queue("dead");
    let tasks = bed.work(|work, _| tasks(work, &queue, 10)).unwrap();
    let outcomes: Vec<_> = tasks.iter().map(|task| (task.moved, task.failure.as_deref())).collect();
    assert_eq!(outcomes, [(1, None), (0, Some("CouldNotDetermineMessageSource"))]);
}

#[test]
fn a_redrive_policy_must_lead_to_another_queue_of_the_template() {
    for target in ["work", "nowhere"] {
        let error = Queues::new(&[settings("work", Some((target, 1)))]).unwrap_err();
        assert!(matches!(error, Error::DeadLetterQueue { .. }), "{target}");
    }
}

#[test]
fn changed_settings_are_noted_with_the_time() {
    let mut bed = TestBed::new();
    let stamps = |bed: &mut TestBed| bed.work(|work, _| Stamps::of(work, "buried")).unwrap();
    let first = stamps(&mut bed);
    assert_eq!(first.created, first.modified);

    let path = bed.connection.path().unwrap().to_owned();
    let same = || drop(open(path.as_ref(), &bed.queues).unwrap());
    same();
    let mut changed = settings("buried", None);
    changed.visibility_timeout = Duration::from_secs(1);
    bed.connection.execute("UPDATE queues SET created = 1, modified = 1", []).unwrap();
    same();
    assert_eq!(stamps(&mut bed), Stamps { created: 1, modified: 1 });
    drop(open(path.as_ref(), &Queues::new(&[changed]).unwrap()).unwrap());
    let after = stamps(&mut bed);
    assert_eq!(after.created, 1);
    assert!(after.modified >= first.modified);
}

#[test]
fn a_file_of_another_format_is_refused() {
    let bed = TestBed::new();
    bed.connection.pragma_update(None, "user_version", 7).unwrap();
    let path = bed.connection.path().unwrap();
    assert!(matches!(open(path.as_ref(), &bed.queues), Err(Error::Format(7))));
}
