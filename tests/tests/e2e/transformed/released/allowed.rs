//! Which updates are allowed, and what of the others would be lost.

use serde_json::{Map, Value, json};

use super::update::{CreateOnly, kept, losses};

/// A stack of three resources.
fn stack() -> Map<String, Value> {
    let index = |name: &str, key: &str| {
        json!({
            "IndexName": name, "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "role"]},
        })
    };
    let stack = json!({
        "Users": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "email", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}],
            "GlobalSecondaryIndexes": [index("newest", "at"), index("oldest", "email")],
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "BillingMode": "PAY_PER_REQUEST",
        }},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
    });
    stack.as_object().unwrap().clone()
}

/// What is lost when a stack that was released as it is becomes another.
fn lost(change: impl FnOnce(&mut Map<String, Value>)) -> Vec<String> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let create_only = CreateOnly::from([
        ("AWS::DynamoDB::Table".to_owned(), names(&["KeySchema", "TableName"])),
        ("AWS::SQS::Queue".to_owned(), names(&["FifoQueue", "QueueName"])),
        ("AWS::SecretsManager::Secret".to_owned(), names(&["Name"])),
    ]);
    let released = stack().iter().filter_map(|(id, one)| Some((id.clone(), kept(one, &create_only)?))).collect();
    let mut now = stack();
    change(&mut now);
    losses(&released, &now, &create_only)
}

#[apply(e2e)]
fn an_update_that_loses_nothing_is_allowed() {
    assert_eq!(lost(|_| {}), [""; 0]);
    let harmless = lost(|stack| {
        stack.remove("Function");
        stack.insert("Orders".to_owned(), stack["Users"].clone());
        stack["Queue"]["Properties"]["VisibilityTimeout"] = json!(60);
        stack["Secret"]["DeletionPolicy"] = json!("Retain");
        let users = &mut stack["Users"]["Properties"];
        users["BillingMode"] = json!("PROVISIONED");
        users["GlobalSecondaryIndexes"].as_array_mut().unwrap().reverse();
        users["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] = json!(["role", "name"]);
        users["AttributeDefinitions"]
            .as_array_mut()
            .unwrap()
            .push(json!({"AttributeName": "more", "AttributeType": "S"}));
    });
    assert_eq!(harmless, [""; 0]);
    let one_more = lost(|stack| {
        let indexes = stack["Users"]["Properties"]["GlobalSecondaryIndexes"].as_array_mut().unwrap();
        indexes.push(json!({"IndexName": "third"}));
    });
    assert_eq!(one_more, [""; 0]);
    let one_less = lost(|stack| {
        stack["Users"]["Properties"]["GlobalSecondaryIndexes"].as_array_mut().unwrap().pop();
    });
    assert_eq!(one_less, [""; 0]);
    // The first stream of a table takes nobody's place.
    let without = lost(|stack| stack["Secret"]["Properties"]["Description"] = json!("signs"));
    assert_eq!(without, [""; 0]);
}

#[apply(e2e)]
fn whatever_an_update_would_lose_is_named() {
    let renamed = lost(|stack| {
        let users = stack.remove("Users").unwrap();
        stack.insert("People".to_owned(), users);
    });
    assert_eq!(renamed, ["Users is gone or renamed, and with it its items"]);
    assert_eq!(
        lost(|stack| stack["Queue"]["Type"] = json!("AWS::SNS::Topic")),
        ["Queue is gone or renamed, and with it its messages"]
    );
    assert_eq!(
        lost(|stack| stack["Queue"]["Properties"]["QueueName"] = json!("holds")),
        ["QueueName of Queue can't be changed: CloudFormation makes another, without its messages"]
    );
    assert_eq!(
        lost(|stack| stack["Queue"]["Condition"] = json!("IsProd")),
        ["Queue is there under another condition: where that does not hold, its messages are gone"]
    );
    assert_eq!(
        lost(|stack| stack["Secret"]["Properties"]["Name"] = json!("key")),
        ["Name of Secret can't be changed: CloudFormation makes another, without its value, which logs everybody out"]
    );
    assert_eq!(
        lost(|stack| stack["Users"]["Properties"]["KeySchema"][0]["AttributeName"] = json!("id")),
        ["KeySchema of Users can't be changed: CloudFormation makes another, without its items"]
    );
}

#[apply(e2e)]
fn what_dynamodb_does_not_do_to_a_table_is_named() {
    let users = |change: fn(&mut Value)| lost(|stack| change(&mut stack["Users"]["Properties"]));
    assert_eq!(
        users(|users| users["GlobalSecondaryIndexes"][0]["Projection"] = json!({"ProjectionType": "ALL"})),
        ["index newest can't be changed: make one with another name (Users)"]
    );
    assert_eq!(
        users(|users| users["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] = json!(["name"])),
        ["index newest can't be changed: make one with another name (Users)"]
    );
    assert_eq!(
        users(|users| users["GlobalSecondaryIndexes"][0]["KeySchema"][0]["AttributeName"] = json!("email")),
        ["index newest can't be changed: make one with another name (Users)"]
    );
    // A new name is an index deleted and one made.
    assert_eq!(
        users(|users| users["GlobalSecondaryIndexes"][0]["IndexName"] = json!("latest")),
        ["an update makes or deletes one index at a time, not newest and latest: release them one by one (Users)"]
    );
    assert_eq!(
        users(|users| users["GlobalSecondaryIndexes"] = json!([])),
        ["an update makes or deletes one index at a time, not newest and oldest: release them one by one (Users)"]
    );
    assert_eq!(
        users(|users| users["AttributeDefinitions"][1]["AttributeType"] = json!("S")),
        ["key attribute at can't get another type (Users)"]
    );
    assert_eq!(
        users(|users| users["LocalSecondaryIndexes"] = json!([{"IndexName": "local"}])),
        ["a local index is made with its table, and goes with it (Users)"]
    );
    let stream = "another stream takes the place of the one there was, and what was not read from it is lost (Users)";
    assert_eq!(users(|users| users["StreamSpecification"]["StreamViewType"] = json!("NEW_IMAGE")), [stream]);
    assert_eq!(users(|users| users["StreamSpecification"] = json!(null)), [stream]);
}
