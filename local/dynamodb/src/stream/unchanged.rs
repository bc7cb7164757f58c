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
