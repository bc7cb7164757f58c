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
