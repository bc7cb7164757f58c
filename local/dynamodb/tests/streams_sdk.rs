//! A stream read by AWS's SDK, as a consumer of its own reads it.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue as Written;
use aws_sdk_dynamodbstreams::config::{BehaviorVersion, Region};
use aws_sdk_dynamodbstreams::types::{AttributeValue, OperationType, ShardIteratorType};
use local_dynamodb::DynamoDb;
use local_template::Table;
use serde_json::json;

fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        arn: format!("arn:aws:dynamodb:us-east-1:000000000000:table/{name}"),
        definition: json!({
            "TableName": name,
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
        }),
        ttl_attribute: None,
    }
}

async fn clients(db: &DynamoDb) -> (aws_sdk_dynamodb::Client, aws_sdk_dynamodbstreams::Client) {
    let db = db.clone();
    let endpoint = local_testing::http::serve(move |request| {
        let db = db.clone();
        async move { db.handle(None, request).await }
    })
    .await;
    let credentials = Credentials::from_keys("key", "secret", None);
    let tables = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials.clone())
        .http_client(local_testing::http::client())
        .endpoint_url(&endpoint)
        .build();
    let streams = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .http_client(local_testing::http::client())
        .endpoint_url(endpoint)
        .build();
    (aws_sdk_dynamodb::Client::from_conf(tables), aws_sdk_dynamodbstreams::Client::from_conf(streams))
}

#[tokio::test]
async fn a_consumer_finds_and_reads_the_stream_of_any_table() {
    let folder = tempfile::tempdir().unwrap();
    let db = DynamoDb::open(folder.path()).unwrap();
    let (dynamodb, streams) = clients(&db).await;
    for name in ["abc".to_owned(), "n".repeat(255)] {
        db.ensure_table(&table(&name)).await.unwrap();
        dynamodb.put_item().table_name(&name).item("id", Written::S("a".to_owned())).send().await.unwrap();

        let listed = streams.list_streams().table_name(&name).send().await.unwrap();
        let arn = listed.streams()[0].stream_arn().unwrap();
        let described = streams.describe_stream().stream_arn(arn).send().await.unwrap().stream_description.unwrap();
        let shard = &described.shards()[0];
        assert_eq!(shard.sequence_number_range().unwrap().ending_sequence_number(), None);
        let iterator = streams
            .get_shard_iterator()
            .stream_arn(arn)
            .shard_id(shard.shard_id().unwrap())
            .shard_iterator_type(ShardIteratorType::TrimHorizon);
        let iterator = iterator.send().await.unwrap().shard_iterator;
        let page = streams.get_records().set_shard_iterator(iterator).send().await.unwrap();
        assert!(page.next_shard_iterator().is_some());
        let record = &page.records()[0];
        assert_eq!(record.event_name(), Some(&OperationType::Insert));
        assert_eq!(record.aws_region(), Some("us-east-1"));
        let image = record.dynamodb().unwrap().new_image().unwrap();
        assert_eq!(image["id"], AttributeValue::S("a".to_owned()));
    }
}

#[tokio::test]
async fn an_expired_iterator_is_the_error_that_consumers_look_for() {
    let folder = tempfile::tempdir().unwrap();
    let db = DynamoDb::open(folder.path()).unwrap();
    let table = table("Things");
    db.ensure_table(&table).await.unwrap();
    let (_, streams) = clients(&db).await;
    let old = format!("{}|100000000000000000000|1000", table.stream_arn());
    let error = streams.get_records().shard_iterator(old).send().await.unwrap_err().into_service_error();
    assert!(error.is_expired_iterator_exception(), "{error:?}");
}
