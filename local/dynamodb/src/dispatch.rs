//! From an operation's name to dynoxide's method, and the capacity units it used.

use dynoxide::types::ConsumedCapacity;
use dynoxide::{DynoxideError, actions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::decode::{decode, worded};
use crate::expression::{Expression, Expressions};
use crate::refusal::Refusal;
use crate::store::{Store, made};
use crate::transaction::{execute_transaction, transact_write_items};
use crate::update_item::update_item;
use crate::{stream, table_calls};

/// DescribeLimits: what an account has at first, in the US East (N. Virginia) Region. Nothing is throttled here.
const LIMITS: &str = r#"{"AccountMaxReadCapacityUnits":80000,"AccountMaxWriteCapacityUnits":80000,"TableMaxReadCapacityUnits":40000,"TableMaxWriteCapacityUnits":40000}"#;

/// The output of a successful call, and what it consumed.
#[derive(Debug)]
pub(crate) struct Output {
    /// The response body, JSON.
    pub body: String,
    /// Capacity units; 0 for calls that are not billed in them.
    pub units: f64,
}

/// Makes the call, or `None` if there is no such operation.
pub(crate) fn dispatch(store: &Store, operation: &str, body: &str) -> Option<Result<Output, Refusal>> {
    if let Some(answer) = stream::api::answer(store.connection(), operation, body) {
        return Some(answer.map(|body| Output { body, units: 0.0 }));
    }
    let (storage, vectors) = (&store.storage, &store.vectors);
    let output = match operation {
        "GetItem" => metered(body, |request| made(actions::get_item::execute(storage, request))),
        "PutItem" => metered(body, |request| made(actions::put_item::execute(storage, request))),
        "UpdateItem" => metered(body, |request| update_item(storage, request)),
        "DeleteItem" => metered(body, |request| made(actions::delete_item::execute(storage, request))),
        "Query" => metered(body, |request| made(actions::query::execute(storage, request))),
        "Scan" => metered(body, |request| made(actions::scan::execute(storage, request))),
        "BatchGetItem" => metered(body, |request| made(actions::batch_get_item::execute(storage, request))),
        "BatchWriteItem" => metered(body, |request| made(actions::batch_write_item::execute(storage, request))),
        "TransactGetItems" => metered(body, |request| made(actions::transact_get_items::execute(storage, request))),
        "TransactWriteItems" => metered(body, |request| transact_write_items(store, body, request)),
        "ExecuteStatement" => plain(body, |request| made(actions::execute_statement::execute(storage, request))),
        "BatchExecuteStatement" => {
            plain(body, |request| made(actions::batch_execute_statement::execute(storage, request)))
        }
        "ExecuteTransaction" => plain(body, |request| execute_transaction(store, body, request)),
        "SearchVectors" => plain(body, |request| made(actions::search_vectors::execute(storage, request, vectors))),
        "CreateTable" => table_calls::described(store, body, |request| table_calls::create_table(store, request)),
        "DeleteTable" => table_calls::described(store, body, |request| {
            made(actions::delete_table::execute(storage, request, vectors))
        }),
        "DescribeTable" => table_calls::described(store, body, |request| {
            made(actions::describe_table::execute(storage, request, vectors))
        }),
        "UpdateTable" => table_calls::update_table(store, body),
        "ListTables" => plain(body, |request| made(actions::list_tables::execute(storage, request))),
        "UpdateTimeToLive" => plain(body, |request| made(actions::update_time_to_live::execute(storage, request))),
        "DescribeTimeToLive" => plain(body, |request| made(actions::describe_time_to_live::execute(storage, request))),
        "TagResource" => plain(body, |request| made(actions::tag_resource::execute(storage, request))),
        "UntagResource" => plain(body, |request| made(actions::untag_resource::execute(storage, request))),
        "ListTagsOfResource" => plain(body, |request| made(actions::list_tags_of_resource::execute(storage, request))),
        "DescribeContinuousBackups" => return Some(table_calls::continuous_backups(store, body)),
        "DescribeLimits" => Ok(Output { body: LIMITS.to_owned(), units: 0.0 }),
        _ => return None,
    };
    Some(output.map_err(|error| worded(operation, error).into()))
}

/// Whether a successful call of this operation may have changed items.
pub(crate) fn writes(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
            | "ExecuteStatement"
            | "BatchExecuteStatement"
            | "ExecuteTransaction"
    )
}

fn plain<I: DeserializeOwned, O: Serialize>(
    body: &str,
    call: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<Output, DynoxideError> {
    Ok(Output { body: encode(&call(decode(body)?)?)?, units: 0.0 })
}

/// As [`plain`], but holds the request's expressions to their limits, and asks for the consumed capacity where the caller did
/// not, and then leaves it out of the output.
fn metered<I: DeserializeOwned + Expressions + AskCapacity, O: Serialize + TellCapacity>(
    body: &str,
    call: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<Output, DynoxideError> {
    let mut request: I = decode(body)?;
    request.expressions().iter().try_for_each(Expression::check)?;
    let asked = request.capacity_mode();
    let for_caller = asked.as_deref().is_some_and(|mode| mode != "NONE");
    if asked.as_deref().is_none_or(|mode| mode == "NONE") {
        *asked = Some("TOTAL".to_owned());
    }
    let mut output = call(request)?;
    let units = output.units();
    if !for_caller {
        output.forget();
    }
    Ok(Output { body: encode(&output)?, units })
}

fn encode(output: &impl Serialize) -> Result<String, DynoxideError> {
    serde_json::to_string(output).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// A request that can ask for its consumed capacity.
trait AskCapacity {
    fn capacity_mode(&mut self) -> &mut Option<String>;
}

/// A response that can tell it.
trait TellCapacity {
    fn units(&self) -> f64;
    fn forget(&mut self);
}

trait Units {
    fn sum(&self) -> f64;
}

impl Units for ConsumedCapacity {
    fn sum(&self) -> f64 {
        self.capacity_units
    }
}

impl Units for Vec<ConsumedCapacity> {
    fn sum(&self) -> f64 {
        self.iter().map(|table| table.capacity_units).sum()
    }
}

macro_rules! metered {
    ($($module:ident: $request:ident, $response:ident;)*) => {$(
        impl AskCapacity for actions::$module::$request {
            fn capacity_mode(&mut self) -> &mut Option<String> {
                &mut self.return_consumed_capacity
            }
        }

        impl TellCapacity for actions::$module::$response {
            fn units(&self) -> f64 {
                self.consumed_capacity.as_ref().map_or(0.0, Units::sum)
            }

            fn forget(&mut self) {
                self.consumed_capacity = None;
            }
        }
    )*};
}

metered! {
    get_item: GetItemRequest, GetItemResponse;
    put_item: PutItemRequest, PutItemResponse;
    update_item: UpdateItemRequest, UpdateItemResponse;
    delete_item: DeleteItemRequest, DeleteItemResponse;
    query: QueryRequest, QueryResponse;
    scan: ScanRequest, ScanResponse;
    batch_get_item: BatchGetItemRequest, BatchGetItemResponse;
    batch_write_item: BatchWriteItemRequest, BatchWriteItemResponse;
    transact_get_items: TransactGetItemsRequest, TransactGetItemsResponse;
    transact_write_items: TransactWriteItemsRequest, TransactWriteItemsResponse;
}
