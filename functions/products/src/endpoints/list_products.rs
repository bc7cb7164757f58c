//! `GET /api/products`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, FromQuery, Limit, PageNumber, QueryFields};
use envelope::{Call, Endpoint, Failure, InitError, Pagination, Reply, serve};
use tables::Cursor;

use crate::SERVICE;
use crate::domain::filter::{Filter, Prices, SearchText};
use crate::domain::product::Product;
use crate::domain::text::CategoryText;
use crate::store::{Catalogue, Found, Total};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<List>(SERVICE)
}

struct List {
    catalogue: Catalogue,
}

struct Request {
    filter: Filter,
    place: Place,
    limit: u32,
}

enum Place {
    Page(PageNumber),
    After(String),
}

/// A cursor not yet read: that takes the name of the list.
struct CursorText(String);

impl FromQuery for CursorText {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        Ok(Self(text.to_owned()))
    }
}

impl DecodeQuery for Request {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let page = query.optional("page");
        let limit = query.optional::<Limit>("limit");
        let cursor = query.optional("cursor");
        let category = query.optional("category");
        let least = query.optional("minPrice");
        let most = query.optional("maxPrice");
        let search = query.optional("search");
        let (page, limit, cursor) = (page?, limit?.unwrap_or_default().get(), cursor?);
        let (CategoryText(category), least, most) = (category?.unwrap_or(CategoryText(None)), least?, most?);
        let place = match (page, cursor) {
            (Some(_), Some(CursorText(_))) => {
                query.note("cursor", "CONFLICT", "stands in place of a page, not beside one");
                return None;
            }
            (None, Some(CursorText(text))) => Place::After(text),
            (page, None) => Place::Page(page.unwrap_or_default()),
        };
        if let Place::Page(page) = place
            && !page.is_in_reach(limit)
        {
            query.note(
                "page",
                "OUT_OF_RANGE",
                format!("pages reach {} products; go on with nextCursor as cursor", PageNumber::REACH),
            );
            return None;
        }
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            query.note("minPrice", "OUT_OF_RANGE", "must not be above maxPrice");
            return None;
        }
        let SearchText(search) = search?.unwrap_or(SearchText(None));
        Some(Self { filter: Filter { category, prices: Prices::between(least, most), search }, place, limit })
    }
}

impl Endpoint for List {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { catalogue: Catalogue::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Request { filter, place, limit } = call.query()?;
        let name = filter.name();
        let name: Vec<&str> = name.iter().map(String::as_str).collect();
        let (rows, pagination) = match place {
            Place::Page(page) => {
                let page = page.get();
                let before = (page - 1) * limit;
                let (found, total) = self.catalogue.page(&filter, before as usize, limit as usize).await?;
                let next = found.next.map(|id| Cursor::new([id]).encode(&name));
                (found.rows, numbered(page, limit, found.seen, next, total))
            }
            Place::After(text) => {
                let [id] = Cursor::<1>::decode(&name, &text)?.into_keys();
                let Found { rows, next, .. } = self.catalogue.after(&filter, &id, limit as usize).await?;
                let next_cursor = next.map(|id| Cursor::new([id]).encode(&name));
                (rows, Pagination::Cursor { limit, has_next: next_cursor.is_some(), next_cursor })
            }
        };
        let rows: Vec<_> = rows.iter().map(Product::view).collect();
        Reply::paginated("Products retrieved successfully", rows, pagination)
    }
}

/// Where a page stands. `seen` rows of the list are on it, also those that were taken off it again.
fn numbered(page: u32, limit: u32, seen: usize, next: Option<String>, total: Total) -> Pagination {
    let mut pagination = Pagination::page(page, limit, seen, next.is_some(), total.count());
    if let Pagination::Page { total: shown, total_capped, total_pages, next_cursor, .. } = &mut pagination {
        *next_cursor = next;
        if let Total::Capped(cap) = total {
            (*shown, *total_capped, *total_pages) = (cap, true, cap.div_ceil(u64::from(limit)));
        }
    }
    pagination
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn page(page: u32, seen: usize, next: bool, total: Total) -> Value {
        let next = next.then(|| "there".to_owned());
        serde_json::to_value(numbered(page, 20, seen, next, total)).unwrap()
    }

    #[test]
    fn a_page_that_is_followed_says_where_to_go_on() {
        assert_eq!(
            page(1, 20, true, Total::Exact(35)),
            json!({"page": 1, "limit": 20, "total": 35, "totalPages": 2, "hasNext": true, "hasPrev": false, "nextCursor": "there"})
        );
        assert_eq!(page(2, 15, false, Total::Exact(35)).get("nextCursor"), None);
    }

    #[test]
    fn a_page_that_ended_at_the_budget_is_followed_although_it_is_empty() {
        assert_eq!(
            page(1, 0, true, Total::Capped(0)),
            json!({
                "page": 1, "limit": 20, "total": 0, "totalCapped": true, "totalPages": 0,
                "hasNext": true, "hasPrev": false, "nextCursor": "there",
            })
        );
    }

    #[test]
    fn a_capped_total_stays_at_its_cap_on_the_last_page_that_numbers_reach() {
        let last = page(50, 20, true, Total::Capped(1_000));
        assert_eq!(
            last,
            json!({
                "page": 50, "limit": 20, "total": 1000, "totalCapped": true, "totalPages": 50,
                "hasNext": true, "hasPrev": true, "nextCursor": "there",
            })
        );
    }
}
