//! `GET /api/users/me/export`: all that any service keeps about the caller.
//!
//! A response of a function has 6 MB at most ("Lambda quotas"), and somebody with ten thousand orders has more: the export
//! is in parts then, and each but the last says where the next one starts.

mod sections;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use envelope::decode::{CursorParameter, DecodeQuery, QueryFields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use serde::Serialize;
use serde_json::value::RawValue;
use tables::Cursor;

use self::sections::{Asker, ExportClient, Pages, Section};
use crate::SERVICE;
use crate::domain::user::Profile;
use crate::store::{KeptData, Users};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ExportMe>(SERVICE)
}

/// Bytes of JSON after which a part asks for no further page. A page has less than 2 MB, so a part less than 4 MB.
const PART_BYTES: usize = 2_000_000;

/// Time kept back to return the response, and to let the last call end.
const RESPONSE_TIME: Duration = Duration::from_millis(1_500);

/// Time without which no further page is asked for.
const PAGE_TIME: Duration = Duration::from_secs(2);

struct ExportMe {
    users: Users,
    kept_data: KeptData,
    services: ExportClient,
}

struct Part {
    cursor: Option<String>,
}

impl DecodeQuery for Part {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let cursor = query.optional::<CursorParameter>("cursor")?;
        Some(Self { cursor: cursor.unwrap_or_default().into_text() })
    }
}

/// A part of the export.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    /// The account; in the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Profile>,
    /// Sessions and the like, by the name of their section; in each part the sections that it has come to.
    #[serde(flatten)]
    kept: BTreeMap<&'static str, Vec<Box<RawValue>>>,
    /// The caller's orders, newest first.
    orders: Vec<Box<RawValue>>,
    /// The caller's notifications, newest first.
    notifications: Vec<Box<RawValue>>,
    /// Where the next part starts; absent from the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl Endpoint for ExportMe {
    async fn init() -> Result<Self, InitError> {
        let (users, services) = tokio::join!(Users::connect(), ExportClient::connect());
        Ok(Self { users: users?, kept_data: KeptData::from_env()?, services: services? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let Part { cursor } = call.query()?;
        let list = ["export", &caller.id];
        let (mut part, is_first) = (Exported::default(), cursor.is_none());
        let start = match cursor {
            Some(text) => {
                let [section, cursor] = Cursor::<2>::decode(&list, &text)?.into_keys();
                (Section::of(&section), (cursor != START).then_some(cursor))
            }
            None => (Section::ALL.first().copied(), None),
        };
        if start.0.is_some_and(Section::is_own) {
            let user = self.users.profile(&caller.email).await?;
            // Since the token was signed, the account may have gone and its address been registered by someone else.
            let user = user.filter(|user| user.id == caller.id).ok_or_else(Failure::invalid_token)?;
            part.user = is_first.then_some(user);
        }
        let asker = Asker { kept_data: &self.kept_data, services: &self.services, call, user: caller };
        let time_left = || call.time_left().saturating_sub(RESPONSE_TIME);
        let next = fill(&asker, &mut part, start, time_left).await?;
        part.next_cursor = next.map(|next| next.encode(&list));
        Reply::ok("Export retrieved successfully", part)
    }
}

/// Stands in a cursor for the beginning of a section.
const START: &str = "start";

/// Adds section after section, page by page, until the part is large or its time is over. Returns where the next
/// part starts, if anything is left.
async fn fill(
    pages: &impl Pages,
    part: &mut Exported,
    start: (Option<Section>, Option<String>),
    time_left: impl Fn() -> Duration,
) -> Result<Option<Cursor<2>>, Failure> {
    let (mut section, mut cursor) = start;
    let (mut bytes, mut count) = (0, 0);
    while let Some(asked) = section {
        if bytes > PART_BYTES || (count > 0 && time_left() < PAGE_TIME) {
            let cursor = cursor.as_deref().unwrap_or(START);
            return Ok(Some(Cursor::new([asked.name(), cursor])));
        }
        let page = pages.page(asked, cursor.take(), time_left()).await?;
        count += 1;
        bytes += page.items.iter().map(|item| item.get().len()).sum::<usize>();
        match asked {
            Section::Orders => part.orders.extend(page.items),
            Section::Notifications => part.notifications.extend(page.items),
            own => part.kept.entry(own.name()).or_default().extend(page.items),
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            section = asked.next();
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
