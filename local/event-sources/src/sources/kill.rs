//! After `kill -9` in the middle of a batch, the batch comes again and what was before it does not.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use local_template::StreamSource;

use crate::testing::{Functions, OK, Outcome, TestBed, source, system};

const FOLDER: &str = "LOCAL_EVENT_SOURCES_KILL_TEST_FOLDER";

/// The process that the test below kills.
#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn victim() {
    let folder = std::env::var(FOLDER).unwrap();
    let bed = TestBed::at(Path::new(&folder)).await;
    let functions = Functions::new(|ids| {
        println!("given {}", ids[0]);
        if ids == ["c"] { Outcome::Hangs } else { OK }
    });
    let _sources = bed.start(&system(StreamSource { batch_size: 1, ..source() }), &functions).await;
    bed.put("a b c d").await;
    println!("written");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_batch_cut_off_by_kill_9_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "sources::kill::victim", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut awaited = vec!["written", "given c"];
    for line in BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok) {
        awaited.retain(|part| !line.contains(part));
        if awaited.is_empty() {
            break;
        }
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(awaited.is_empty(), "{awaited:?}");

    let bed = TestBed::at(folder.path()).await;
    let well = Functions::new(|_| OK);
    bed.drain(&system(StreamSource { batch_size: 1, ..source() }), &well).await;
    assert_eq!(well.batches(), ["c", "d"]);
}
