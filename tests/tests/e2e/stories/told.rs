//! What the entries of a story tell: of calls denied, refused and throttled, of mails, secrets and schedules.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Setup, Stack, mailed_token};

use super::{entries, named, path, story};

async fn register(stack: &Stack, person: &Person) -> Answer {
    stack.post("/api/users/register").json(person.registration()).send().await
}

/// The story of a request of the API.
async fn of(stack: &Stack, answer: &Answer) -> Value {
    story(stack, answer.header("x-amzn-requestid")).await
}

/// The entries of a kind, in the order of their starts.
fn all<'a>(story: &'a Value, kind: &str) -> Vec<&'a Value> {
    entries(story).iter().filter(|entry| entry["kind"] == kind).collect()
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_denied_call_tells_which_action_on_which_resource() {
    let index = r#"Action: dynamodb:Query, Resource: !Sub "${OrdersTable.Arn}/index/newest""#;
    // Of the function that registers.
    let limits =
        "Action: dynamodb:UpdateItem, Resource: !GetAtt SourceLimitsTable.Arn}\n              - {Effect: Allow, ";
    let secret = format!("{limits}Action: secretsmanager:GetSecretValue");
    // The right to query a table is not one to query its index, nor the right to describe a secret one to read it.
    let stack = Setup::new()
        .replacing(index, "Action: dynamodb:Query, Resource: !GetAtt OrdersTable.Arn")
        .replacing(&secret, &format!("{limits}Action: secretsmanager:DescribeSecret"))
        .start()
        .await;
    let ada = stack.visitor("Ada").await;
    let listed = stack.get("/api/orders").token(&ada.token).send().await;
    let registered = register(&stack, &Person::new("Eve")).await;
    assert!(listed.status == 500 && registered.status.is_server_error(), "{listed}{registered}");
    for (answer, function, name, action, resource) in [
        (
            listed,
            "ListOrders",
            "Query",
            "dynamodb:Query",
            "dynamodb:us-east-1:000000000000:table/OrdersTable/index/newest",
        ),
        (
            registered,
            "Register",
            "GetSecretValue",
            "secretsmanager:GetSecretValue",
            "secretsmanager:us-east-1:000000000000:secret:JwtSecret-000000",
        ),
    ] {
        let story = of(&stack, &answer).await;
        let resource = format!("arn:aws:{resource}");
        assert_eq!(
            [&story["status"], &story["outcome"]],
            [&json!(answer.status.as_u16()), &json!("error")],
            "{story:#}"
        );
        let denied = all(&story, "denied");
        assert!(!denied.is_empty(), "{story:#}");
        for one in denied {
            assert_eq!([&one["name"], &one["outcome"]], [&json!(name), &json!("denied")], "{one:#}");
            let details = &one["details"];
            assert_eq!([&details["action"], &details["resource"]], [&json!(action), &json!(resource)], "{one:#}");
            let user = format!("assumed-role/{function}Role/{function}Function");
            let told = format!("{user} is not authorized to perform: {action} on resource: {resource} ");
            assert!(details["message"].as_str().unwrap().contains(&told), "{one:#}");
            assert_eq!(path(&story, one)[1], format!("invocation {function}Function"), "{story:#}");
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_mail_is_told_with_its_receiver_and_without_its_text() {
    let stack = Stack::start().await;
    let ada = Person::new("Ada");
    let answer = register(&stack, &ada).await;
    stack.drained().await;
    let [sent] = &stack.mails(&ada.email).await[..] else { panic!("{answer}") };
    let story = of(&stack, &answer).await;

    let [mail] = all(&story, "mail")[..] else { panic!("{story:#}") };
    assert_eq!([&mail["name"], &mail["outcome"]], [&json!(format!("SendEmail {}", ada.email)), &json!("ok")]);
    let expected = [json!([ada.email]), json!("Confirm your email address"), sent["id"].clone()];
    assert_eq!(["to", "subject", "id"].map(|member| &mail["details"][member]), expected.each_ref(), "{mail:#}");
    let path = path(&story, mail);
    assert_eq!(path[1..3], ["invocation SendMailFunction", "queue ReceiveMessage MailQueue"], "{story:#}");
    assert_eq!(path.last().unwrap(), "api /api/users/register", "{story:#}");

    let request: Value = serde_json::from_str(mail["request"].as_str().unwrap()).unwrap();
    assert_eq!(request["Content"]["Simple"]["Body"], "•••", "{mail:#}");
    assert!(!story.to_string().contains(&mailed_token(sent)), "{story:#}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_secret_that_was_read_is_told_and_its_value_is_nowhere() {
    let stack = Stack::start().await;
    let registered = register(&stack, &Person::new("Ada")).await;
    stack.drained().await;
    let key = stack.signing_key().await;
    let story = of(&stack, &registered).await;

    let [read] = all(&story, "secret")[..] else { panic!("{story:#}") };
    assert_eq!([&read["name"], &read["outcome"]], [&json!("GetSecretValue JwtSecret"), &json!("ok")], "{read:#}");
    let expected = [json!("JwtSecret"), json!(key.id), json!(["AWSCURRENT"])];
    assert_eq!(
        ["name", "versionId", "versionStages"].map(|one| &read["details"][one]),
        expected.each_ref(),
        "{read:#}"
    );
    assert_eq!(path(&story, read)[1], "invocation RegisterFunction", "{story:#}");
    let response: Value = serde_json::from_str(read["response"].as_str().unwrap()).unwrap();
    assert_eq!([&response["Name"], &response["SecretString"]], [&json!("JwtSecret"), &json!("•••")], "{read:#}");

    // Whatever the console shows.
    let value = String::from_utf8(key.secret).unwrap();
    let stories = stack.control(Method::GET, "stories").await;
    let ids =
        stories["stories"].as_array().unwrap().iter().map(|one| format!("stories/{}", one["id"].as_str().unwrap()));
    let pages = "stories status logs functions functions/RegisterFunction functions/RegisterFunction/logs instances map \
        routes tables queues queues/NotificationsQueue/messages schedules mails secrets iam/used snapshots";
    for page in pages.split_whitespace().map(str::to_owned).chain(ids) {
        let shown = stack.control(Method::GET, &page).await.to_string();
        assert!(!shown.contains(&value), "{page}: {shown}");
    }
    assert_eq!(stack.control(Method::GET, &format!("stories?q={value}")).await["stories"], json!([]));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_throttled_request_is_a_story_in_which_nothing_was_called() {
    let stack = Setup::new().parameter("HealthRateLimit", 1).parameter("HealthBurstLimit", 1).start().await;
    let answers = join_all((0..5).map(|_| stack.get("/health").send())).await;
    let throttled: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(!throttled.is_empty());
    for answer in throttled {
        let story = of(&stack, answer).await;
        let told = ["kind", "title", "status", "isOpen"].map(|member| &story[member]);
        assert_eq!(told, [&json!("api"), &json!("GET /health"), &json!(429), &json!(false)], "{story:#}");
        let [api] = entries(&story) else { panic!("{story:#}") };
        let expected = [json!("THROTTLED"), json!(429), json!("/health")];
        assert_eq!(
            ["gatewayResponse", "status", "route"].map(|one| &api["details"][one]),
            expected.each_ref(),
            "{api:#}"
        );
        assert_eq!(api["response"].as_str().unwrap().parse::<Value>().unwrap(), answer.body);
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_schedule_that_is_run_by_hand_has_a_story() {
    // None runs by itself meanwhile.
    let stack = Setup::new().replacing("Schedule: rate(1 minute)", "Schedule: rate(1 day)").start().await;
    let runs =
        async || stack.control(Method::GET, "stories?kind=schedule").await["stories"].as_array().unwrap().clone();
    assert_eq!(runs().await, [] as [Value; 0]);
    stack.control(Method::POST, "schedules/ReleaseExpiredReservationsFunction/EveryMinute/run").await;
    let [run] = &runs().await[..] else { panic!("{:#?}", runs().await) };
    let story = story(&stack, run["id"].as_str().unwrap()).await;
    let told = ["kind", "title", "outcome", "isOpen"].map(|member| &story[member]);
    let title = json!("ReleaseExpiredReservationsFunction");
    assert_eq!(told, [&json!("schedule"), &title, &json!("ok"), &json!(false)], "{story:#}");
    let [invocation] = named(&story, "invocation", "ReleaseExpiredReservationsFunction")[..] else {
        panic!("{story:#}")
    };
    let event: Value = serde_json::from_str(invocation["request"].as_str().unwrap()).unwrap();
    let rule = "arn:aws:events:us-east-1:000000000000:rule/ReleaseExpiredReservationsFunctionEveryMinute";
    assert_eq!([&event["detail-type"], &event["resources"]], [&json!("Scheduled Event"), &json!([rule])], "{event:#}");
    let [scan] = named(&story, "table", "Scan HoldsTable")[..] else { panic!("{story:#}") };
    assert_eq!([&scan["parent"], &scan["details"]["index"]], [&invocation["id"], &json!("expiring")], "{scan:#}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_write_whose_condition_is_false_tells_the_condition_and_that_it_failed() {
    let stack = Stack::start().await;
    let ada = Person::new("Ada");
    for (status, outcome, error) in
        [(201, "ok", Value::Null), (409, "conditionFailed", json!("TransactionCanceledException"))]
    {
        let answer = register(&stack, &ada).await;
        assert_eq!(answer.status, status, "{answer}");
        let story = of(&stack, &answer).await;
        let is_write =
            |one: &&&Value| one["details"]["action"] == "TransactWriteItems" && one["details"]["table"] == "UsersTable";
        let tables = all(&story, "table");
        let [write] = tables.iter().filter(is_write).collect::<Vec<_>>()[..] else { panic!("{story:#}") };
        assert_eq!([&write["outcome"], &write["details"]["error"]], [&json!(outcome), &error], "{write:#}");
        let put = json!({
            "action": "Put", "table": "UsersTable", "key": {"email": ada.email}, "condition": "attribute_not_exists(email)",
        });
        assert_eq!(write["details"]["actions"][0], put, "{write:#}");
        assert_eq!(path(&story, write)[1], "invocation RegisterFunction", "{story:#}");
        // What was asked for was decided: the call itself is no failure.
        assert_eq!(story["outcome"], "ok", "{story:#}");
    }
}
