//! `GET /api/users`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, FromQuery, QueryFields, whole_number};
use envelope::{Call, Endpoint, Failure, InitError, Pagination, Reply, serve};

use crate::SERVICE;
use crate::store::UserList;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<List>(SERVICE)
}

struct List {
    users: UserList,
}

/// Rows that a numbered page can reach: a page costs what is before it.
const REACH: u32 = 1_000;

struct Page {
    page: u32,
    limit: u32,
}

struct PageNumber(u32);

struct Limit(u32);

impl FromQuery for PageNumber {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, u32::MAX).map(Self)
    }
}

impl FromQuery for Limit {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, 100).map(Self)
    }
}

impl DecodeQuery for Page {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let page = query.optional("page");
        let limit = query.optional("limit");
        let (page, limit) = (page?.map_or(1, |PageNumber(page)| page), limit?.map_or(10, |Limit(limit)| limit));
        if u64::from(page) * u64::from(limit) > u64::from(REACH) {
            query.note("page", "OUT_OF_RANGE", format!("pages reach the newest {REACH} users only"));
            return None;
        }
        Some(Self { page, limit })
    }
}

impl Endpoint for List {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: UserList::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let Page { page, limit } = call.query()?;
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
