//! Snapshots of the data folder: taken, restored, and cut short.

mod foreign;

use std::path::Path;
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::program::{SIGNATURE, run};
use crate::{Backends, NOWHERE};

fn ran(backends: &Backends, arguments: &[&str]) -> (Option<i32>, String) {
    run(&[&["snapshot"], arguments, &["--port", backends.program.port()]].concat())
}

fn json_of(backends: &Backends, arguments: &[&str]) -> Value {
    let (code, text) = ran(backends, &[arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn names(backends: &Backends) -> Vec<String> {
    let all = json_of(backends, &["list"]);
    all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn control(backends: &Backends, method: Method, path: &str) -> Value {
    let url = format!("{}/_local/{path}", backends.program.url);
    let request = reqwest::Client::builder().no_proxy().build().unwrap().request(method, url);
    let answer = request.header("x-local-stack", "1").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

async fn send_mail(backends: &Backends) {
    let mail = json!({
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "hello"}}}},
    });
    let signature = SIGNATURE.1.replace("/any/", "/ses/");
    let headers = [(SIGNATURE.0, signature.as_str())];
    let answer = backends.program.send("/v2/email/outbound-emails", &headers, mail.to_string()).await;
    assert_eq!(answer.0, 200, "{answer:?}");
}

/// Writes to each kind of what is kept: a queue, a secret and the mails.
async fn write(backends: &Backends) {
    backends.program.send_message("Pictures", "hello").await;
    control(backends, Method::POST, "secrets/SigningKey/rotate").await;
    send_mail(backends).await;
}

/// How many messages and mails there are.
async fn messages_and_mails(backends: &Backends) -> (u64, u64) {
    let queues = control(backends, Method::GET, "queues").await;
    let of = |name: &str| {
        let queue = queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).unwrap();
        ["visible", "inFlight", "delayed"].map(|state| queue[state].as_u64().unwrap()).iter().sum()
    };
    let mails = control(backends, Method::GET, "mails").await;
    (of("Pictures"), u64::try_from(mails.as_array().unwrap().len()).unwrap())
}

/// Messages, mails and the secret's versions.
async fn content(backends: &Backends) -> (u64, u64, Value) {
    let (messages, mails) = messages_and_mails(backends).await;
    (messages, mails, control(backends, Method::GET, "secrets").await)
}

