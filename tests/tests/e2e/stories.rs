//! The stories of calls, at `/_local/stories`: what each of them caused.

mod told;

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

/// A story's entries.
fn entries(story: &Value) -> &[Value] {
    story["entries"].as_array().unwrap_or_else(|| panic!("{story}"))
}

/// Entries of a kind by their names, in the order of their starts.
fn named<'a>(story: &'a Value, kind: &str, name: &str) -> Vec<&'a Value> {
    entries(story).iter().filter(|entry| entry["kind"] == kind && entry["name"] == name).collect()
}

/// The kinds and names from an entry up to the call.
fn path(story: &Value, entry: &Value) -> Vec<String> {
    let mut path = Vec::new();
    let mut next = Some(entry);
    while let Some(entry) = next {
        path.push(format!("{} {}", entry["kind"].as_str().unwrap(), entry["name"].as_str().unwrap()));
        next = entries(story).iter().find(|other| other["id"] == entry["parent"]);
    }
    path
}

async fn story(stack: &Stack, id: &str) -> Value {
    stack.control(Method::GET, &format!("stories/{id}")).await
}

async fn replay(stack: &Stack, id: &str, entry: &Value, body: Value) -> Answer {
    let path = format!("/_local/stories/{id}/entries/{}/replay", entry["id"].as_str().unwrap());
    stack.post(&path).header("x-local-stack", "1").json(body).send().await
}

/// The story of a replay once it has ended.
async fn ended(stack: &Stack, replayed: &Answer) -> Value {
    assert_eq!(replayed.status, 200, "{replayed}");
    let id = replayed.body["story"].as_str().unwrap();
    loop {
        let latest = stack.control(Method::GET, "stories").await["latest"].clone();
        let story = story(stack, id).await;
        if story["isOpen"] == false {
            return story;
        }
        stack.control(Method::GET, &format!("stories?after={latest}&wait=20")).await;
    }
}

