//! What holds of every request.

use http::Request;
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::testing::database;

/// Operations with a request that is granted, one after the other.
const REQUESTS: [(&str, &[&str]); 22] = [
    (
        "DynamoDB_20120810.PutItem",
        &[
            r##"{"TableName":"Things","Item":{"id":{"S":"a"},"n":{"N":"-1.5e-3"},"s":{"NS":["1","2.0"]},"b":{"B":"AA=="},
        "l":{"L":[{"BOOL":true},{"NULL":true},{"M":{"x":{"SS":["é"]}}}]}},"ConditionExpression":"attribute_not_exists(id) OR #n < :v",
        "ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":v":{"N":"7"}},"ReturnValues":"ALL_OLD"}"##,
        ],
    ),
    (
        "DynamoDB_20120810.GetItem",
        &[
            r##"{"TableName":"Things","Key":{"id":{"S":"a"}},"ProjectionExpression":"#n, l[2].x","ExpressionAttributeNames":{"#n":"n"},
        "ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"}"##,
        ],
    ),
    (
        "DynamoDB_20120810.UpdateItem",
        &[
            r##"{"TableName":"Things","Key":{"id":{"S":"a"}},"UpdateExpression":"SET #n = if_not_exists(#n, :v) + :v REMOVE l[0] ADD c :v",
        "ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}"##,
        ],
    ),
    (
        "DynamoDB_20120810.UpdateItem",
        &[
            r#"{"TableName":"Things","Key":{"id":{"S":"b"}},"AttributeUpdates":{"n":{"Value":{"N":"1"},"Action":"ADD"}}}"#,
        ],
    ),
    (
        "DynamoDB_20120810.Query",
        &[
            r##"{"TableName":"Things","KeyConditionExpression":"id = :id","FilterExpression":"contains(#n, :id) OR size(l) BETWEEN :v AND :v",
        "ProjectionExpression":"id, #n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":v":{"N":"1"},":id":{"S":"a"}},
        "Limit":3,"ScanIndexForward":false}"##,
        ],
    ),
    (
        "DynamoDB_20120810.Scan",
        &[r#"{"TableName":"Things","Limit":3,"ExclusiveStartKey":{"id":{"S":"a"}},"Select":"COUNT"}"#],
    ),
    (
        "DynamoDB_20120810.Scan",
        &[r#"{"TableName":"Things","Segment":0,"TotalSegments":4,"ReturnConsumedCapacity":"INDEXES"}"#],
    ),
    (
        "DynamoDB_20120810.BatchWriteItem",
        &[
            r#"{"RequestItems":{"Things":[{"PutRequest":{"Item":{"id":{"S":"b"}}}},{"DeleteRequest":{"Key":{"id":{"S":"c"}}}}]}}"#,
        ],
    ),
    (
        "DynamoDB_20120810.BatchGetItem",
        &[
            r#"{"RequestItems":{"Things":{"Keys":[{"id":{"S":"b"}},{"id":{"S":"c"}}],"AttributesToGet":["id"],"ConsistentRead":true}}}"#,
        ],
    ),
    (
        "DynamoDB_20120810.TransactWriteItems",
        &[
            r#"{"TransactItems":[{"Put":{"TableName":"Things","Item":{"id":{"S":"d"}}}},{"Update":{"TableName":"Things","Key":{"id":{"S":"e"}},
        "UpdateExpression":"SET a = :a","ExpressionAttributeValues":{":a":{"N":"1"}}}},{"ConditionCheck":{"TableName":"Things",
        "Key":{"id":{"S":"f"}},"ConditionExpression":"attribute_not_exists(id)"}}],"ClientRequestToken":"t"}"#,
        ],
    ),
    (
        "DynamoDB_20120810.TransactGetItems",
        &[r#"{"TransactItems":[{"Get":{"TableName":"Things","Key":{"id":{"S":"d"}},"ProjectionExpression":"a"}}]}"#],
    ),
    (
        "DynamoDB_20120810.CreateTable",
        &[
            r#"{"TableName":"Others","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],
        "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST","GlobalSecondaryIndexes":[{"IndexName":"by-n",
        "KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}}],
        "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}"#,
        ],
    ),
    ("DynamoDB_20120810.UpdateTable", &[r#"{"TableName":"Others","StreamSpecification":{"StreamEnabled":false}}"#]),
    ("DynamoDB_20120810.ListTables", &[r#"{"ExclusiveStartTableName":"Other","Limit":1}"#]),
    (
        "DynamoDB_20120810.UpdateTimeToLive",
        &[r#"{"TableName":"Others","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"t"}}"#],
    ),
    ("DynamoDB_20120810.DescribeTimeToLive", &[r#"{"TableName":"Others"}"#]),
    (
        "DynamoDB_20120810.TagResource",
        &[r#"{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Things","Tags":[{"Key":"k","Value":"v"}]}"#],
    ),
    ("DynamoDB_20120810.DescribeTable", &[r#"{"TableName":"Things"}"#]),
    ("DynamoDBStreams_20120810.ListStreams", &[r#"{"TableName":"Things","Limit":1}"#]),
    (
        "DynamoDBStreams_20120810.DescribeStream",
        &[
            r#"{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local","Limit":1,"ExclusiveStartShardId":"s"}"#,
        ],
    ),
    (
        "DynamoDBStreams_20120810.GetShardIterator",
        &[
            r#"{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local","ShardId":"shardId-00000000000000000001-cdbb7d54",
        "ShardIteratorType":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"100009999999999999999"}"#,
        ],
    ),
    (
        "DynamoDBStreams_20120810.GetRecords",
        &[
            r#"{"ShardIterator":"arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local|100001761000000000000|9999999999","Limit":2}"#,
        ],
    ),
];

const STATEMENTS: [&str; 4] = [
    "INSERT INTO Things VALUE {'id': 'a''b', 'l': [1, <<'x', 'y'>>, {'m': null}], 't': ?}",
    "SELECT id, l[0].x FROM \"Things\" WHERE id = 'a' AND n IN [1, -2.5e3] OR NOT begins_with(\"s\", ?)",
    "UPDATE Things SET n = 1 SET l = list_append(l, [2]) REMOVE t WHERE id = 'a''b' AND t = ? RETURNING ALL NEW *",
    "DELETE FROM \"Things\" WHERE id = ? AND attribute_exists(n)",
];

fn statement(text: &str) -> String {
    json!({ "Statement": text, "Parameters": [{ "S": "a" }] }).to_string()
}

/// Each request is answered, by a refusal at worst, in JSON; and the database with it.
fn answered(requests: impl Strategy<Value = (&'static str, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_folder, db) = runtime.block_on(database());
    proptest!(cases(), |((operation, body) in requests)| {
        let request = Request::post("/").header("x-amz-target", operation);
        let response = runtime.block_on(db.handle(None, request.body(body.into()).unwrap()));
        prop_assert!(response.status().as_u16() < 500, "{:?}", response.body());
        prop_assert!(serde_json::from_slice::<Value>(response.body()).is_ok());
    });
}

#[test]
fn any_request_is_answered() {
    answered(
        select(&REQUESTS[..])
            .prop_flat_map(|(operation, body)| (Just(operation), prop_oneof![9 => spoiled(body), 1 => texts()])),
    );
}

#[test]
fn any_expression_is_answered() {
    const CONDITIONS: [&str; 3] = [
        "attribute_not_exists(id) AND (NOT size(l[1]) BETWEEN :v AND :v OR contains(x, :s))",
        "id IN (:s, :s) OR begins_with(id, :s) AND n <> :v",
        "attribute_type(a.b[3].c, :s)",
    ];
    const UPDATES: [&str; 2] = [
        "SET n = if_not_exists(n, :v) + :v, b[2].c = list_append(b, :l) REMOVE d ADD e :v",
        "DELETE f :ss REMOVE l[0], l[99999999999999999999]",
    ];
    let request = |(condition, update): (String, String)| {
        json!({ "TableName": "Things", "Key": { "id": { "S": "a" } }, "ConditionExpression": condition, "UpdateExpression": update,
            "ExpressionAttributeValues": { ":v": { "N": "1" }, ":s": { "S": "a" }, ":l": { "L": [] }, ":ss": { "SS": ["x"] } } })
        .to_string()
    };
    answered((Just("DynamoDB_20120810.UpdateItem"), (spoiled(&CONDITIONS), spoiled(&UPDATES)).prop_map(request)));
}

#[test]
fn any_statement_is_answered() {
    let statements = prop_oneof![9 => spoiled(&STATEMENTS), 1 => texts()].prop_map(|text| statement(&text));
    answered((Just("DynamoDB_20120810.ExecuteStatement"), statements));
}

#[tokio::test]
async fn the_requests_to_spoil_are_valid() {
    let (_folder, db) = database().await;
    let requests = REQUESTS.iter().map(|(operation, body)| (*operation, body[0].to_owned()));
    let statements = STATEMENTS.iter().map(|text| ("DynamoDB_20120810.ExecuteStatement", statement(text)));
    for (operation, body) in requests.chain(statements) {
        let request = Request::post("/").header("x-amz-target", operation).body(body.into()).unwrap();
        let response = db.handle(None, request).await;
        assert_eq!(response.status(), 200, "{operation}: {:?}", response.body());
    }
}
