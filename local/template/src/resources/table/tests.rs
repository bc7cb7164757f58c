use serde_json::json;

use crate::testing::{problems, system};

#[test]
fn a_table_is_the_call_that_creates_it() {
    let system = system(
        "  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: at, AttributeType: N}
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-time
          KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [status]}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
",
    );
    let table = &system.tables["Orders"];
    assert_eq!(
        table.definition,
        json!({
            "TableName": "Orders",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-time",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
            }],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        })
    );
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires"));
    assert_eq!(table.arn, "arn:aws:dynamodb:us-east-1:000000000000:table/Orders");
    assert_eq!(table.stream_arn(), "arn:aws:dynamodb:us-east-1:000000000000:table/Orders/stream/local");
}

#[test]
fn provisioned_capacity_is_the_default_and_a_number() {
    let table = "  T:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
";
    assert_eq!(problems(table), ["t.yaml:6: T: needs `ProvisionedThroughput`"]);
    let system =
        system(&(table.to_owned() + "      ProvisionedThroughput: {ReadCapacityUnits: '1', WriteCapacityUnits: 2}\n"));
    let definition = &system.tables["T"].definition;
    assert_eq!(definition["ProvisionedThroughput"], json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}));
    assert_eq!(definition["TableName"], "things");
}

#[test]
fn what_dynamodb_would_refuse_is_refused() {
    let found = problems(
        "  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: extra, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      KinesisStreamSpecification: {StreamArn: x}
  U:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: FREE
      StreamSpecification: {StreamViewType: ALL}
",
    );
    assert_eq!(
        found,
        [
            "t.yaml:7: T.AttributeDefinitions: extra: AttributeDefinitions has to list the key attributes, and only them",
            "t.yaml:9: T.KinesisStreamSpecification: `KinesisStreamSpecification` isn't emulated on one machine (or is \
             misspelt): take it out",
            "t.yaml:13: U.BillingMode: `FREE` is not PROVISIONED or PAY_PER_REQUEST",
            "t.yaml:13: U: needs `AttributeDefinitions`",
            "t.yaml:13: U: needs `KeySchema`",
            "t.yaml:14: U.StreamSpecification.StreamViewType: `ALL` is not NEW_IMAGE or OLD_IMAGE or NEW_AND_OLD_IMAGES or \
             KEYS_ONLY",
        ]
    );
}
