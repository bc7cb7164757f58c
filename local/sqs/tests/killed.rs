//! What was acknowledged survives `kill -9`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use local_sqs::{NewMessage, Sqs};
use support::queues;

const FOLDER: &str = "LOCAL_SQS_TEST_FOLDER";

#[tokio::test]
async fn every_acknowledged_message_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    // This very binary, running only the sender below.
    let mut sender = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sends_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = BTreeSet::new();
    for line in BufReader::new(sender.stdout.take().unwrap()).lines() {
        acknowledged.extend(line.unwrap().split_once("sent ").map(|(_, id)| id.to_owned()));
        if acknowledged.len() == 200 {
            sender.kill().unwrap();
        }
    }
    assert!(!sender.wait().unwrap().success());
    assert!(acknowledged.len() >= 200, "{}", acknowledged.len());

    let sqs = Sqs::open(folder.path(), &queues()).unwrap();
    let kept: BTreeSet<_> = sqs.peek("jobs", usize::MAX).await.unwrap().into_iter().map(|kept| kept.id).collect();
    assert_eq!(acknowledged.difference(&kept).count(), 0);
}

#[tokio::test]
#[ignore = "the child process of the test above"]
async fn sends_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let sqs = Sqs::open(folder.as_ref(), &queues()).unwrap();
    loop {
        println!("sent {}", sqs.send("jobs", NewMessage::new("x")).await.unwrap());
    }
}
