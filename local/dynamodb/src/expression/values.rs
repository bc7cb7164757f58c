//! Values that stand in for words of an expression: the sets in their lists and maps. dynoxide looks at a value that is a set
//! itself only.

use std::collections::HashMap;

use dynoxide::validation::validate_item_attribute_values;
use dynoxide::{AttributeValue, DynoxideError};

use super::Values;

/// What DynamoDB says of a set that is empty or has a member twice.
pub(super) fn fault(values: &Values) -> Option<String> {
    let faults = values.iter().filter_map(|(word, value)| Some((word, fault_inside(value)?)));
    let (word, fault) = faults.min()?;
    Some(format!("ExpressionAttributeValues contains invalid value: {fault} for key {word}"))
}

fn fault_inside(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::L(list) => list.iter().find_map(fault_of),
        AttributeValue::M(map) => map.values().find_map(fault_of),
        _ => None,
    }
}

fn fault_of(value: &AttributeValue) -> Option<String> {
    if !matches!(value, AttributeValue::SS(_) | AttributeValue::NS(_) | AttributeValue::BS(_)) {
        return fault_inside(value);
    }
    match validate_item_attribute_values(&HashMap::from([(String::new(), value.clone())])) {
        Err(DynoxideError::ValidationException(fault)) => Some(fault),
        _ => None,
    }
}
