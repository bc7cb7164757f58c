//! `GET /api/users`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, Limit, PageNumber, QueryFields};
use envelope::{Caching, Call, Endpoint, Failure, InitError, Pagination, Reply, serve};

use crate::SERVICE;
use crate::store::UserList;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListUsers>(SERVICE)
}

struct ListUsers {
    users: UserList,
}

/// Rows of a page if the request does not set `limit`.
const DEFAULT_LIMIT: u32 = 10;

struct ListQuery {
    page: u32,
    limit: u32,
}

impl DecodeQuery for ListQuery {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let page = query.optional::<PageNumber>("page");
        let limit = query.optional("limit");
        let (page, limit) = (page?.unwrap_or_default(), limit?.map_or(DEFAULT_LIMIT, Limit::get));
        if !page.is_in_reach(limit) {
            let reach = PageNumber::REACH;
            query.add("page", "OUT_OF_RANGE", format!("pages reach the newest {reach} users only"));
            return None;
        }
        Some(Self { page: page.get(), limit })
    }
}

impl Endpoint for ListUsers {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: UserList::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let ListQuery { page, limit } = call.query()?;
        let before = (page - 1) * limit;
        // One row more than the page tells whether another page follows.
        let (rows, total) = tokio::try_join!(self.users.newest(before + limit + 1), self.users.total())?;
        let mut rows: Vec<_> = rows.into_iter().skip(before as usize).collect();
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let pagination = Pagination::page(page, limit, rows.len(), more, total);
        Reply::paginated("Users retrieved successfully", rows, pagination)
    }
}
