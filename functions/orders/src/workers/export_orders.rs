//! `export-orders`: a user's orders, page by page, for the export of all that is kept about them. The user service calls it.

use std::process::ExitCode;

use contracts::export::{ExportPage, ExportRequest};
use envelope::{Context, Failure, InitError, Rpc, serve_rpc};
use serde_json::value::to_raw_value;
use tables::Cursor;

use crate::SERVICE;
use crate::domain::order_view::OrderView;
use crate::store::OrderList;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_rpc::<ExportOrders>(SERVICE)
}

/// Orders in a page. One query reads at most 1 MB: fewer if they are large.
const PAGE: u32 = 1_000;

struct ExportOrders {
    orders: OrderList,
}

impl Rpc for ExportOrders {
    type Request = ExportRequest;
    type Response = ExportPage;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: OrderList::connect().await? })
    }

    async fn call(&self, request: ExportRequest, _: &Context) -> Result<ExportPage, Failure> {
        let list = ["export-orders", &request.user_id];
        let after = request.cursor.map(|text| Cursor::decode(&list, &text)).transpose()?;
        let (orders, next) = self.orders.newest(&request.user_id, after, PAGE).await?;
        let items = orders.iter().map(|order| to_raw_value(&OrderView::from(order))).collect::<Result<_, _>>()?;
        Ok(ExportPage { items, next_cursor: next.map(|next| next.encode(&list)) })
    }
}

#[cfg(test)]
mod tests;