/// A customer's order, and the id of its request.
async fn ordered(stack: &Stack, person: &Person, product: &str) -> (Answer, String) {
    let answer = stack.order(person, &[(product, 1)]).header("x-request-id", "click-of-the-story").send().await;
    assert_eq!(answer.status, 201, "{answer}");
    let id = answer.header("x-amzn-requestid").to_owned();
    (answer, id)
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_orders_story_runs_from_the_request_to_the_second_notification() {
    let stack = Stack::start().await;
    let (ada, clerk) = (stack.visitor("Ada").await, stack.clerk().await);
    let lamp = stack.stocked(&clerk, 5).await;
    let (_, id) = ordered(&stack, &ada, &lamp).await;
    stack.notified(&ada, 2).await;
    stack.drained().await;

    let story = story(&stack, &id).await;
    let summary = ["id", "kind", "title", "status", "outcome", "isOpen"].map(|member| &story[member]);
    let expected = [json!(id), json!("api"), json!("POST /api/orders"), json!(201), json!("ok"), json!(false)];
    assert_eq!(summary, expected.each_ref(), "{story:#}");

    let [create] = named(&story, "invocation", "CreateOrderFunction")[..] else { panic!("{story:#}") };
    assert_eq!(path(&story, create), ["invocation CreateOrderFunction", "api /api/orders"]);
    assert_eq!([&create["details"]["cold"], &create["outcome"]], [&json!(true), &json!("ok")], "{create:#}");
    for figure in ["initMs", "runMs", "memoryMb", "maxMemoryMb"] {
        assert!(create["details"][figure].as_f64() > Some(0.0), "{figure}: {create:#}");
    }
    let lines: Vec<&str> = create["logs"].as_array().unwrap().iter().map(|log| log["line"].as_str().unwrap()).collect();
    let request_id = create["details"]["requestId"].as_str().unwrap();
    assert!(lines.contains(&format!("START RequestId: {request_id} Version: $LATEST").as_str()), "{lines:?}");

    let [authorizer] = named(&story, "authorizer", "AuthorizeFunction")[..] else { panic!("{story:#}") };
    assert_eq!(authorizer["details"]["allows"], true, "{authorizer:#}");
    let [reserve] = named(&story, "invocation", "ReserveStockFunction")[..] else { panic!("{story:#}") };
    assert_eq!(path(&story, reserve)[1..3], ["invoke Invoke", "invocation CreateOrderFunction"], "{story:#}");
    let write = entries(&story).iter().find(|one| one["kind"] == "table" && one["parent"] == reserve["id"]);
    let write = write.unwrap_or_else(|| panic!("{story:#}"));
    assert!(write["details"]["units"].as_f64() > Some(0.0), "{write:#}");

    // Two notifications: of the order's receipt, and of its confirmation, which the product service had a part in.
    let notify = named(&story, "invocation", "NotifyFunction");
    assert_eq!(notify.len(), 2, "{story:#}");
    let paths: Vec<Vec<String>> = notify.iter().map(|entry| path(&story, entry)).collect();
    assert!(paths[0][1].starts_with("queue ReceiveMessage"), "{paths:#?}");
    assert!(paths[0].contains(&"invocation PublishOrdersFunction".to_owned()), "{paths:#?}");
    assert!(paths[0].contains(&"stream OrdersTable".to_owned()), "{paths:#?}");
    assert!(paths[1].contains(&"invocation SettleReservationFunction".to_owned()), "{paths:#?}");
    for path in paths {
        assert_eq!(path.last().unwrap(), "api /api/orders");
    }
    assert!(
        entries(&story).iter().all(|entry| entry["durationMs"].is_f64() && entry["outcome"] != "denied"),
        "{story:#}"
    );

    // Whatever id is at hand leads there, and nothing secret is shown.
    let last = notify_id(&story);
    assert_eq!(stack.control(Method::GET, &format!("stories/{last}")).await["id"], json!(id));
    assert_eq!(stack.control(Method::GET, "stories/click-of-the-story").await["id"], json!(id));
    let found = stack.control(Method::GET, "stories?q=click-of&kind=api").await;
    assert_eq!(found["stories"].as_array().unwrap().len(), 1, "{found}");
    assert!(!story.to_string().contains(&ada.token.to_string()), "{story:#}");
}

/// The request id of the last notification.
fn notify_id(story: &Value) -> String {
    let last = named(story, "invocation", "NotifyFunction").pop().unwrap();
    last["details"]["requestId"].as_str().unwrap().to_owned()
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn orders_placed_at_once_have_stories_of_their_own() {
    let stack = Stack::start().await;
    let (ada, clerk) = (stack.visitor("Ada").await, stack.clerk().await);
    let lamp = stack.stocked(&clerk, 50).await;
    let orders = (0..10).map(|_| stack.order(&ada, &[(&lamp, 1)]).send());
    let answers = futures_util::future::join_all(orders).await;
    stack.notified(&ada, 20).await;
    stack.drained().await;
    for answer in answers {
        assert_eq!(answer.status, 201, "{answer}");
        let order = answer.data()["orderId"].as_str().unwrap();
        let story = story(&stack, answer.header("x-amzn-requestid")).await;
        // Batches are shared; a message is its own story's.
        let received: Vec<&Value> = entries(&story)
            .iter()
            .filter(|one| one["kind"] == "queue" && one["name"] == "ReceiveMessage NotificationsQueue")
            .collect();
        assert_eq!(received.len(), 2, "{story:#}");
        assert!(received.iter().all(|one| one["request"].as_str().unwrap().contains(order)), "{received:#?}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_invocation_is_made_again_as_it_was_or_edited() {
    let stack = Stack::start().await;
    let (ada, clerk) = (stack.visitor("Ada").await, stack.clerk().await);
    let lamp = stack.stocked(&clerk, 5).await;
    let (order, id) = ordered(&stack, &ada, &lamp).await;
    let first = story(&stack, &id).await;
    let create = named(&first, "invocation", "CreateOrderFunction")[0];

    let again = ended(&stack, &replay(&stack, &id, create, json!({})).await).await;
    assert_eq!([&again["kind"], &again["title"]], [&json!("operator"), &json!("Replay CreateOrderFunction")]);
    let response: Value = serde_json::from_str(entries(&again)[0]["response"].as_str().unwrap()).unwrap();
    assert_eq!(response["statusCode"], 201, "{again:#}");
    assert!(!response["body"].as_str().unwrap().contains(order.data()["orderId"].as_str().unwrap()));
    assert_eq!(stack.stock_of(&lamp).await, 3);

    // The token is not shown, and is there all the same.
    let mut event: Value = serde_json::from_str(create["request"].as_str().unwrap()).unwrap();
    assert!(!event.to_string().contains(&ada.token.to_string()), "{event:#}");
    event["body"] = json!({"items": []}).to_string().into();
    let edited = ended(&stack, &replay(&stack, &id, create, json!({"event": event})).await).await;
    let response: Value = serde_json::from_str(entries(&edited)[0]["response"].as_str().unwrap()).unwrap();
    assert_eq!(response["statusCode"], 400, "{edited:#}");

    let refused = replay(&stack, &id, create, json!({"events": 1})).await;
    assert_eq!(refused.status, 400, "{refused}");
    for path in ["no-such-story/entries/1", &format!("{id}/entries/0"), &format!("{id}/entries/x")] {
        let answer = stack.post(&format!("/_local/stories/{path}/replay")).header("x-local-stack", "1").send().await;
        assert_eq!(answer.status, 404, "{answer}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_the_gateway_answers_itself_is_a_story_too() {
    let stack = Stack::start().await;
    let missing = stack.get("/api/nothing").send().await;
    let told = story(&stack, missing.header("x-amzn-requestid")).await;
    assert_eq!([&told["status"], &told["outcome"]], [&json!(404), &json!("ok")], "{told:#}");
    assert_eq!(entries(&told)[0]["details"]["gatewayResponse"], "MISSING_AUTHENTICATION_TOKEN", "{told:#}");

    let refused = stack.get("/api/orders").token("no.good.token").send().await;
    let told = story(&stack, refused.header("x-amzn-requestid")).await;
    let [authorizer] = named(&told, "authorizer", "AuthorizeFunction")[..] else { panic!("{told:#}") };
    assert_eq!([&told["status"], &authorizer["details"]["allows"]], [&json!(401), &json!(false)], "{told:#}");

    for path in ["stories/nothing", "stories?after=x", "stories?what=1"] {
        let answer = stack.get(&format!("/_local/{path}")).header("x-local-stack", "1").send().await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{answer}");
    }
}
