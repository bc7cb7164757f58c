//! UpdateItem: what it returns of the item (`ReturnValues`).
//!
//! dynoxide returns the key of an item that did not exist as its old attributes, and a whole list where an element of it was
//! updated.

use std::collections::{BTreeMap, HashMap};

use dynoxide::actions::get_item::{self, GetItemRequest};
use dynoxide::actions::update_item::{self, UpdateItemRequest, UpdateItemResponse};
use dynoxide::storage::Storage;
use dynoxide::{AttributeValue, DynoxideError};

use crate::expression::{Element, Target, targets};
use crate::number_sets::normalize_update;
use crate::store::made;

type Item = HashMap<String, AttributeValue>;

/// Makes the call.
pub(crate) fn update_item(
    storage: &Storage,
    mut request: UpdateItemRequest,
) -> Result<UpdateItemResponse, DynoxideError> {
    normalize_update(&mut request);
    let asked = request.return_values.clone();
    let created = asked.as_deref() == Some("ALL_OLD") && !exists(storage, &request);
    let updated = request.update_expression.as_deref().and_then(|update| {
        let whole = match asked.as_deref()? {
            "UPDATED_OLD" => "ALL_OLD",
            "UPDATED_NEW" => "ALL_NEW",
            _ => return None,
        };
        Some((targets(update, request.expression_attribute_names.as_ref()), whole))
    });
    if let Some((_, whole)) = &updated {
        request.return_values = Some((*whole).to_owned());
    }
    let mut response = made(update_item::execute(storage, request))?;
    if created {
        response.attributes = None;
    }
    if let Some((targets, _)) = updated {
        response.attributes = response.attributes.and_then(|item| parts(item, &targets));
    }
    Ok(response)
}

/// Whether the item is there. Nothing is written between this and the update: both are made on the engine's thread.
fn exists(storage: &Storage, request: &UpdateItemRequest) -> bool {
    let read = GetItemRequest {
        table_name: request.table_name.clone(),
        key: request.key.clone(),
        consistent_read: Some(true),
        ..GetItemRequest::default()
    };
    // The update says what is wrong with the table or the key.
    made(get_item::execute(storage, read)).is_ok_and(|read| read.item.is_some())
}

/// What the item has at the places that an update writes to, or `None` if that is nothing.
fn parts(item: Item, targets: &[Target]) -> Option<Item> {
    let paths: Vec<&[Element]> = targets.iter().map(|target| target.path.as_slice()).collect();
    match part(&AttributeValue::M(item), &paths) {
        Some(AttributeValue::M(parts)) => Some(parts),
        _ => None,
    }
}

/// What the value has at these paths: of a map the entries, of a list the elements, in their order and without gaps.
fn part(value: &AttributeValue, paths: &[&[Element]]) -> Option<AttributeValue> {
    let mut rests: BTreeMap<&Element, Vec<&[Element]>> = BTreeMap::new();
    for path in paths {
        let Some((first, rest)) = path.split_first() else { return Some(value.clone()) };
        rests.entry(first).or_default().push(rest);
    }
    match value {
        AttributeValue::M(map) => {
            let entry = |(element, rests): (&Element, Vec<_>)| match element {
                Element::Attribute(name) => Some((name.clone(), part(map.get(name)?, &rests)?)),
                Element::Index(_) => None,
            };
            let entries: Item = rests.into_iter().filter_map(entry).collect();
            (!entries.is_empty()).then_some(AttributeValue::M(entries))
        }
        AttributeValue::L(list) => {
            let element = |(element, rests): (&Element, Vec<_>)| match element {
                Element::Index(index) => part(list.get(*index)?, &rests),
                Element::Attribute(_) => None,
            };
            let elements: Vec<_> = rests.into_iter().filter_map(element).collect();
            (!elements.is_empty()).then_some(AttributeValue::L(elements))
        }
        _ => None,
    }
}
