//! Transactions that write. An update of a key attribute cancels one.
//!
//! dynoxide looks for such an update in UpdateItem only; in a transaction it would write an item that its own key does not
//! name.

mod repeated;

use std::collections::HashMap;

use dynoxide::DynoxideError;
use dynoxide::actions::execute_transaction::{self, ExecuteTransactionRequest, ExecuteTransactionResponse};
use dynoxide::actions::transact_write_items::{
    self, TransactUpdate, TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::storage::Storage;

use crate::expression::{Target, targets};
use crate::number_sets::normalize_transaction;
use crate::store::{Store, made};
use crate::tokens::once;

/// What dynoxide says of an update that reads an attribute that is not there.
const NOT_THERE: &str = "The provided expression refers to an attribute that does not exist in the item";

/// Never true, and free of names and values.
const NEVER: &str = "attribute_exists(never) AND attribute_not_exists(never)";

/// TransactWriteItems, made once for each token.
pub(crate) fn transact_write_items(
    store: &Store,
    body: &str,
    request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    let storage = &store.storage;
    let repeated = |request| repeated::response(storage, request);
    once(store, ("TransactWriteItems", body), request, |request| transact(storage, request), repeated)
}

/// ExecuteTransaction, made once for each token if it writes. It has no responses then.
pub(crate) fn execute_transaction(
    store: &Store,
    body: &str,
    request: ExecuteTransactionRequest,
) -> Result<ExecuteTransactionResponse, DynoxideError> {
    let make = |request| made(execute_transaction::execute(&store.storage, request));
    let repeated = |_| Ok(ExecuteTransactionResponse { responses: Some(Vec::new()), consumed_capacity: None });
    once(store, ("ExecuteTransaction", body), request, make, repeated)
}

/// Makes the call.
///
/// An update of a key attribute is replaced by one that can't be made. So each action is still held to its own condition
/// and every other reason is told, as DynamoDB does it, and nothing is written. A fault of the request itself comes first.
fn transact(
    storage: &Storage,
    mut request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    normalize_transaction(&mut request);
    let targets: HashMap<usize, Target> =
        updates(&mut request).filter_map(|(action, update)| Some((action, key_target(update)?))).collect();
    if targets.is_empty() {
        return made(transact_write_items::execute(storage, request));
    }
    let mut doomed = request.clone();
    for (_, update) in updates(&mut doomed).filter(|(action, _)| targets.contains_key(action)) {
        let condition = update.condition_expression.take().map(|condition| format!("({condition}) AND {NEVER}"));
        update.condition_expression = Some(condition.unwrap_or_else(|| NEVER.to_owned()));
    }
    match made(transact_write_items::execute(storage, doomed)) {
        Err(DynoxideError::TransactionCanceledException(..)) => {}
        refused => return refused,
    }
    for (action, update) in updates(&mut request) {
        if let Some(target) = targets.get(&action) {
            make_impossible(update, target);
        }
    }
    made(transact_write_items::execute(storage, request)).map_err(|error| with_reasons(error, &targets))
}

/// The updates, with the number of the action that each is.
fn updates(request: &mut TransactWriteItemsRequest) -> impl Iterator<Item = (usize, &mut TransactUpdate)> {
    request.transact_items.iter_mut().enumerate().filter_map(|(action, item)| Some((action, item.update.as_mut()?)))
}

/// The first key attribute that the update writes to. A key that is not the table's is refused whatever the update is.
fn key_target(update: &TransactUpdate) -> Option<Target> {
    let targets = targets(&update.update_expression, update.expression_attribute_names.as_ref());
    targets.into_iter().find(|target| update.key.contains_key(target.attribute()))
}

/// Makes the update read a part of the key attribute: that is a scalar, and has none.
fn make_impossible(update: &mut TransactUpdate, target: &Target) {
    let part = format!("{0}.{0}", target.word);
    update.update_expression = format!("SET {part} = {part}");
    let condition = update.condition_expression.as_deref().unwrap_or_default();
    // Names and values that only the update used would be refused as unused.
    let used = |placeholder: &str| {
        condition.match_indices(placeholder).any(|(at, _)| {
            let after = condition.get(at + placeholder.len()..).and_then(|rest| rest.chars().next());
            !after.is_some_and(|next| next.is_ascii_alphanumeric() || next == '_')
        })
    };
    if let Some(names) = &mut update.expression_attribute_names {
        names.retain(|name, _| *name == target.word || used(name));
    }
    if let Some(values) = &mut update.expression_attribute_values {
        values.retain(|value, _| used(value));
    }
    update.expression_attribute_names.take_if(|names| names.is_empty());
    update.expression_attribute_values.take_if(|values| values.is_empty());
}

fn with_reasons(error: DynoxideError, targets: &HashMap<usize, Target>) -> DynoxideError {
    let DynoxideError::TransactionCanceledException(message, mut reasons) = error else { return error };
    for (action, reason) in reasons.iter_mut().enumerate() {
        if let Some(target) = targets.get(&action)
            && reason.message.as_deref() == Some(NOT_THERE)
        {
            reason.message = Some(format!(
                "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of the key",
                target.attribute()
            ));
        }
    }
    DynoxideError::TransactionCanceledException(message, reasons)
}
