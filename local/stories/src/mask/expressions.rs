//! Hiding the values of `DynamoDB`'s expressions and statements: placeholders' names do not tell what they are assigned to.

use serde_json::{Map, Value};

use super::{HIDDEN, is_secret};

const EXPRESSIONS: [&str; 5] =
    ["UpdateExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression", "Statement"];

/// Hides all values of a request whose expressions name a secret's attribute, and says whether there are any.
pub(super) fn mask(request: &mut Map<String, Value>) -> bool {
    let names = request.get("ExpressionAttributeNames").and_then(Value::as_object);
    let mut names = names.into_iter().flat_map(Map::values).filter_map(Value::as_str);
    let mut expressions = EXPRESSIONS.iter().filter_map(|name| request.get(*name)?.as_str());
    let is_word = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let names_a_secret =
        names.any(is_secret) || expressions.any(|expression| expression.split(|c| !is_word(c)).any(is_secret));
    if !names_a_secret {
        return false;
    }
    ["ExpressionAttributeValues", "Parameters"]
        .iter()
        .fold(false, |any, values| request.get_mut(*values).is_some_and(hide) | any)
}

/// Hides the strings and bytes in attribute values.
fn hide(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| hide(item) | any),
        Value::Object(members) => members.iter_mut().fold(false, |any, (name, member)| {
            if matches!(name.as_str(), "S" | "B" | "SS" | "BS") && !member.is_object() {
                *member = HIDDEN.into();
                return true;
            }
            hide(member) | any
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
