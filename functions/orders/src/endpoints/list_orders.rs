//! `GET /api/orders`

use std::process::ExitCode;

use envelope::decode::{CursorParameter, DecodeQuery, Limit, QueryFields};
use envelope::{Caching, Call, Endpoint, Failure, InitError, Pagination, Reply, serve};
use tables::Cursor;

use crate::SERVICE;
use crate::domain::order_view::OrderView;
use crate::store::OrderList;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListOrders>(SERVICE)
}

struct ListOrders {
    orders: OrderList,
}

struct Page {
    limit: Limit,
    cursor: Option<String>,
}

impl DecodeQuery for Page {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let limit = query.optional("limit");
        let cursor = query.optional::<CursorParameter>("cursor");
        Some(Self { limit: limit?.unwrap_or_default(), cursor: cursor?.unwrap_or_default().into_text() })
    }
}

impl Endpoint for ListOrders {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: OrderList::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let Page { limit, cursor } = call.query()?;
        let list = ["orders", &customer.id];
        let after = cursor.map(|text| Cursor::decode(&list, &text)).transpose()?;
        let (orders, next) = self.orders.newest(&customer.id, after, limit.get()).await?;
        let rows: Vec<_> = orders.iter().map(OrderView::from).collect();
        let pagination = Pagination::cursor(limit.get(), next.map(|next| next.encode(&list)));
        Reply::paginated("Orders retrieved successfully", rows, pagination)
    }
}