async fn started_in(data: &Path) -> Backends {
    Backends::start_with(data, NOWHERE.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_gone_back_to_and_what_was_there_is_another() {
    let backends = Backends::start(NOWHERE.into());
    assert_eq!(ran(&backends, &["list"]), (Some(0), "no snapshots\n".to_owned()));
    write(&backends).await;
    let old = content(&backends).await;
    let (code, told) = ran(&backends, &["take", "old"]);
    assert!(code == Some(0) && told.starts_with("old is taken ("), "{told}");
    write(&backends).await;
    let new = content(&backends).await;
    assert_ne!(old, new);

    let restored = json_of(&backends, &["restore", "old"]);
    let before = restored["before"].as_str().unwrap();
    assert!(restored["restored"] == "old" && before.starts_with("before-restore-"), "{restored}");
    assert_eq!(content(&backends).await, old);
    assert_eq!(names(&backends), [before, "old"]);
    // What is written since is in no snapshot.
    write(&backends).await;
    json_of(&backends, &["restore", before]);
    assert_eq!(content(&backends).await, new);
    json_of(&backends, &["restore", "old"]);
    assert_eq!(content(&backends).await, old);

    let taken = json_of(&backends, &["take"]);
    assert!(taken["name"].as_str().unwrap().ends_with('Z') && taken["bytes"].as_u64() > Some(0), "{taken}");
    assert_eq!(json_of(&backends, &["delete", "old"]), json!({"deleted": "old"}));
    assert!(!names(&backends).contains(&"old".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_taken_unknown_or_lead_elsewhere_are_refused() {
    let backends = Backends::start(NOWHERE.into());
    assert_eq!(ran(&backends, &["take", "a"]).0, Some(0));
    assert_eq!(ran(&backends, &["take", "a"]), (Some(1), "error: there is a snapshot a already\n".to_owned()));
    for action in ["restore", "delete"] {
        let unknown = "error: there is no snapshot b; there is a\n".to_owned();
        assert_eq!(ran(&backends, &[action, "b"]), (Some(1), unknown), "{action}");
        assert_eq!(ran(&backends, &[action, "../a"]).0, Some(2), "{action}");
    }
    let header = [("x-local-stack", "1")];
    for name in ["", "..", "../x", "/tmp/x", ".draft", "a b"] {
        let (status, answer) =
            backends.program.send("/_local/snapshots", &header, json!({"name": name}).to_string()).await;
        assert_eq!((status, answer["error"].as_str().unwrap().contains("is no name")), (400, true), "{name}");
    }
    let (status, _) = backends.program.send("/_local/snapshots/..%2Fsnapshots%2Fa/restore", &header, "").await;
    assert_eq!(status, 400);
    assert_eq!(backends.program.send("/_local/snapshots", &header, r#"{"name":"a"}"#).await.0, 409);
    assert_eq!(backends.program.send("/_local/snapshots/b/restore", &header, "").await.0, 404);
    assert_eq!(backends.program.send("/_local/snapshots", &[], r#"{"name":"c"}"#).await.0, 403);
    assert_eq!(names(&backends), ["a"]);
}

/// A message is sent before its mail, so at any moment there are as many mails, or one less.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_of_one_moment_however_much_is_written() {
    let backends = Backends::start(NOWHERE.into());
    let writing = async {
        loop {
            backends.program.send_message("Pictures", "hello").await;
            send_mail(&backends).await;
        }
    };
    let taking = async {
        for number in 0..5 {
            let name = json!({"name": format!("n{number}")}).to_string();
            let taken = backends.program.send("/_local/snapshots", &[("x-local-stack", "1")], name).await;
            assert_eq!(taken.0, 200, "{taken:?}");
        }
    };
    tokio::select! {
        () = taking => {}
        () = writing => {}
    }
    for name in names(&backends) {
        json_of(&backends, &["restore", &name]);
        let (messages, mails) = messages_and_mails(&backends).await;
        assert!(messages == mails || messages == mails + 1, "{name}: {messages} messages, {mails} mails");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_is_refused_and_the_stack_goes_on() {
    let backends = Backends::start(NOWHERE.into());
    write(&backends).await;
    let now = content(&backends).await;
    type Spoil = fn(&mut Vec<u8>);
    let spoiled: [(&str, &str, &str, Spoil); 4] = [
        ("a", "sqs/sqs.sqlite", "files are missing or have another size", Vec::clear),
        ("b", "sqs/sqs.sqlite", "sqs/sqs.sqlite: ", |file| file.fill(b'x')),
        ("c", "secretsmanager/secrets.json", "does not have the form of a file of secrets", |file| {
            file.fill(b' ');
            file[..2].copy_from_slice(b"{}");
        }),
        // Another version's, say.
        ("d", "event-sources/event-sources.sqlite", "no such column: passed", |file| {
            let column = file.windows(6).position(|name| name == b"passed").unwrap();
            file[column..column + 6].copy_from_slice(b"failed");
        }),
    ];
    for (name, file, told, spoil) in spoiled {
        json_of(&backends, &["take", name]);
        let file = backends.data.join("snapshots").join(name).join(file);
        let mut bytes = std::fs::read(&file).unwrap();
        spoil(&mut bytes);
        std::fs::write(&file, bytes).unwrap();
        let (code, text) = ran(&backends, &["restore", name]);
        assert!(code == Some(1) && text.contains(told), "{text}");
        assert_eq!(content(&backends).await, now);
    }
    assert_eq!(names(&backends), ["d", "c", "b", "a"]);
}

/// A stack is killed at some moment of a restore, and later in each round.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_what_was_there_or_the_snapshot() {
    const ROUNDS: u32 = 8;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut backends = started_in(&data).await;
    write(&backends).await;
    let old = content(&backends).await;
    json_of(&backends, &["take", "old"]);
    let began = Instant::now();
    json_of(&backends, &["restore", "old"]);
    let takes = began.elapsed();
    write(&backends).await;
    let mut now = content(&backends).await;
    for round in 0..ROUNDS {
        let before = names(&backends);
        let restoring = backends.program.started("/_local/snapshots/old/restore");
        tokio::time::sleep(takes * round / ROUNDS).await;
        backends.program.kill();
        restoring.await.unwrap();
        drop(backends);
        backends = started_in(&data).await;
        let has = content(&backends).await;
        if has == old {
            let newest = names(&backends).remove(0);
            assert!(!before.contains(&newest), "round {round}");
            json_of(&backends, &["restore", &newest]);
            assert_eq!(content(&backends).await, now, "round {round}");
            write(&backends).await;
            now = content(&backends).await;
        } else {
            assert_eq!((has, names(&backends)), (now.clone(), before), "round {round}");
        }
    }
}

/// One that is listed after that is whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_take_that_is_killed_leaves_all_of_it_or_nothing() {
    const ROUNDS: u32 = 8;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut backends = started_in(&data).await;
    let began = Instant::now();
    json_of(&backends, &["take", "first"]);
    let takes = began.elapsed() + Duration::from_millis(10);
    for round in 0..ROUNDS {
        write(&backends).await;
        let now = content(&backends).await;
        let before = names(&backends);
        let taking = backends.program.started("/_local/snapshots");
        tokio::time::sleep(takes * round / ROUNDS).await;
        backends.program.kill();
        taking.await.unwrap();
        drop(backends);
        backends = started_in(&data).await;
        assert_eq!(content(&backends).await, now);
        for taken in names(&backends).into_iter().filter(|name| !before.contains(name)) {
            write(&backends).await;
            json_of(&backends, &["restore", &taken]);
            assert_eq!(content(&backends).await, now, "round {round}");
        }
    }
}
