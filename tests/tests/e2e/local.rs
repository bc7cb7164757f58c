//! `cargo local` itself: what it refuses to do, what it keeps, and whom it answers.

use http::Method;
use serde_json::json;
use tests::{Exit, Person, Setup, Signal, Stack, local};
use tokio::net::TcpListener;

use crate::{ada, shared};

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_taken_port_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let Exit { code, output } = local(&["--no-build", "--port", &port]).await;
    let told = format!("error: port {port} is taken; stop what listens there or choose another with --port\n");
    assert_eq!((code, output), (Some(1), told));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_data_folder_has_one_stack_at_a_time() {
    let stack = Stack::start().await;
    let folder = stack.folder().to_str().unwrap();
    for more in [None, Some("--fresh")] {
        let arguments: Vec<&str> =
            ["--no-build", "--port", "0", "--data-dir", folder].into_iter().chain(more).collect();
        let Exit { code, output } = local(&arguments).await;
        let told = format!(
            "error: {folder} is in use by another `cargo local`; stop it or choose another folder with --data-dir\n"
        );
        assert_eq!((code, output), (Some(1), told));
    }
    assert_eq!(stack.get("/health").send().await.status, 200);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_command_needs_a_stack() {
    // Bound and let go: nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port().to_string();
    let Exit { code, output } = local(&["invoke", "GrantRoleFunction", "--port", &port]).await;
    let told = format!("error: no stack answers on port {port}; is `cargo local` running? (--port says where)\n");
    assert_eq!((code, output), (Some(1), told));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn data_outlives_a_restart_but_not_a_fresh_start() {
    let mut stack = Stack::start().await;
    let mut person = stack.customer("Kept").await;
    let token = person.token.clone();
    stack.end(Signal::TERM).await;
    stack.start_again(&[]).await;
    stack.log_in(&mut person).await;
    assert_eq!(stack.get("/api/users/me").token(&token).send().await.status, 200);

    stack.end(Signal::TERM).await;
    stack.start_again(&["--fresh"]).await;
    let gone = stack.post("/api/users/login").json(person.credentials()).send().await;
    assert_eq!(gone.status, 401, "{gone}");
    assert_eq!(stack.get("/api/users/me").token(&token).send().await.status, 401);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_new_folder_gets_an_admin_once() {
    let mut stack = Setup::new().demo().start().await;
    let output = stack.output();
    let credentials = output.lines().find_map(|line| line.trim().strip_prefix("admin: ")).expect("an admin");
    let (email, password) = credentials.split_once(" / ").unwrap();
    let mut admin = Person::new("Admin");
    (admin.email, admin.password) = (email.to_owned(), password.to_owned());
    stack.log_in(&mut admin).await;
    assert_eq!(stack.get("/api/users").token(&admin.token).send().await.status, 200);

    stack.end(Signal::TERM).await;
    stack.start_again(&[]).await;
    assert!(!stack.output().contains("admin: "), "{}", stack.output());
    stack.log_in(&mut admin).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_template_it_can_not_run_is_refused_by_name() {
    let folder = shared().await.folder();
    let path = folder.join("broken.yaml");
    let template = std::fs::read_to_string(tests::workspace().join("template.yaml")).unwrap();
    std::fs::write(&path, template.replace("Type: AWS::SQS::Queue", "Type: AWS::Kinesis::Stream")).unwrap();
    let data = folder.join("unused");
    let arguments =
        ["--no-build", "--port", "0", "--data-dir", data.to_str().unwrap(), "--template", path.to_str().unwrap()];
    let Exit { code, output } = local(&arguments).await;
    assert_eq!(code, Some(1));
    assert!(output.contains("AWS::Kinesis::Stream") && output.contains("CountUsersDeadLetters"), "{output}");
    assert!(!data.exists());
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_unknown_parameter_is_refused() {
    let Exit { code, output } = local(&["--no-build", "--port", "0", "--parameter-overrides", "AlowedOrigins=*"]).await;
    assert_eq!(code, Some(1));
    assert!(output.contains("AlowedOrigins"), "{output}");
}

/// A page that a developer happens to visit must not reach the AWS side of their stack.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_web_page_reaches_neither_the_aws_apis_nor_the_controls() {
    let stack = shared().await;
    let list = || stack.aws("DynamoDB_20120810.ListTables", json!({}));
    assert_eq!(list().send().await.status, 200);
    let refused = json!({"__type": "MissingAuthenticationTokenException", "message": "the request is not signed"});
    list().header("origin", "https://evil.example").send().await.is(403, refused.clone());
    list().header("origin", "null").send().await.is(403, refused.clone());
    list().header("host", "evil.example").send().await.is(403, refused.clone());
    list().header("host", format!("evil.example:{}", stack.port())).send().await.is(403, refused.clone());
    let unsigned = || stack.post("/").json(json!({})).header("x-amz-target", "secretsmanager.GetSecretValue");
    unsigned().send().await.is(403, refused.clone());
    unsigned().token(&ada().await.token).send().await.is(403, refused.clone());
    let invoke = stack.post("/2015-03-31/functions/GrantRoleFunction/invocations");
    invoke.json(json!({"email": ada().await.email, "role": "admin"})).send().await.is(403, refused);

    let instances = || stack.request(Method::GET, "/_local/instances");
    let refused = json!({"error": "send the header x-local-stack: 1"});
    instances().send().await.is(403, refused.clone());
    for (name, value) in [("origin", "https://evil.example"), ("host", "evil.example")] {
        instances().header("x-local-stack", "1").header(name, value).send().await.is(403, refused.clone());
    }
}
