//! What the lists of products share: the parameters, and the page.

mod ids;

use envelope::decode::{CursorParameter, Limit, PageNumber, Problem, QueryFields};
use envelope::{Code, Failure, Pagination, Reply};
use tables::Cursor;

use self::ids::Ids;
use crate::domain::filter::{Filter, PriceRange, SearchParameter};
use crate::domain::product::Product;
use crate::domain::sale_state::Shown;
use crate::domain::sort::Sort;
use crate::domain::text::CategoryParameter;
use crate::store::{Catalogue, Total};

/// What a request asks of a list of products.
pub(super) enum ListRequest {
    /// One page of it.
    Page(PageRequest),
    /// The products with these ids, of those that the list shows.
    Ids(Ids, Shown),
}

/// One page of a list of products.
pub(super) struct PageRequest {
    filter: Filter,
    sort: Sort,
    start: Start,
    /// Rows on the page.
    limit: u32,
}

/// Where the page starts.
enum Start {
    Page(PageNumber),
    Cursor(String),
}

impl ListRequest {
    /// Reads the parameters that every list has.
    pub(super) fn decode(query: &mut QueryFields, shown: Shown) -> Option<Self> {
        let page = query.optional::<PageNumber>("page");
        let limit = query.optional::<Limit>("limit");
        let cursor = query.optional::<CursorParameter>("cursor");
        let category = query.optional("category");
        let min_price = query.optional("minPrice");
        let max_price = query.optional("maxPrice");
        let search = query.optional("search");
        let sort = query.optional("sort");
        let ids = query.optional::<Ids>("ids");
        if let Some(Some(ids)) = ids {
            let is_alone = matches!((&page, &limit, &cursor), (Some(None), Some(None), Some(None)))
                && matches!(
                    (&category, &min_price, &max_price, &search, &sort),
                    (Some(None), Some(None), Some(None), Some(None), Some(None))
                );
            if !is_alone {
                query.add("ids", "CONFLICT", "stands in place of a page and of filters, not beside one");
                return None;
            }
            return Some(Self::Ids(ids, shown));
        }
        ids?;
        let sort = sort?.unwrap_or_default();
        let (page, limit, cursor) = (page?, limit?.unwrap_or_default().get(), cursor?.unwrap_or_default().into_text());
        let (CategoryParameter(category), min_price, max_price) =
            (category?.unwrap_or(CategoryParameter(None)), min_price?, max_price?);
        let start = match (page, cursor) {
            // Clients made from the description may send its first page beside a cursor.
            (Some(page), Some(_)) if page != PageNumber::default() => {
                query.add("cursor", "CONFLICT", "stands in place of a page, not beside one");
                return None;
            }
            (_, Some(cursor)) => Start::Cursor(cursor),
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
        Some(Self::Page(PageRequest { filter: Filter { shown, category, prices, search }, sort, start, limit }))
    }

    /// The answer.
    ///
    /// # Errors
    /// As [`PageRequest::page`].
    pub(super) async fn page(self, catalogue: &Catalogue) -> Result<Reply, Failure> {
        match self {
            Self::Page(request) => request.page(catalogue).await,
            Self::Ids(ids, shown) => ids.page(shown, catalogue).await,
        }
    }
}

impl PageRequest {
    /// The page.
    ///
    /// # Errors
    /// 400 for a cursor of another list, or a page that the budget of one request does not reach; [`tables::StoreError`].
    async fn page(self, catalogue: &Catalogue) -> Result<Reply, Failure> {
        let Self { filter, sort, start, limit } = self;
        let list_name = filter.list_name();
        let list_name: Vec<&str> = sort.list_name().into_iter().chain(list_name.iter().map(String::as_str)).collect();
        let encode = |next: Option<String>| next.map(|position| Cursor::new([position]).encode(&list_name));
        let (products, pagination) = match start {
            Start::Page(number) => {
                let number = number.get();
                let skip = (number - 1) * limit;
                let (page, total) = catalogue.page(&filter, sort, skip as usize, limit as usize).await?;
                if skip > 0 && page.products.is_empty() && page.next.is_some() {
                    return Err(out_of_budget(encode(page.next)));
                }
                (page.products, numbered_page(number, limit, page.rows, encode(page.next), total))
            }
            Start::Cursor(cursor) => {
                let [position] = Cursor::<1>::decode(&list_name, &cursor)?.into_keys();
                let page = catalogue.after(&filter, sort, &position, limit as usize).await?;
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
