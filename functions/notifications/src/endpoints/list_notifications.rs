//! `GET /api/notifications`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, Limit, QueryFields};
use envelope::{Call, Endpoint, Failure, InitError, Pagination, Reply, serve};
use tables::Cursor;

use crate::SERVICE;
use crate::store::{Notifications, Which};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<List>(SERVICE)
}

struct List {
    notifications: Notifications,
}

struct Page {
    limit: Limit,
    cursor: Option<String>,
    which: Which,
}

impl DecodeQuery for Page {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let limit = query.optional("limit");
        let cursor = query.optional("cursor");
        let unread = query.optional("unread");
        let which = match unread? {
            None => Which::All,
            Some(true) => Which::Unread,
            Some(false) => Which::Read,
        };
        Some(Self { limit: limit?.unwrap_or_default(), cursor: cursor?, which })
    }
}

impl Endpoint for List {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect_to_list().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let user = call.identity()?;
        let Page { limit, cursor, which } = call.query()?;
        let list = [which.as_str(), &user.id];
        let after = cursor.map(|text| Cursor::decode(&list, &text)).transpose()?;
        let (rows, next) = self.notifications.newest(&user.id, which, after, limit.get()).await?;
        let pagination = Pagination::cursor(limit.get(), next.map(|next| next.encode(&list)));
        Reply::paginated("Notifications retrieved successfully", rows, pagination)
    }
}
