//! Data stays text, whatever it says.

use serde_json::json;
use tests::Stack;

use crate::browser::Browser;

const MARKUP: &str = "<img src=x onerror=\"document.title='run'\"><b id=marked>bold</b>";

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn markup_in_data_is_shown_and_never_run() {
    let stack = Stack::start().await;
    stack
        .aws(
            "AmazonSQS.SendMessage",
            json!({"QueueUrl": "http://sqs/000000000000/OrdersDeadLetters", "MessageBody": MARKUP}),
        )
        .send()
        .await;
    let item = json!({"userId": {"S": MARKUP}, "eventId": {"S": MARKUP}, "note": {"S": MARKUP}});
    let put =
        stack.aws("DynamoDB_20120810.PutItem", json!({"TableName": "UserEventsTable", "Item": item})).send().await;
    assert_eq!(put.status, 200, "{put}");
    let browser = Browser::start(&stack).await;
    for page in
        ["queues/OrdersDeadLetters", "tables/UserEventsTable", "queues/%3Cb%20id=marked%3E", "%3Cb%20id=marked%3E"]
    {
        browser.open(page).await;
        browser.until("return document.querySelector('main').children.length > 1", json!([]), page).await;
        let made = browser.run("return document.querySelectorAll('img, #marked').length", json!([])).await;
        assert_eq!(made, 0, "{page}");
        assert_ne!(browser.run("return document.title", json!([])).await, "run", "{page}");
    }
    browser.open("queues/OrdersDeadLetters").await;
    browser.until_shown(MARKUP).await;
}
