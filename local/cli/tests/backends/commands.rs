//! The commands for a stack that runs, on one without functions.

use serde_json::{Value, json};

use super::*;

fn ran(backends: &Backends, arguments: &[&str]) -> (Option<i32>, String) {
    run(&[arguments, &["--port", backends.program.port()]].concat())
}

fn json_of(backends: &Backends, arguments: &[&str]) -> Value {
    let (code, text) = ran(backends, &[arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{arguments:?}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_where_everything_is() {
    let backends = Backends::start(nowhere().await);
    let status = json_of(&backends, &["status"]);
    assert_eq!(
        (&status["url"], &status["awsEndpointUrl"]),
        (&json!(backends.program.url), &json!(backends.program.url))
    );
    assert_eq!((&status["isWhole"], &status["queues"], &status["console"]), (&json!(false), &json!(1), &Value::Null));
    let (code, text) = ran(&backends, &["status"]);
    assert!(code == Some(0) && text.contains(&format!("data folder   {}\n", backends.data.display())), "{text}");
    assert!(text.contains("1 queue, 1 secret\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_to_a_queue_by_any_of_its_names() {
    let backends = Backends::start(nowhere().await);
    assert_eq!(ran(&backends, &["dlq", "show", "Pictures"]), (Some(0), "Pictures is empty\n".to_owned()));
    for queue in [
        "Pictures",
        "arn:aws:sqs:us-east-1:000000000000:Pictures",
        &format!("{}/000000000000/Pictures", backends.program.url),
    ] {
        let (code, text) = ran(&backends, &["send", queue, r#"{"a":1}"#]);
        assert!(code == Some(0) && text.ends_with(" is on Pictures\n"), "{text}");
    }
    let file = backends.data.with_file_name("message.json");
    std::fs::write(&file, "[2]").unwrap();
    assert!(json_of(&backends, &["send", "Pictures", "--file", file.to_str().unwrap()])["id"].is_string());
    let messages = json_of(&backends, &["dlq", "show", "Pictures"]);
    let bodies: Vec<&str> = messages.as_array().unwrap().iter().map(|one| one["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, [r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":1}"#, "[2]"]);
    let told = "error: the stack has no queue Jobs; it has Pictures\n".to_owned();
    assert_eq!(ran(&backends, &["send", "Jobs", "{}"]), (Some(1), told.clone()));
    assert_eq!(ran(&backends, &["dlq", "show", "Jobs"]), (Some(1), told.clone()));
    assert_eq!(ran(&backends, &["dlq", "redrive", "Jobs"]), (Some(1), told));
    assert_eq!(ran(&backends, &["dlq"]), (Some(0), "no queue is for dead letters\n".to_owned()));
    assert_eq!(json_of(&backends, &["dlq"]), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_by_its_function_or_its_own_name() {
    let address = nowhere().await;
    let mut calls = engine(address).await;
    let backends = Backends::start(address);
    for schedule in ["CleanUpFunction", "EveryHour"] {
        assert_eq!(ran(&backends, &["run", schedule]), (Some(0), "CleanUpFunction: {\"done\":true}\n".to_owned()));
        assert_eq!(calls.recv().await.unwrap().0, path("clean-up"));
    }
    assert_eq!(
        json_of(&backends, &["run", "EveryHour"]),
        json!({"function": "CleanUpFunction", "answer": {"done": true}})
    );
    let told = "error: no one schedule is called EveryDay; there are CleanUpFunction (EveryHour)\n";
    assert_eq!(ran(&backends, &["run", "EveryDay"]), (Some(1), told.to_owned()));
    let invoked = json_of(&backends, &["invoke", "UploadFunction", "{}"]);
    assert_eq!(invoked, json!({"function": "UploadFunction", "hasFailed": false, "answer": {"done": true}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_and_its_value_never_shown() {
    let backends = Backends::start(nowhere().await);
    let (code, text) = ran(&backends, &["rotate-secret", "SigningKey"]);
    assert!(code == Some(0) && text.ends_with(" of SigningKey is AWSCURRENT\n"), "{text}");
    let rotated = json_of(
        &backends,
        &["rotate-secret", "arn:aws:secretsmanager:us-east-1:000000000000:secret:SigningKey-000000"],
    );
    assert_eq!(rotated.as_object().unwrap().keys().collect::<Vec<_>>(), ["versionId"]);
    let told = "error: the stack has no secret Other; it has SigningKey\n".to_owned();
    assert_eq!(ran(&backends, &["rotate-secret", "Other"]), (Some(1), told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_file_is_sent_and_what_it_prints_is_told() {
    let backends = Backends::start(nowhere().await);
    let file = backends.data.with_file_name("more.http");
    let request = |action: &str| {
        format!(
            "# @name sent
# @print its digest is {{{{sent.response.body.$.MD5OfMessageBody}}}}
POST {{{{host}}}}/
Authorization: AWS local local region:us-east-1 service:sqs
Content-Type: application/x-amz-json-1.0
X-Amz-Target: AmazonSQS.{action}

{{\"QueueUrl\": \"http://sqs/000000000000/Pictures\", \"MessageBody\": \"hello\"}}
"
        )
    };
    std::fs::write(&file, request("SendMessage")).unwrap();
    let path = file.to_str().unwrap();
    let line = "its digest is 5d41402abc4b2a76b9719d911017c592";
    assert_eq!(ran(&backends, &["seed", path]), (Some(0), format!("{line}\n{path} is sent\n")));
    assert_eq!(json_of(&backends, &["seed", path]), json!({"printed": [line]}));
    assert_eq!(json_of(&backends, &["dlq", "show", "Pictures"]).as_array().unwrap().len(), 2);

    // Of a file whose request fails nothing is printed.
    std::fs::write(&file, request("SendNothing")).unwrap();
    let (code, text) = ran(&backends, &["seed", path, "--json"]);
    assert!(
        code == Some(1) && text.starts_with(&format!("error: {path}, line 3 ")) && !text.contains("printed"),
        "{text}"
    );

    std::fs::write(&file, "").unwrap();
    assert_eq!(json_of(&backends, &["seed", path]), json!({"printed": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_anything_say_so() {
    let backends = Backends::start(nowhere().await);
    assert_eq!(ran(&backends, &["mail"]), (Some(0), "no mails\n".to_owned()));
    assert_eq!(ran(&backends, &["logs"]), (Some(0), "no lines\n".to_owned()));
    assert_eq!((json_of(&backends, &["mail"]), ran(&backends, &["logs", "--json"]).1), (json!([]), String::new()));
}

#[test]
fn completions_name_the_commands() {
    for (shell, text) in [("bash", "complete -F"), ("zsh", "#compdef cargo-local"), ("fish", "complete -c cargo-local")]
    {
        let (code, script) = run(&["completions", shell]);
        assert!(code == Some(0) && script.contains(text) && script.contains("rotate-secret"), "{shell}");
    }
}
