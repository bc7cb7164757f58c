//! Templates of another workspace (`pictures`) run from their sources to their answers: `cargo local` knows no system but
//! the one it is given.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Program, run};
use serde_json::json;
use tempfile::TempDir;

/// A copy of the workspace `pictures`, which has nothing built yet.
struct Pictures(TempDir);

impl Pictures {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures"), folder.path());
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Starts one of its templates and gives what is said before it is ready.
    fn start(&self, template: &str, more: &[&str]) -> (Program, Vec<String>) {
        let template = self.path(template);
        let arguments = [&["--logs", "--template", template.to_str().unwrap()], more].concat();
        let mut program = Program::start(&self.path("data"), &arguments);
        let said = program.ready();
        (program, said)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_through_route_function_queue_and_function() {
    let pictures = Pictures::new();
    let (program, said) = pictures.start("template.yaml", &["--no-seed"]);
    assert!(said.iter().any(|line| line.contains("POST") && line.contains("/pictures")), "{said:?}");
    let answer = program.send("/pictures", &[], "cat.png").await;
    assert_eq!(answer, (202, json!({"accepted": "cat.png"})));
    program.told("ResizeFunction | resized cat.png");

    // A changed source is built and swapped in.
    let source = pictures.path("src/bin/resize.rs");
    fs::write(&source, fs::read_to_string(&source).unwrap().replace("resized", "shrunk")).unwrap();
    program.told("swapped ResizeFunction");
    program.send("/pictures", &[], "dog.png").await;
    program.told("ResizeFunction | shrunk dog.png");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_an_api_is_ready_too() {
    let pictures = Pictures::new();
    let (program, _) = pictures.start("worker.yaml", &["--no-watch", "--no-seed"]);
    program.send_message("Pictures", "cat.png").await;
    program.told("ResizeFunction | resized cat.png");
    assert_eq!(program.send("/pictures", &[], "cat.png").await, (404, json!({"error": "the template has no API"})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_functions_builds_nothing() {
    let pictures = Pictures::new();
    let queue = "Transform: AWS::Serverless-2016-10-31\nResources: {Pictures: {Type: AWS::SQS::Queue}}\n";
    fs::write(pictures.path("queue.yaml"), queue).unwrap();
    fs::write(pictures.path("src/lib.rs"), "compile_error!();").unwrap();
    let (program, _) = pictures.start("queue.yaml", &["--no-watch", "--no-seed"]);
    program.send_message("Pictures", "cat.png").await;
    let told = "error: the stack has no function Resize; it has none\n";
    assert_eq!(run(&["invoke", "--port", program.port(), "Resize"]), (Some(1), told.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_most_likely_not_meant_is_told_at_the_start() {
    let pictures = Pictures::new();
    let queue = "Resources: {Pictures: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 010}}}\n";
    fs::write(pictures.path("queue.yaml"), format!("Transform: AWS::Serverless-2016-10-31\n{queue}")).unwrap();
    let (_program, said) = pictures.start("queue.yaml", &["--no-watch", "--no-seed"]);
    let told = "`010` is 8 in YAML 1.1: quote it if text is meant";
    assert!(said.iter().any(|line| line.starts_with("warning: ") && line.ends_with(told)), "{said:?}");

    let template = pictures.path("mistakes.yaml");
    let text = fs::read_to_string(pictures.path("template.yaml")).unwrap();
    let text = text.replace("{StageName: dev}", "{StageName: dev, Cors: {AllowMethods: \"'GET'\"}}");
    let text =
        text.replace("Binary: resize", "Binary: upload").replace("Action: sqs:SendMessage", "Action: sqs:SendMessages");
    fs::write(&template, text.replace("/aws/lambda/*", "/aws/lambda/Resize*")).unwrap();
    let options = ["--only", "backends", "--template", template.to_str().unwrap()];
    let said = Program::start(&pictures.path("other"), &options).ready();
    for told in [
        "Api.Cors.AllowMethods: leaves out POST",
        "sqs has no action `SendMessages`: is `sqs:SendMessage` meant?",
        "`upload` is the binary of `UploadFunction` too: was it copied?",
        "UploadFunction: its lines are lost on AWS: UploadRole does not allow logs:CreateLogStream on ",
    ] {
        let is_told =
            |line: &String| line.starts_with("warning: ") && line.contains("mistakes.yaml:") && line.contains(told);
        assert_eq!(said.iter().filter(|line| is_told(line)).count(), 1, "{told}: {said:#?}");
    }
}

#[test]
fn a_binary_that_the_workspace_does_not_have_is_named_before_anything_is_built() {
    let pictures = Pictures::new();
    let (template, data) = (pictures.path("worker.yaml"), pictures.path("data"));
    let text = fs::read_to_string(&template).unwrap().replace("Binary: resize", "Binary: shrink");
    let line = text.lines().position(|line| line.starts_with("  ResizeFunction:")).unwrap() + 1;
    fs::write(&template, text).unwrap();
    let arguments = ["--port", "0", "--template", template.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
    let (code, told) = run(&arguments);
    let start = format!("error: {}:{line}: ResizeFunction.Metadata.BuildProperties.Binary: ", template.display());
    assert!(code == Some(1) && told.starts_with(&start), "{told}");
    assert!(told[start.len()..].starts_with("`shrink` is not a cargo binary of the workspace "), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_are_invoked_by_name() {
    let pictures = Pictures::new();
    let (program, _) = pictures.start("worker.yaml", &["--no-watch", "--no-seed"]);
    let invoke = |arguments: &[&str]| run(&[&["invoke", "--port", program.port()], arguments].concat());
    assert_eq!(invoke(&["ResizeFunction", r#"{"body":"cat.png"}"#]), (Some(0), "{}\n".to_owned()));
    program.told("ResizeFunction | resized cat.png");
    let event = pictures.path("event.json");
    fs::write(&event, r#"{"body":"dog.png"}"#).unwrap();
    assert_eq!(invoke(&["ResizeFunction", "--event", event.to_str().unwrap()]), (Some(0), "{}\n".to_owned()));
    program.told("ResizeFunction | resized dog.png");

    let told = "error: the stack has no function Resize; it has ResizeFunction\n";
    assert_eq!(invoke(&["Resize"]), (Some(1), told.to_owned()));
    let (code, told) = invoke(&["ResizeFunction", "no JSON"]);
    assert!(code == Some(1) && told.starts_with("error: Could not parse request body into json"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_data_folder_is_filled_once() {
    let pictures = Pictures::new();
    let printed = |said: &[String]| said.iter().any(|line| line == "  the first picture is first.png");
    let (program, said) = pictures.start("template.yaml", &["--no-watch"]);
    assert!(printed(&said), "{said:?}");
    assert!(said.iter().any(|line| line.contains("ResizeFunction | resized first.png")), "{said:?}");
    drop(program);
    let (program, said) = pictures.start("template.yaml", &["--no-watch"]);
    assert!(!printed(&said), "{said:?}");
    drop(program);
    let (_program, said) = pictures.start("template.yaml", &["--no-watch", "--fresh"]);
    assert!(printed(&said), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_refused_ends_the_start_and_the_next_one_begins_anew() {
    let pictures = Pictures::new();
    let (template, data) = (pictures.path("template.yaml"), pictures.path("data"));
    let start = |seed: &Path| {
        let arguments = ["--port", "0", "--no-watch", "--template", template.to_str().unwrap(), "--data-dir"];
        run(&[&arguments[..], &[data.to_str().unwrap(), "--seed", seed.to_str().unwrap()]].concat())
    };
    let seed = pictures.path("other.http");
    fs::write(&seed, "### Upload\nPOST {{host}}/pictures\n\ncat.png\n\n### Without a name\nPOST {{host}}/pictures\n")
        .unwrap();
    let (code, told) = start(&seed);
    let refused = format!(
        "error: {}, line 7 (Without a name): POST /pictures was answered with 400 Bad Request: {{\"error\":\"a picture has a name\"}}\n",
        seed.display()
    );
    assert!(code == Some(1) && told.ends_with(&refused), "{told}");

    fs::write(&seed, "GET /\n{{host}}").unwrap();
    let (code, told) = start(&seed);
    assert!(code == Some(1) && told.ends_with("other.http, line 2: not a header: {{host}}\n"), "{told}");

    fs::write(&seed, "POST {{host}}/pictures\nX-Colour: \u{1}red\n").unwrap();
    let (code, told) = start(&seed);
    let refused = "line 1 (POST {{host}}/pictures): POST /pictures: failed to parse header value\n";
    assert!(code == Some(1) && told.ends_with(refused), "{told}");

    let (_program, said) = pictures.start("template.yaml", &["--no-watch"]);
    assert!(said.iter().any(|line| line == "  the first picture is first.png"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_shown_by_function_and_by_id_and_followed() {
    let pictures = Pictures::new();
    let (program, _) = pictures.start("worker.yaml", &["--no-watch", "--no-seed"]);
    let port = program.port();
    assert_eq!(run(&["invoke", "ResizeFunction", r#"{"body":"cat.png"}"#, "--port", port]).0, Some(0));
    program.told("REPORT RequestId: ");
    let (code, shown) = run(&["logs", "ResizeFunction", "--port", port]);
    let report = shown.lines().find(|line| line.contains("REPORT RequestId: ")).unwrap();
    // A line as it was written, tabs too, behind the time of day and the function.
    assert!(
        code == Some(0) && report.contains(" ResizeFunction REPORT RequestId: ") && report.contains("\tDuration: "),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "no colours where nobody sees them");
    let id = report.split("REPORT RequestId: ").nth(1).unwrap().split('\t').next().unwrap();
    let (_, of_id) = run(&["logs", id, "--port", port, "--json"]);
    let lines: Vec<serde_json::Value> = of_id.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 3 && lines.iter().all(|line| line["function"] == "ResizeFunction"), "{of_id}");
    let told = "error: the stack has no function Resize; it has ResizeFunction\n";
    assert_eq!(run(&["logs", "Resize", "--port", port]), (Some(1), told.to_owned()));

    let mut following = program::follow(&["logs", "-f", "-n", "0", "--port", port]);
    // It follows from when it asked first; what is invoked until then may be missed.
    loop {
        assert_eq!(run(&["invoke", "ResizeFunction", r#"{"body":"dog.png"}"#, "--port", port]).0, Some(0));
        if following.next_line_within(std::time::Duration::from_secs(2)).is_some() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_file_is_sent_to_a_stack_that_runs_and_its_lines_are_kept_of_the_first() {
    let pictures = Pictures::new();
    let (program, _) = pictures.start("template.yaml", &["--no-watch"]);
    let status = |program: &Program| -> serde_json::Value {
        serde_json::from_str(&run(&["status", "--json", "--port", program.port()]).1).unwrap()
    };
    assert_eq!(status(&program)["seed"], json!(["the first picture is first.png"]));
    let file = pictures.path("seed.http");
    let (code, told) = run(&["seed", file.to_str().unwrap(), "--port", program.port()]);
    let sent = format!("the first picture is first.png\n{} is sent\n", file.display());
    assert_eq!((code, told), (Some(0), sent));
    drop(program);
    let (program, _) = pictures.start("template.yaml", &["--no-watch"]);
    assert_eq!(status(&program)["seed"], json!(["the first picture is first.png"]));
}
