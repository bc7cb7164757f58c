//! `meta.pagination`.

use serde::Serialize;

/// A page's position in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Pagination {
    /// A numbered page.
    #[serde(rename_all = "camelCase")]
    Page {
        /// Number of this page, from 1.
        page: u32,
        /// Rows per page.
        limit: u32,
        /// Rows in the list.
        total: u64,
        /// Whether counting stopped at `total`.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        total_capped: bool,
        /// Pages in the list.
        total_pages: u64,
        /// Whether there is a next page.
        has_next: bool,
        /// Whether there is a previous page.
        has_prev: bool,
        /// Where the next page starts, at any depth.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    },
    /// A page found by a cursor.
    #[serde(rename_all = "camelCase")]
    Cursor {
        /// Rows per page.
        limit: u32,
        /// Whether there is a next page.
        has_next: bool,
        /// Where the next page starts.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    },
}

impl Pagination {
    /// A page found by a cursor. `next_cursor` is where the next page starts, if there is one.
    pub fn cursor(limit: u32, next_cursor: Option<String>) -> Self {
        Self::Cursor { limit, has_next: next_cursor.is_some(), next_cursor }
    }

    /// A numbered page. `rows` is how many rows it holds, `more` whether any follow. `total` may come from a count that
    /// lags behind the list; it is corrected by what the page shows.
    pub fn page(page: u32, limit: u32, rows: usize, more: bool, total: u64) -> Self {
        let before = u64::from(page.saturating_sub(1)) * u64::from(limit);
        let seen = if rows == 0 { 0 } else { before + rows as u64 + u64::from(more) };
        let total = if more {
            total.max(seen)
        } else if rows > 0 {
            seen
        } else {
            total.min(before)
        };
        Self::Page {
            page,
            limit,
            total,
            total_capped: false,
            total_pages: total.div_ceil(u64::from(limit.max(1))),
            has_next: more,
            has_prev: page > 1 && total > 0,
            next_cursor: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Pagination;

    fn page(page: u32, rows: usize, more: bool, total: u64) -> serde_json::Value {
        serde_json::to_value(Pagination::page(page, 10, rows, more, total)).unwrap()
    }

    #[test]
    fn a_page_in_the_middle() {
        assert_eq!(
            page(2, 10, true, 35),
            json!({"page": 2, "limit": 10, "total": 35, "totalPages": 4, "hasNext": true, "hasPrev": true})
        );
    }

    #[test]
    fn rows_that_were_seen_win_over_a_count_that_trails() {
        assert_eq!(page(1, 3, false, 2)["total"], 3);
        assert_eq!(page(1, 10, true, 0)["total"], 11);
        assert_eq!(page(1, 3, false, 5)["total"], 3);
    }

    #[test]
    fn an_empty_list_has_no_pages() {
        assert_eq!(
            page(1, 0, false, 0),
            json!({"page": 1, "limit": 10, "total": 0, "totalPages": 0, "hasNext": false, "hasPrev": false})
        );
    }

    #[test]
    fn a_page_past_the_end_knows_the_total() {
        assert_eq!(
            page(4, 0, false, 12),
            json!({"page": 4, "limit": 10, "total": 12, "totalPages": 2, "hasNext": false, "hasPrev": true})
        );
    }

    #[test]
    fn only_a_later_page_of_a_list_with_rows_has_a_page_before_it() {
        assert_eq!(page(1, 10, true, 35)["hasPrev"], false);
        assert_eq!(page(2, 10, true, 35)["hasPrev"], true);
        assert_eq!(page(3, 0, false, 0)["hasPrev"], false);
    }

    #[test]
    fn a_cursor_page_has_no_numbers() {
        let page = |next: Option<&str>| serde_json::to_value(Pagination::cursor(20, next.map(str::to_owned))).unwrap();
        assert_eq!(page(None), json!({"limit": 20, "hasNext": false}));
        assert_eq!(page(Some("c")), json!({"limit": 20, "hasNext": true, "nextCursor": "c"}));
    }
}
