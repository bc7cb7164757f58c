use std::collections::HashMap;

use contracts::export::ExportPage;
use serde_json::value::to_raw_value;

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

/// Services with so many pages of this many items of about 100 bytes each.
struct Fake {
    pages: HashMap<&'static str, usize>,
    items: usize,
}

impl Pages for Fake {
    async fn page(&self, section: Section, cursor: Option<String>, _: Duration) -> Result<ExportPage, Failure> {
        let page: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let item = |item| to_raw_value(&format!("{:0100}", page * self.items + item)).unwrap();
        let Some(&pages) = self.pages.get(section.name()) else {
            return Ok(ExportPage { items: Vec::new(), next_cursor: None });
        };
        let next_cursor = (page + 1 < pages).then(|| (page + 1).to_string());
        Ok(ExportPage { items: (0..self.items).map(item).collect(), next_cursor })
    }
}

fn fake(orders: usize, notifications: usize, items: usize) -> Fake {
    Fake { pages: [("orders", orders), ("notifications", notifications)].into(), items }
}

/// All parts of an export.
async fn all(fake: &Fake, mut start: (Option<Section>, Option<String>), time_left: Duration) -> Vec<Exported> {
    let mut parts = Vec::new();
    loop {
        let mut part = Exported::default();
        let next = fill(fake, &mut part, start, || time_left).await.unwrap();
        assert!(serde_json::to_vec(&part).unwrap().len() < 4_500_000);
        parts.push(part);
        let Some(next) = next else { return parts };
        let [section, cursor] = next.into_keys();
        start = (Section::of(&section), (cursor != START).then_some(cursor));
    }
}

/// The number of orders and of notifications in each part, from the orders on.
async fn parts(fake: &Fake, time_left: Duration) -> Vec<(usize, usize)> {
    let parts = all(fake, (Some(Section::Orders), None), time_left).await;
    parts.iter().map(|part| (part.orders.len(), part.notifications.len())).collect()
}

#[tokio::test]
async fn sections_of_this_service_go_on_in_the_next_part_too() {
    let fake = Fake { pages: [("sessions", 5), ("knownSources", 1), ("orders", 1)].into(), items: 10_000 };
    let parts = all(&fake, (Some(Section::Sessions), None), HOUR).await;
    let of = |name| parts.iter().map(|part| part.kept.get(name).map_or(0, Vec::len)).collect::<Vec<_>>();
    assert_eq!(of("sessions"), [20_000, 20_000, 10_000, 0]);
    assert_eq!(of("knownSources"), [0, 0, 10_000, 0]);
    assert_eq!(parts.iter().map(|part| part.orders.len()).sum::<usize>(), 10_000);
    let first = serde_json::to_value(&parts[0]).unwrap();
    assert_eq!(first.as_object().unwrap().keys().collect::<Vec<_>>(), ["sessions", "orders", "notifications"]);
    let little = all(&Fake { pages: [].into(), items: 1 }, (Some(Section::Sessions), None), HOUR).await;
    assert_eq!(
        little[0].kept.keys().copied().collect::<Vec<_>>(),
        ["failedLogins", "knownSources", "mails", "sessions"]
    );
}

#[tokio::test]
async fn what_is_little_is_one_part() {
    assert_eq!(parts(&fake(2, 1, 10), HOUR).await, [(20, 10)]);
}

#[tokio::test]
async fn what_does_not_fit_into_one_response_comes_in_parts_without_a_gap() {
    // Ten pages of 1 MB and three: a part ends when it has over 2 MB.
    let parts = parts(&fake(10, 3, 10_000), HOUR).await;
    assert_eq!(parts.iter().map(|part| part.0).sum::<usize>(), 100_000);
    assert_eq!(parts.iter().map(|part| part.1).sum::<usize>(), 30_000);
    assert!((5..=7).contains(&parts.len()), "{parts:?}");
}

#[tokio::test]
async fn a_part_ends_when_its_time_is_over_and_has_a_page_at_least() {
    let parts = parts(&fake(2, 1, 10), Duration::from_secs(1)).await;
    assert_eq!(parts, [(10, 0), (10, 0), (0, 10)]);
}
