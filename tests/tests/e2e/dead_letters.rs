//! What can't be handled: it is set aside without holding up anything else, and can be looked at and tried again.

use http::Method;
use serde_json::{Value, json};
use tests::{Exit, Person, Stack, local};

/// Puts a message on the queue of the notification service.
async fn send(stack: &Stack, body: &str) {
    let input = json!({"QueueUrl": "http://sqs/000000000000/NotificationsQueue", "MessageBody": body});
    let answer = stack.aws("AmazonSQS.SendMessage", input).send().await;
    assert_eq!(answer.status, 200, "{answer}");
}

/// Waits until nothing is left to do; what fails is tried again at once until it is given up.
async fn drain(stack: &Stack) {
    stack.control(Method::POST, "event-sources/drain?hurry").await;
}

/// The bodies of the messages on a queue.
async fn bodies(stack: &Stack, queue: &str) -> Vec<String> {
    let messages = stack.control(Method::GET, &format!("queues/{queue}/messages")).await;
    let body = |message: &Value| message["body"].as_str().unwrap().to_owned();
    messages.as_array().unwrap().iter().map(body).collect()
}

/// What someone was notified of.
async fn notified(stack: &Stack, person: &Person) -> Vec<String> {
    let answer = stack.get("/api/notifications").token(&person.token).send().await;
    assert_eq!(answer.status, 200, "{answer}");
    let kind = |notification: &Value| notification["type"].as_str().unwrap().to_owned();
    answer.data().as_array().unwrap().iter().map(kind).collect()
}

