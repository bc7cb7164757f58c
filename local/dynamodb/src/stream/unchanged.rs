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
    use serde_json::json;

    use crate::testing::{call, put, things};
    use crate::{DynamoDb, Sequence};

    /// What makes no record, and what does, is in `tests/protocol`, with a view of both images.
    #[tokio::test]
    async fn it_holds_whatever_the_view_of_the_stream() {
        for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] {
            let folder = tempfile::tempdir().unwrap();
            let db = DynamoDb::open(folder.path()).unwrap();
            let mut table = things();
            table.definition["StreamSpecification"]["StreamViewType"] = view.into();
            db.ensure_table(&table).await.unwrap();
            let update = |value: &str| {
                json!({
                    "TableName": "Things", "Key": { "id": { "S": "a" } }, "UpdateExpression": "SET n = :n",
                    "ExpressionAttributeValues": { ":n": { "N": value } },
                })
            };
            put(&db, "a").await;
            put(&db, "a").await;
            for value in ["1", "1.0", "2"] {
                assert_eq!(call(&db, "UpdateItem", update(value)).await.0, 200);
            }
            let records = db.stream(&table).unwrap().read_after(Sequence::START, 100).await.unwrap();
            let names: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
            assert_eq!(names, ["INSERT", "MODIFY", "MODIFY"], "{view}");
        }
    }
}
