//! Which instance serves an invocation.

use std::time::Duration;

use bytes::Bytes;
use local_lambda::{FunctionSpec, Invoke, InvokeError, Options};
use serde_json::json;
use tokio::task::JoinSet;

use crate::world::{Gate, World, pid_of, spec, spec_with};

pub async fn an_instance_is_used_again() {
    let world = World::with(spec()).await;
    let first = world.answer(json!({})).await;
    for events in 2..20 {
        let next = world.answer(json!({})).await;
        assert_eq!((&next["pid"], &next["events"]), (&first["pid"], &json!(events)));
    }
    assert_eq!(world.lambda.instances().len(), 1);
}

pub async fn the_most_recently_used_instance_is_used_first() {
    let world = World::with(spec()).await;
    let (one, one_line) = world.busy().await;
    let (two, two_line) = world.busy().await;
    assert_ne!(one_line.pid, two_line.pid);
    drop(two_line);
    let two = pid_of(&two.await.unwrap().unwrap());
    drop(one_line);
    let one = pid_of(&one.await.unwrap().unwrap());
    assert_eq!(world.lambda.instances().iter().filter(|instance| !instance.busy).count(), 2);
    assert_eq!(world.pid().await, one);
    let (busy, line) = world.busy().await;
    assert_eq!(u64::from(line.pid), one);
    assert_eq!(world.pid().await, two);
    drop(line);
    busy.await.unwrap().unwrap();
    assert_eq!(world.pid().await, one);
}

pub async fn reserved_concurrency_throttles_what_is_above_it() {
    let world = World::with(FunctionSpec { reserved_concurrency: Some(1), ..spec() }).await;
    let (busy, line) = world.busy().await;
    let refused = world.try_invoke(json!({})).await;
    assert!(matches!(&refused, Err(InvokeError::Throttled(function)) if function == "shop"), "{refused:?}");
    drop(line);
    let served = busy.await.unwrap().unwrap();
    assert_eq!(world.pid().await, pid_of(&served));
}

pub async fn concurrent_callers_never_get_more_than_the_limit() {
    let world = World::with(FunctionSpec { reserved_concurrency: Some(3), ..spec() }).await;
    let gate = Gate::open().await;
    let mut callers = JoinSet::new();
    for _ in 0..40 {
        let (world, event) = (world.clone(), json!({ "do": "wait", "port": gate.port }));
        callers.spawn(async move { world.try_invoke(event).await });
    }
    let lines = [gate.line().await, gate.line().await, gate.line().await];
    for _ in 0..37 {
        let refused = callers.join_next().await.unwrap().unwrap();
        assert!(matches!(refused, Err(InvokeError::Throttled(_))), "{refused:?}");
    }
    assert_eq!(world.lambda.instances().iter().filter(|instance| instance.busy).count(), 3);
    drop(lines);
    let served = callers.join_all().await;
    assert!(served.len() == 3 && served.iter().all(Result::is_ok), "{served:?}");
}

pub async fn an_invocation_outlives_a_caller_who_leaves() {
    let world = World::with(spec()).await;
    let (caller, line) = world.busy().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    let pid = line.pid;
    drop(line);
    world.logged(1, |line| line.starts_with("REPORT ")).await;
    let next = world.answer(json!({})).await;
    assert_eq!((&next["pid"], &next["events"]), (&json!(pid), &json!(2)));
}

pub async fn idle_instances_end_after_a_while() {
    let options = Options { idle_timeout: Duration::from_millis(100), ..Options::default() };
    let world = World::with_options(spec(), options).await;
    world.attached().await.cut().await;
    assert_eq!(world.lambda.instances(), []);
    // Racing with the expiry: each invocation must find an instance or start one.
    for pause in 0..8 {
        world.pid().await;
        tokio::time::sleep(Duration::from_millis(96 + pause)).await;
    }
}

pub async fn a_function_sees_aws_environment_and_nothing_of_this_process() {
    let options = Options {
        endpoint_url: Some("http://127.0.0.1:4566".to_owned()),
        environment: [("STAGE".to_owned(), "local".to_owned())].into(),
        ..Options::default()
    };
    let mut spec = spec_with("TABLE", "products");
    spec.environment.insert("STAGE".to_owned(), "other".to_owned());
    spec.environment.insert("AWS_REGION".to_owned(), "eu-west-1".to_owned());
    let root = spec.executable.parent().unwrap().to_str().unwrap().to_owned();
    let world = World::with_options(spec, options).await;
    let environment = world.answer(json!({ "do": "environment" })).await;
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/shop"),
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ("LAMBDA_TASK_ROOT", &root),
        ("PWD", ""),
        ("TZ", ":UTC"),
        ("LANG", "en_US.UTF-8"),
        ("TABLE", "products"),
        ("STAGE", "local"),
        ("HOME", ""),
        ("CARGO_MANIFEST_DIR", ""),
    ] {
        assert_eq!(environment[name].as_str().unwrap_or_default(), value, "{name}");
    }
    let access_key_id = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    assert_eq!(world.lambda.caller(access_key_id).as_deref(), Some("shop"));
    assert_eq!(world.lambda.caller("ASIAAAAAAAAAAAAAAAAA"), None);
}

pub async fn a_function_is_found_by_name_logical_id_and_arn() {
    let world = World::with(spec()).await;
    for name in ["shop", "ShopFunction", "arn:aws:lambda:us-east-1:000000000000:function:shop"] {
        let invocation = world.lambda.invoke(name, Bytes::from_static(br#"{"do":"echo"}"#)).await.unwrap();
        assert_eq!(invocation.payload, r#"{"do":"echo"}"#);
    }
    let unknown = world.lambda.invoke("Shop", Bytes::new()).await;
    assert!(matches!(&unknown, Err(InvokeError::NotFound(function)) if function == "Shop"), "{unknown:?}");
    assert_eq!(world.lambda.instances().len(), 1);
}