/// `cargo local dlq …`
async fn dlq(stack: &Stack, arguments: &[&str]) -> Exit {
    let port = stack.port().to_string();
    let all: Vec<&str> = ["dlq"].into_iter().chain(arguments.iter().copied()).chain(["--port", &port]).collect();
    local(&all).await
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_poisoned_message_is_given_up_and_its_neighbours_are_handled() {
    let stack = Stack::start().await;
    send(&stack, "no event").await;
    let ada = stack.customer("Ada").await;
    send(&stack, r#"{"id":"1","type":"user.created"}"#).await;
    send(&stack, r#"{"id":"2","type":"nobody.listens"}"#).await;
    drain(&stack).await;
    assert_eq!(notified(&stack, &ada).await, ["user.created"]);
    assert_eq!(bodies(&stack, "NotificationsQueue").await, [""; 0]);
    let mut dead = bodies(&stack, "NotificationsDeadLetters").await;
    dead.sort();
    assert_eq!(dead, ["no event", r#"{"id":"1","type":"user.created"}"#]);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn dead_letters_can_be_listed_shown_and_redriven() {
    let stack = Stack::start().await;
    send(&stack, r#"{"no":"event","token":"abc"}"#).await;
    drain(&stack).await;
    let Exit { code, output } = dlq(&stack, &[]).await;
    assert_eq!(code, Some(0));
    let line = |queue: &str| output.lines().find(|line| line.ends_with(queue)).unwrap_or("").trim().to_owned();
    assert_eq!(line(" NotificationsDeadLetters"), "1  NotificationsDeadLetters");
    assert_eq!(line(" OrdersDeadLetters"), "0  OrdersDeadLetters");
    assert_eq!(line(" NotificationsQueue"), "", "someone reads it");

    let Exit { code, output } = dlq(&stack, &["show", "NotificationsDeadLetters"]).await;
    assert_eq!(code, Some(0));
    let (head, body) = output.split_once('\n').unwrap();
    assert!(head.ends_with(" from NotificationsQueue, received 5 times"), "{head}");
    assert_eq!(body.trim_end(), "  {\n    \"no\": \"event\",\n    \"token\": \"•••\"\n  }");

    let Exit { code, output } = dlq(&stack, &["redrive", "NotificationsDeadLetters"]).await;
    assert_eq!(code, Some(0));
    assert_eq!(output, "1 of 1 messages of NotificationsDeadLetters are back where they came from\n");
    drain(&stack).await;
    assert_eq!(bodies(&stack, "NotificationsDeadLetters").await, [r#"{"no":"event","token":"•••"}"#]);
    // What is shown is masked, and the message is as it was.
    let queue = json!({"QueueUrl": "http://sqs/000000000000/NotificationsDeadLetters"});
    let received = stack.aws("AmazonSQS.ReceiveMessage", queue).send().await;
    assert_eq!(received.body["Messages"][0]["Body"], r#"{"no":"event","token":"abc"}"#, "{received}");

    let Exit { code, output } = dlq(&stack, &["show", "NoQueue"]).await;
    let told = "error: the stack has no queue NoQueue; it has CountUsersDeadLetters, ";
    assert!(code == Some(1) && output.starts_with(told), "{output}");
    let Exit { code, output } = dlq(&stack, &["redrive", "NotificationsQueue"]).await;
    let told = "NotificationsQueue has no dead letters: NotifyFunction reads it";
    assert!(code == Some(1) && output.contains(told), "{output}");

    let input = json!({"QueueUrl": "http://sqs/000000000000/OrdersDeadLetters", "MessageBody": "direct"});
    assert_eq!(stack.aws("AmazonSQS.SendMessage", input).send().await.status, 200);
    let Exit { code, output } = dlq(&stack, &["redrive", "OrdersDeadLetters"]).await;
    let told = "the others stay, as they were sent to OrdersDeadLetters itself: CouldNotDetermineMessageSource";
    assert!(code == Some(1) && output.contains(told), "{output}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn dead_letters_are_listed_shown_and_redriven_as_json() {
    let stack = Stack::start().await;
    send(&stack, "no event").await;
    drain(&stack).await;
    let json = async |arguments: &[&str]| -> Value {
        let Exit { code, output } = dlq(&stack, &[arguments, &["--json"]].concat()).await;
        assert_eq!(code, Some(0), "{output}");
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"))
    };
    let listed = json(&[]).await;
    assert_eq!(listed, json(&["list"]).await);
    let queues = listed.as_array().unwrap();
    for (name, visible) in [("NotificationsDeadLetters", 1), ("OrdersDeadLetters", 0)] {
        let queue = json!({"name": name, "visible": visible, "inFlight": 0, "delayed": 0, "readers": []});
        assert!(queues.contains(&queue), "{listed:#}");
    }
    assert!(queues.iter().all(|queue| queue["readers"] == json!([])), "{listed:#}");

    let shown = json(&["show", "NotificationsDeadLetters"]).await;
    let [letter] = &shown.as_array().unwrap()[..] else { panic!("{shown:#}") };
    let from = "arn:aws:sqs:us-east-1:000000000000:NotificationsQueue";
    let expected = json!({"id": letter["id"], "receiveCount": 5, "from": from, "body": "no event"});
    assert!(letter["id"].is_string() && *letter == expected, "{shown:#}");

    for moved in [1, 0] {
        let redriven = json(&["redrive", "NotificationsDeadLetters"]).await;
        assert_eq!(redriven, json!({"found": moved, "moved": moved, "failure": null}));
    }
    assert_eq!(json(&["show", "NotificationsDeadLetters"]).await, json!([]));
    drain(&stack).await;
    assert_eq!(bodies(&stack, "NotificationsDeadLetters").await, ["no event"]);

    // What fails is told in words.
    let Exit { code, output } = dlq(&stack, &["redrive", "NoQueue", "--json"]).await;
    assert!(code == Some(1) && output.starts_with("error: the stack has no queue NoQueue; it has "), "{output}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_record_that_cannot_be_read_is_set_aside_raw_and_the_publisher_goes_on() {
    let stack = Stack::start().await;
    let item = json!({"userId": {"S": "u1"}, "eventId": {"S": "e1"}, "event": {"S": "no event"}});
    let put = json!({"TableName": "UserEventsTable", "Item": item});
    let answer = stack.aws("DynamoDB_20120810.PutItem", put).send().await;
    assert_eq!(answer.status, 200, "{answer}");
    let ada = stack.customer("Ada").await;
    drain(&stack).await;
    assert_eq!(notified(&stack, &ada).await, ["user.created"]);
    let aside = bodies(&stack, "PublishUsersDeadLetters").await;
    let [record] = aside.as_slice() else { panic!("{aside:?}") };
    let record: Value = serde_json::from_str(record).unwrap();
    assert_eq!((&record["eventName"], &record["dynamodb"]["NewImage"]), (&json!("INSERT"), &item));
}
