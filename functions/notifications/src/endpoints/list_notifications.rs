//! `GET /api/notifications`

use std::process::ExitCode;

use envelope::decode::{CursorParameter, DecodeQuery, Limit, QueryFields};
use envelope::{Caching, Call, Endpoint, Failure, InitError, Pagination, Reply, serve};
use tables::Cursor;

use crate::SERVICE;
use crate::domain::read_state::ReadState;
use crate::store::NotificationList;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListNotifications>(SERVICE)
}

struct ListNotifications {
    notifications: NotificationList,
}

struct ListQuery {
    /// Rows of a page.
    limit: Limit,
    /// Where the page before ended. Decoding it needs the list's name.
    cursor: Option<String>,
    /// The state to list; `None` lists both.
    read_state: Option<ReadState>,
}

impl DecodeQuery for ListQuery {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let limit = query.optional("limit");
        let cursor = query.optional::<CursorParameter>("cursor");
        let unread = query.optional("unread");
        let read_state = unread?.map(|unread| if unread { ReadState::Unread } else { ReadState::Read });
        Some(Self { limit: limit?.unwrap_or_default(), cursor: cursor?.unwrap_or_default().into_text(), read_state })
    }
}

impl Endpoint for ListNotifications {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: NotificationList::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let user = call.identity()?;
        let ListQuery { limit, cursor, read_state } = call.query()?;
        let list = [list_name(read_state), &user.id];
        let after = cursor.map(|text| Cursor::decode(&list, &text)).transpose()?;
        let (rows, next) = self.notifications.newest(&user.id, read_state, after, limit.get()).await?;
        let pagination = Pagination::cursor(limit.get(), next.map(|next| next.encode(&list)));
        Reply::paginated("Notifications retrieved successfully", rows, pagination)
    }
}

/// The list's name in its cursors: a cursor is refused by any other list.
fn list_name(read_state: Option<ReadState>) -> &'static str {
    match read_state {
        None => "notifications",
        Some(ReadState::Read) => "read notifications",
        Some(ReadState::Unread) => "unread notifications",
    }
}
