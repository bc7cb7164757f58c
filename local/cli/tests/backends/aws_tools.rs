//! What AWS's own tools ask first, as they send it, and what they get for all that is not emulated.

use http::Method;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::*;

/// Sends a request that is signed for a service.
async fn ask(
    backends: &Backends,
    service: &str,
    method: Method,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let signature =
        format!("AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, Signature=none");
    let mut request =
        client.request(method, format!("{}{path}", backends.program.url)).header("authorization", signature);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request.body(body.to_owned()).send().await.unwrap()
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

/// Sends a Query request.
async fn query(backends: &Backends, service: &str, form: &str) -> (u16, String) {
    let response = ask(backends, service, Method::POST, "/", &[FORM], form).await;
    assert_eq!(response.headers()["content-type"], "text/xml");
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn get(backends: &Backends, service: &str, path: &str) -> (u16, Value) {
    let response = ask(backends, service, Method::GET, path, &[], "").await;
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn target(backends: &Backends, service: &str, target: &str, body: &Value) -> (u16, Value) {
    let response = ask(backends, service, Method::POST, "/", &[("x-amz-target", target)], &body.to_string()).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_find_the_account_and_its_stack() {
    let backends = Backends::start(nowhere().await);
    let (status, who) = query(&backends, "sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert_eq!(status, 200, "{who}");
    for part in
        ["<Arn>arn:aws:iam::000000000000:root</Arn>", "<Account>000000000000</Account>", "<GetCallerIdentityResult>"]
    {
        assert!(who.contains(part), "{who}");
    }
    let (status, stacks) = query(&backends, "cloudformation", "Action=DescribeStacks&Version=2010-05-15").await;
    assert!(status == 200 && stacks.contains("<Stacks><member><StackId>"), "{stacks}");
    assert!(stacks.contains("<StackStatus>CREATE_COMPLETE</StackStatus>"), "{stacks}");
    let of = "Action=DescribeStackResources&StackName=local&LogicalResourceId=Pictures";
    let (_, resources) = query(&backends, "cloudformation", of).await;
    let physical = format!("<PhysicalResourceId>{}/000000000000/Pictures</PhysicalResourceId>", backends.program.url);
    assert!(resources.contains(&physical) && resources.matches("<member>").count() == 1, "{resources}");
    let (status, other) = query(&backends, "cloudformation", "Action=DescribeStacks&StackName=prod").await;
    assert!(status == 400 && other.contains("<Message>Stack with id prod does not exist</Message>"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_find_functions_mappings_apis_and_rules() {
    let backends = Backends::start(nowhere().await);
    let (_, functions) = get(&backends, "lambda", "/2015-03-31/functions/").await;
    let names: Vec<&str> =
        functions["Functions"].as_array().unwrap().iter().map(|one| one["FunctionName"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["AuthorizeFunction", "CleanUpFunction", "PublicKeysFunction", "ResizeFunction", "UploadFunction"]
    );
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:ResizeFunction";
    for name in ["ResizeFunction", arn, "ResizeFunction:$LATEST"] {
        let (status, function) = get(&backends, "lambda", &format!("/2015-03-31/functions/{name}")).await;
        assert_eq!((status, &function["Configuration"]["FunctionArn"]), (200, &json!(arn)), "{name}");
    }
    let (status, unknown) = get(&backends, "lambda", "/2015-03-31/functions/Resize").await;
    assert_eq!((status, unknown["__type"].as_str()), (404, Some("ResourceNotFoundException")));

    let mappings = "/2015-03-31/event-source-mappings/";
    let (_, found) = get(&backends, "lambda", &format!("{mappings}?FunctionName=ResizeFunction")).await;
    let [mapping] = &found["EventSourceMappings"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!(mapping["EventSourceArn"], "arn:aws:sqs:us-east-1:000000000000:Pictures");
    let (_, by_id) = get(&backends, "lambda", &format!("{mappings}{}", mapping["UUID"].as_str().unwrap())).await;
    assert_eq!(by_id["FunctionArn"], arn);

    let (_, apis) = get(&backends, "apigateway", "/restapis").await;
    assert_eq!(apis["item"][0]["id"], "Api");
    let (_, resources) = get(&backends, "apigateway", "/restapis/Api/resources").await;
    assert_eq!(resources["item"][1]["resourceMethods"], json!({"POST": {"httpMethod": "POST"}}), "{resources}");
    assert_eq!(get(&backends, "apigateway", "/restapis/other").await.0, 404);

    let (_, rules) = target(&backends, "events", "AWSEvents.ListRules", &json!({})).await;
    assert_eq!(rules["Rules"][0]["ScheduleExpression"], "rate(1 hour)");
    let (_, groups) = target(&backends, "logs", "Logs_20140328.DescribeLogGroups", &json!({})).await;
    assert_eq!(groups, json!({"logGroups": []}), "functions that run elsewhere log there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_emulated_is_named_in_the_words_of_its_protocol() {
    let backends = Backends::start(nowhere().await);
    let told = |what: &str| format!("{what} is not emulated by cargo local");
    let (status, answer) = query(&backends, "sns", "Action=ListTopics&Version=2010-03-31").await;
    assert!(
        status == 400 && answer.contains("<Code>InvalidAction</Code>") && answer.contains(&told("ListTopics of sns")),
        "{answer}"
    );
    let (_, answer) = query(&backends, "ec2", "Action=DescribeInstances&Version=2016-11-15").await;
    assert!(answer.starts_with("<Response><Errors><Error>"), "{answer}");
    let (_, answer) = query(&backends, "sts", "Action=AssumeRole&Version=2011-06-15").await;
    assert!(answer.contains("; of sts there are GetCallerIdentity"), "{answer}");
    let buckets = ask(&backends, "s3", Method::GET, "/", &[], "").await;
    assert_eq!(buckets.status(), 501);
    assert!(buckets.text().await.unwrap().starts_with("<Error><Code>NotImplemented</Code>"));
    let (status, answer) = target(&backends, "kinesis", "Kinesis_20131202.ListStreams", &json!({})).await;
    assert_eq!((status, &answer["message"]), (400, &json!(told("ListStreams of kinesis"))));
    let (status, answer) = target(&backends, "dynamodb", "DynamoDB_20120810.CreateBackup", &json!({})).await;
    assert!(
        status == 400 && answer["message"].as_str().unwrap().starts_with("CreateBackup of DynamoDB is not"),
        "{answer}"
    );
    let (status, answer) = get(&backends, "lambda", "/2015-03-31/functions/ResizeFunction/policy").await;
    assert!(
        status == 404
            && answer["message"]
                .as_str()
                .unwrap()
                .contains("GET /2015-03-31/functions/ResizeFunction/policy of lambda"),
        "{answer}"
    );
    let (status, answer) = get(&backends, "eks", "/clusters").await;
    assert_eq!((status, &answer["message"]), (404, &json!(told("GET /clusters of eks"))));
    let metrics = ask(
        &backends,
        "monitoring",
        Method::POST,
        "/service/GraniteServiceVersion20100801/operation/ListMetrics",
        &[("smithy-protocol", "rpc-v2-cbor")],
        "",
    )
    .await;
    assert_eq!(metrics.headers()["content-type"], "application/cbor");
    let body = metrics.bytes().await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("ListMetrics of monitoring is not emulated"));
}

/// The rights of a function's role hold for descriptions too, and for calls that are sent to the URL of a queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_may_ask_what_its_role_allows() {
    let backends = Backends::start(nowhere().await);
    let as_function =
        "AWS4-HMAC-SHA256 Credential=UploadFunction/20260101/us-east-1/SERVICE/aws4_request, Signature=none";
    let send = async |service: &str, path: &str, target: Option<&str>, form: &str| {
        let client = Client::builder().no_proxy().build().unwrap();
        let mut request = client.post(format!("{}{path}", backends.program.url)).body(form.to_owned());
        request = match target {
            Some(target) => request.header("x-amz-target", target),
            None => request.header(FORM.0, FORM.1),
        };
        let answer = request.header("authorization", as_function.replace("SERVICE", service)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, who) = send("sts", "/", None, "Action=GetCallerIdentity").await;
    assert!(who.contains(":assumed-role/UploadFunctionRole/UploadFunction</Arn>"), "{who}");
    let (status, answer) = send("cloudformation", "/", None, "Action=DescribeStacks").await;
    assert!(status == 403 && answer.contains("<Code>AccessDenied</Code>"), "{answer}");
    let (status, answer) = send("events", "/", Some("AWSEvents.ListRules"), "{}").await;
    assert!(status == 400 && answer.contains("AccessDeniedException"), "{answer}");
    let purge = r#"{"QueueUrl":"Pictures"}"#;
    let (status, answer) = send("sqs", "/000000000000/Pictures", Some("AmazonSQS.PurgeQueue"), purge).await;
    assert!(status == 400 && answer.contains("sqs:PurgeQueue"), "{answer}");
}
