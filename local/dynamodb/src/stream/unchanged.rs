//! A write that leaves an item as it was makes no stream record.
//!
//! DynamoDB Streams: "If you perform a PutItem or UpdateItem operation that does not change any data in an item, DynamoDB Streams
//! does not write a stream record for that operation."

/// A trigger, so that it holds for every kind of write and is one transaction with the write.
///
/// Images are compared as trees, since the order of a map's entries differs from one image to the next. Their numbers
/// are normalized and their sets sorted before, so equal images are of equal length: most others differ in that alone.
/// Of two images of one length, neither can have all of the other and something more.
pub(crate) const SCHEMA: &str = r#"
DROP TRIGGER IF EXISTS "local:unchanged";
CREATE TRIGGER "local:unchanged" BEFORE INSERT ON _stream_records
WHEN NEW.event_name = 'MODIFY' AND length(NEW.new_image) = length(NEW.old_image)
    AND NOT EXISTS (SELECT fullkey, type, atom FROM json_tree(NEW.new_image)
                    EXCEPT SELECT fullkey, type, atom FROM json_tree(NEW.old_image))
BEGIN
    SELECT RAISE(IGNORE);
END;
"#;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{call, database, things};
    use crate::{DynamoDb, Sequence};

    fn item() -> Value {
        json!({
            "id": { "S": "a" },
            "n": { "N": "1" },
            "set": { "NS": ["1", "20"] },
            "map": { "M": { "a": { "S": "x" }, "b": { "L": [{ "BOOL": true }, { "NULL": true }] }, "a\"b": { "B": "AA==" } } },
        })
    }

    /// The same item, told otherwise.
    fn equal() -> Value {
        json!({
            "map": { "M": { "b": { "L": [{ "BOOL": true }, { "NULL": true }] }, "a\"b": { "B": "AA==" }, "a": { "S": "x" } } },
            "set": { "NS": ["2e1", "1.0"] },
            "n": { "N": "1.00" },
            "id": { "S": "a" },
        })
    }

    async fn write(db: &DynamoDb, operation: &str, body: Value) {
        let (status, answer) = call(db, operation, body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
    }

    async fn put(db: &DynamoDb, item: &Value) {
        write(db, "PutItem", json!({ "TableName": "Things", "Item": item })).await;
    }

    async fn records(db: &DynamoDb) -> Vec<String> {
        let records = db.stream(&things()).unwrap().read_after(Sequence::START, 100).await.unwrap();
        records.iter().map(|record| record.event["eventName"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn no_kind_of_write_that_changes_nothing_makes_a_record() {
        for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] {
            let folder = tempfile::tempdir().unwrap();
            let db = DynamoDb::open(folder.path()).unwrap();
            let mut table = things();
            table.definition["StreamSpecification"]["StreamViewType"] = view.into();
            db.ensure_table(&table).await.unwrap();
            put(&db, &item()).await;
            assert_eq!(records(&db).await, ["INSERT"], "{view}");

            let key = json!({ "id": { "S": "a" } });
            let update = |expression: &str| {
                let mut update = json!({ "TableName": "Things", "Key": key, "UpdateExpression": expression });
                if expression.contains(":n") {
                    update["ExpressionAttributeValues"] = json!({ ":n": { "N": "1.0" } });
                }
                update
            };
            for (operation, body) in [
                ("PutItem", json!({ "TableName": "Things", "Item": equal() })),
                ("UpdateItem", update("SET n = :n")),
                ("UpdateItem", update("REMOVE absent")),
                ("UpdateItem", json!({ "TableName": "Things", "Key": key })),
                ("BatchWriteItem", json!({ "RequestItems": { "Things": [{ "PutRequest": { "Item": equal() } }] } })),
                (
                    "TransactWriteItems",
                    json!({ "TransactItems": [{ "Put": { "TableName": "Things", "Item": equal() } }] }),
                ),
                ("TransactWriteItems", json!({ "TransactItems": [{ "Update": update("SET n = :n") }] })),
                ("DeleteItem", json!({ "TableName": "Things", "Key": { "id": { "S": "missing" } } })),
                (
                    "TransactWriteItems",
                    json!({ "TransactItems": [{ "Delete": { "TableName": "Things", "Key": { "id": { "S": "missing" } } } }] }),
                ),
                ("ExecuteStatement", json!({ "Statement": r#"UPDATE "Things" SET n=1.0 WHERE id='a'"# })),
            ] {
                write(&db, operation, body.clone()).await;
                assert_eq!(records(&db).await, ["INSERT"], "{view}: {operation} {body}");
            }
        }
    }

    #[tokio::test]
    async fn whatever_changes_makes_a_record() {
        let (_folder, db) = database().await;
        put(&db, &item()).await;
        let changes: [(&str, Value); 8] = [
            ("n", json!({ "N": "2" })),
            ("n", json!({ "S": "1" })),
            ("set", json!({ "NS": ["1", "30"] })),
            ("set", json!({ "SS": ["1", "20"] })),
            ("set", json!({ "L": [{ "N": "1" }, { "N": "20" }] })),
            ("map", json!({ "M": { "a": { "M": { "b": { "S": "x" } } } } })),
            ("map", json!({ "M": { "a.b": { "S": "x" } } })),
            ("map", json!({ "M": { "a\".\"b": { "S": "x" } } })),
        ];
        let mut expected = vec!["INSERT".to_owned()];
        for (attribute, value) in changes {
            let mut changed = item();
            changed[attribute] = value;
            put(&db, &changed).await;
            expected.push("MODIFY".to_owned());
            assert_eq!(records(&db).await, expected, "{changed}");
        }
        let mut swapped = item();
        swapped["map"]["M"]["b"] = json!({ "L": [{ "NULL": true }, { "BOOL": true }] });
        put(&db, &item()).await;
        put(&db, &swapped).await;
        expected.extend(["MODIFY".to_owned(), "MODIFY".to_owned()]);
        assert_eq!(records(&db).await, expected);
    }

    #[tokio::test]
    async fn a_put_over_an_item_changes_it_and_a_transaction_tells_of_what_it_changes_only() {
        let (_folder, db) = database().await;
        put(&db, &item()).await;
        let other = json!({ "id": { "S": "b" } });
        let puts = [item(), other].map(|item| json!({ "Put": { "TableName": "Things", "Item": item } }));
        write(&db, "TransactWriteItems", json!({ "TransactItems": puts })).await;
        put(&db, &json!({ "id": { "S": "a" } })).await;
        assert_eq!(records(&db).await, ["INSERT", "INSERT", "MODIFY"]);
    }
}
