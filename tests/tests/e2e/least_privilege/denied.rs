//! What a role does not allow is denied on this machine as on AWS, and not found out after a deployment.

use envelope::Code;
use serde_json::Value;
use tests::{Exit, Folder, Setup, local};

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_call_that_the_role_does_not_allow_fails_and_the_terminal_says_why() {
    let allowed = r#"Action: dynamodb:Query, Resource: !Sub "${OrdersTable.Arn}/index/newest""#;
    // The right to query the table is not one to query its index.
    let other = "Action: dynamodb:Query, Resource: !GetAtt OrdersTable.Arn";
    let stack = Setup::new().replacing(allowed, other).start().await;
    let ada = stack.visitor("Ada").await;
    let answer = stack.get("/api/orders").token(&ada.token).send().await;
    answer.fails(Code::INTERNAL_ERROR, "An internal error occurred", Value::Null);
    let user = "arn:aws:sts::000000000000:assumed-role/ListOrdersRole/ListOrdersFunction";
    let index = "arn:aws:dynamodb:us-east-1:000000000000:table/OrdersTable/index/newest";
    let told = format!("User: {user} is not authorized to perform: dynamodb:Query on resource: {index}");
    stack.until_told(&told, 1).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_event_source_that_the_role_does_not_allow_is_refused_at_the_start() {
    let folder = Folder::new();
    let path = folder.path().join("template.yaml");
    let template =
        crate::template::text().replace("dynamodb:GetShardIterator, ", "").replace("sqs:DeleteMessage, ", "");
    std::fs::write(&path, template).unwrap();
    let data = folder.path().join("unused");
    let arguments =
        ["--no-build", "--port", "0", "--data-dir", data.to_str().unwrap(), "--template", path.to_str().unwrap()];
    let Exit { code, output } = local(&arguments).await;
    assert_eq!(code, Some(1));
    let stream = "arn:aws:dynamodb:us-east-1:000000000000:table/OrdersTable/stream/local";
    let queue = "arn:aws:sqs:us-east-1:000000000000:OrdersQueue";
    for (function, event, role, action, resource) in [
        ("PublishOrdersFunction", "OrdersStream", "PublishOrdersRole", "dynamodb:GetShardIterator", stream),
        ("ApplyStockEventFunction", "OrdersQueue", "ApplyStockEventRole", "sqs:DeleteMessage", queue),
    ] {
        let told = format!("function {function}, event {event}: its role {role} does not allow {action} on {resource}");
        assert!(output.contains(&told), "{told}: {output}");
    }
    assert!(!data.exists());
}
