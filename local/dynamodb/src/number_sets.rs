//! Numbers that an update adds to a set or deletes from it, written as they are stored.
//!
//! dynoxide compares them as texts there: `7.0` would not be the `7` of the set.

use dynoxide::AttributeValue;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::types::{normalize_dynamo_number, validate_dynamo_number};

pub(crate) fn normalize_update(request: &mut UpdateItemRequest) {
    request.expression_attribute_values.iter_mut().flat_map(|values| values.values_mut()).for_each(normalize);
    let updates = request.attribute_updates.iter_mut().flat_map(|updates| updates.values_mut());
    updates.filter_map(|update| update.value.as_mut()).for_each(normalize);
}

pub(crate) fn normalize_transaction(request: &mut TransactWriteItemsRequest) {
    let updates = request.transact_items.iter_mut().filter_map(|item| item.update.as_mut());
    let values = updates.filter_map(|update| update.expression_attribute_values.as_mut());
    values.flat_map(|values| values.values_mut()).for_each(normalize);
}

/// What is no number is left for dynoxide to refuse.
fn normalize(value: &mut AttributeValue) {
    let AttributeValue::NS(numbers) = value else { return };
    for number in numbers.iter_mut().filter(|number| validate_dynamo_number(number).is_ok()) {
        *number = normalize_dynamo_number(number);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{call, database};

    /// The set after `operation` with these numbers, from 7 and 100.
    async fn changed(operation: &str, action: &str, numbers: Value) -> Value {
        let (_folder, db) = database().await;
        let item = json!({ "id": { "S": "a" }, "set": { "NS": ["7", "100"] } });
        assert_eq!(call(&db, "PutItem", json!({ "TableName": "Things", "Item": item })).await.0, 200);
        let mut update = json!({ "TableName": "Things", "Key": { "id": { "S": "a" } } });
        if operation == "AttributeUpdates" {
            update["AttributeUpdates"] = json!({ "set": { "Action": action, "Value": { "NS": numbers } } });
        } else {
            update["UpdateExpression"] = format!("{action} #set :numbers").into();
            update["ExpressionAttributeNames"] = json!({ "#set": "set" });
            update["ExpressionAttributeValues"] = json!({ ":numbers": { "NS": numbers } });
        }
        let (status, answer) = match operation {
            "TransactWriteItems" => call(&db, operation, json!({ "TransactItems": [{ "Update": update }] })).await,
            _ => call(&db, "UpdateItem", update).await,
        };
        if status != 200 {
            return answer["message"].clone();
        }
        let read = json!({ "TableName": "Things", "Key": { "id": { "S": "a" } } });
        call(&db, "GetItem", read).await.1["Item"]["set"]["NS"].clone()
    }

    #[tokio::test]
    async fn a_number_is_the_same_however_it_is_written() {
        for operation in ["UpdateItem", "TransactWriteItems", "AttributeUpdates"] {
            assert_eq!(changed(operation, "ADD", json!(["7.0", "1e2"])).await, json!(["7", "100"]), "{operation}");
            assert_eq!(changed(operation, "ADD", json!(["8e0"])).await, json!(["7", "8", "100"]), "{operation}");
            assert_eq!(changed(operation, "DELETE", json!(["1E+2"])).await, json!(["7"]), "{operation}");
        }
    }

    #[tokio::test]
    async fn what_is_no_set_of_numbers_is_refused() {
        for numbers in [json!(["8", "8.0"]), json!(["eight"]), json!([""])] {
            for operation in ["UpdateItem", "TransactWriteItems", "AttributeUpdates"] {
                let refusal = changed(operation, "ADD", numbers.clone()).await;
                assert!(refusal.is_string(), "{operation} {numbers}: {refusal}");
            }
        }
    }
}
