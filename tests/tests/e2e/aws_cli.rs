//! The AWS CLI on the port of `cargo local`: what people and tools ask first.

use std::process::Stdio;

use serde_json::Value;
use tests::Stack;
use tokio::process::Command;

use crate::shared;

/// Runs `aws` and gives its exit code and its output, which is JSON if it succeeds.
async fn aws(stack: &Stack, arguments: &str) -> (Option<i32>, String) {
    let output = Command::new("aws")
        .args(arguments.split(' '))
        .args([
            "--endpoint-url",
            &format!("http://127.0.0.1:{}", stack.port()),
            "--region",
            "us-east-1",
            "--output",
            "json",
        ])
        .envs([
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_PAGER", ""),
            ("NO_PROXY", "127.0.0.1"),
        ])
        // Neither a developer's settings nor a role of their machine.
        .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
        .env_remove("AWS_PROFILE")
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the AWS CLI");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

async fn asked(stack: &Stack, arguments: &str) -> Value {
    let (code, text) = aws(stack, arguments).await;
    assert_eq!(code, Some(0), "aws {arguments}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("aws {arguments}: {error}: {text}"))
}

#[apply(e2e)]
#[needs(OwnStack, AwsCli)]
async fn the_aws_cli_finds_what_it_asks_first() {
    let stack = shared().await;
    assert_eq!(asked(stack, "sts get-caller-identity").await["Account"], "000000000000");
    let functions = asked(stack, "lambda list-functions").await;
    assert!(functions["Functions"].as_array().unwrap().len() > 20, "{functions}");
    let function = asked(stack, "lambda get-function --function-name GetMeFunction").await;
    assert_eq!(function["Configuration"]["State"], "Active");
    let mappings = asked(stack, "lambda list-event-source-mappings --function-name NotifyFunction").await;
    let source = mappings["EventSourceMappings"][0]["EventSourceArn"].as_str().unwrap();
    assert!(source.ends_with(":NotificationsQueue"), "{mappings}");
    let stacks = asked(stack, "cloudformation describe-stacks").await;
    assert_eq!(stacks["Stacks"][0]["StackStatus"], "CREATE_COMPLETE");
    let resources = asked(stack, "cloudformation describe-stack-resources --stack-name local").await;
    let table =
        resources["StackResources"].as_array().unwrap().iter().find(|one| one["LogicalResourceId"] == "UsersTable");
    assert_eq!(table.unwrap()["ResourceType"], "AWS::DynamoDB::Table");
    assert_eq!(asked(stack, "apigateway get-rest-apis").await["items"][0]["id"], "Api");
    assert_eq!(asked(stack, "events list-rules").await["Rules"][0]["State"], "ENABLED");
    let backups = asked(stack, "dynamodb describe-continuous-backups --table-name UsersTable").await;
    assert_eq!(backups["ContinuousBackupsDescription"]["ContinuousBackupsStatus"], "ENABLED");
    assert!(asked(stack, "dynamodb describe-limits").await["TableMaxReadCapacityUnits"].is_u64());
    let url = asked(stack, "sqs get-queue-url --queue-name NotificationsQueue").await;
    assert_eq!(url["QueueUrl"], format!("http://127.0.0.1:{}/000000000000/NotificationsQueue", stack.port()));
}

#[apply(e2e)]
#[needs(OwnStack, AwsCli)]
async fn the_aws_cli_reads_the_functions_lines() {
    let stack = shared().await;
    assert_eq!(stack.get("/api/users/health").send().await.status, 200);
    let health = asked(stack, "lambda get-function-configuration --function-name UsersHealthFunction").await;
    let group = health["LoggingConfig"]["LogGroup"].as_str().unwrap();
    let groups = asked(stack, &format!("logs describe-log-groups --log-group-name-prefix {group}")).await;
    assert_eq!(groups["logGroups"][0]["logGroupName"], group);
    let streams = asked(stack, &format!("logs describe-log-streams --log-group-name {group}")).await;
    assert!(streams["logStreams"].is_array(), "{streams}");
    let filter = format!("logs filter-log-events --log-group-name {group} --filter-pattern REPORT");
    let mut reported = asked(stack, &filter).await;
    // The lines follow the answer.
    while reported["events"].as_array().unwrap().is_empty() {
        reported = asked(stack, &filter).await;
    }
    assert!(reported["events"][0]["message"].as_str().unwrap().starts_with("REPORT RequestId: "), "{reported}");
}

#[apply(e2e)]
#[needs(OwnStack, AwsCli)]
async fn the_aws_cli_is_told_what_is_not_emulated() {
    let stack = shared().await;
    for (arguments, told) in [
        ("sns list-topics", "(InvalidAction) when calling the ListTopics operation: ListTopics of sns is not emulated"),
        ("ec2 describe-regions", "DescribeRegions of ec2 is not emulated"),
        ("s3api list-buckets", "(NotImplemented) when calling the ListBuckets operation"),
        ("iam list-roles", "ListRoles of iam is not emulated"),
        ("kinesis list-streams", "ListStreams of kinesis is not emulated"),
        ("cloudwatch list-metrics", "ListMetrics of monitoring is not emulated"),
        ("dynamodb list-backups", "ListBackups of DynamoDB is not emulated"),
        ("lambda list-layers", "is not emulated by cargo local; of lambda there are Invoke, ListFunctions"),
        ("cloudformation list-stacks", "of cloudformation there are DescribeStacks"),
        ("logs describe-metric-filters", "DescribeMetricFilters of CloudWatch Logs is not emulated"),
        ("cloudformation describe-stacks --stack-name prod", "Stack with id prod does not exist"),
    ] {
        let (code, text) = aws(stack, arguments).await;
        assert!(code != Some(0) && text.contains(told), "aws {arguments}: {code:?} {text}");
    }
}
