//! `GET /api/products`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, FromQuery, Limit, PageNumber, Problem, QueryFields};
use envelope::{Call, Code, Endpoint, Failure, InitError, Pagination, Reply, serve};
use tables::Cursor;

use crate::SERVICE;
use crate::domain::filter::{Filter, PriceRange, SearchParameter};
use crate::domain::product::Product;
use crate::domain::text::CategoryParameter;
use crate::store::{Catalogue, Total};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListProducts>(SERVICE)
}

struct ListProducts {
    catalogue: Catalogue,
}

struct Request {
    filter: Filter,
    start: Start,
    /// Rows on the page.
    limit: u32,
}

/// Where the page starts.
enum Start {
    Page(PageNumber),
    Cursor(String),
}

/// A cursor that is not decoded yet: decoding needs the list's name.
struct CursorParameter(String);

impl FromQuery for CursorParameter {
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
        let min_price = query.optional("minPrice");
        let max_price = query.optional("maxPrice");
        let search = query.optional("search");
        let (page, limit, cursor) = (page?, limit?.unwrap_or_default().get(), cursor?);
        let (CategoryParameter(category), min_price, max_price) =
            (category?.unwrap_or(CategoryParameter(None)), min_price?, max_price?);
        let start = match (page, cursor) {
            (Some(_), Some(CursorParameter(_))) => {
                query.add("cursor", "CONFLICT", "stands in place of a page, not beside one");
                return None;
            }
            (None, Some(CursorParameter(cursor))) => Start::Cursor(cursor),
            (page, None) => Start::Page(page.unwrap_or_default()),
        };
        if let Start::Page(page) = start
            && !page.is_in_reach(limit)
        {
            query.add(
                "page",
                "OUT_OF_RANGE",
                format!("pages reach {} products; go on with nextCursor as cursor", PageNumber::REACH),
            );
            return None;
        }
        if let (Some(min), Some(max)) = (min_price, max_price)
            && min > max
        {
            query.add("minPrice", "OUT_OF_RANGE", "must not be above maxPrice");
            return None;
        }
        let SearchParameter(search) = search?.unwrap_or(SearchParameter(None));
        let prices = PriceRange::between(min_price, max_price);
        Some(Self { filter: Filter { category, prices, search }, start, limit })
    }
}

impl Endpoint for ListProducts {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { catalogue: Catalogue::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Request { filter, start, limit } = call.query()?;
        let list_name = filter.list_name();
        let list_name: Vec<&str> = list_name.iter().map(String::as_str).collect();
        let encode = |next: Option<String>| next.map(|id| Cursor::new([id]).encode(&list_name));
        let (products, pagination) = match start {
            Start::Page(number) => {
                let number = number.get();
                let skip = (number - 1) * limit;
                let (page, total) = self.catalogue.page(&filter, skip as usize, limit as usize).await?;
                if page.products.is_empty() && page.next.is_some() {
                    return Err(out_of_budget(encode(page.next)));
                }
                (page.products, numbered_page(number, limit, page.rows, encode(page.next), total))
            }
            Start::Cursor(cursor) => {
                let [id] = Cursor::<1>::decode(&list_name, &cursor)?.into_keys();
                let page = self.catalogue.after(&filter, &id, limit as usize).await?;
                let next_cursor = encode(page.next);
                (page.products, Pagination::Cursor { limit, has_next: next_cursor.is_some(), next_cursor })
            }
        };
        let products: Vec<_> = products.iter().map(Product::view).collect();
        Reply::paginated("Products retrieved successfully", products, pagination)
    }
}

/// The error for a page that the budget of one request does not reach, though products may be on it.
fn out_of_budget(cursor: Option<String>) -> Failure {
    let problem = Problem {
        field: "page".to_owned(),
        code: "OUT_OF_RANGE",
        message: "is too far back for one request with these filters; go on with the cursor in details".to_owned(),
    };
    Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail("cursor", cursor).detail("fields", [problem])
}

/// The pagination of a numbered page. `rows` counts the rows of the list on it, also those whose product no longer
/// matches and is left out.
fn numbered_page(number: u32, limit: u32, rows: usize, next: Option<String>, total: Total) -> Pagination {
    let mut pagination = Pagination::page(number, limit, rows, next.is_some(), total.count());
    if let Pagination::Page { total: shown, total_capped, total_pages, next_cursor, .. } = &mut pagination {
        *next_cursor = next;
        if let Total::AtLeast(count) = total {
            (*shown, *total_capped, *total_pages) = (count, true, count.div_ceil(u64::from(limit)));
        }
    }
    pagination
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn page(page: u32, rows: usize, next: bool, total: Total) -> Value {
        let next = next.then(|| "there".to_owned());
        serde_json::to_value(numbered_page(page, 20, rows, next, total)).unwrap()
    }

    #[test]
    fn a_page_with_a_successor_has_its_cursor() {
        assert_eq!(
            page(1, 20, true, Total::Exact(35)),
            json!({"page": 1, "limit": 20, "total": 35, "totalPages": 2, "hasNext": true, "hasPrev": false, "nextCursor": "there"})
        );
        assert_eq!(page(2, 15, false, Total::Exact(35)).get("nextCursor"), None);
    }

    #[test]
    fn a_page_out_of_budget_is_refused_with_the_reason_and_a_cursor() {
        let failure = out_of_budget(Some("there".to_owned()));
        assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Validation failed"));
        let message = "is too far back for one request with these filters; go on with the cursor in details";
        assert_eq!(
            Value::Object(failure.details().clone()),
            json!({"cursor": "there", "fields": [{"field": "page", "code": "OUT_OF_RANGE", "message": message}]})
        );
    }

    #[test]
    fn a_capped_total_stays_at_its_cap_on_the_last_page_that_numbers_reach() {
        let last = page(50, 20, true, Total::AtLeast(1_000));
        assert_eq!(
            last,
            json!({
                "page": 50, "limit": 20, "total": 1000, "totalCapped": true, "totalPages": 50,
                "hasNext": true, "hasPrev": true, "nextCursor": "there",
            })
        );
    }
}
