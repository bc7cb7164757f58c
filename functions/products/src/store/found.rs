//! What a search for products found within its budget.

/// Positions of products in a list. (By time, these are their ids.)
#[derive(Debug)]
pub(super) struct Found {
    /// In the list's order: every match, or more than were asked for, or as many as the budget allowed.
    pub positions: Vec<String>,
    /// The last position that was examined, if the budget ran out there: more may follow it.
    pub stopped_at: Option<String>,
}

impl Found {
    /// What no budget cut short.
    pub fn complete(positions: Vec<String>) -> Self {
        Self { positions, stopped_at: None }
    }

    /// What was found in several lists of this direction. Where one of them stopped, nothing is known of what follows: all
    /// lists then end there.
    pub fn merge(is_descending: bool, lists: Vec<Self>) -> Self {
        let stopped_at = lists.iter().filter_map(|list| list.stopped_at.clone());
        let stopped_at = if is_descending { stopped_at.max() } else { stopped_at.min() };
        let mut positions: Vec<String> = lists.into_iter().flat_map(|list| list.positions).collect();
        positions.sort_unstable();
        if is_descending {
            positions.reverse();
        }
        if let Some(stopped_at) = &stopped_at {
            positions.retain(|at| if is_descending { at >= stopped_at } else { at <= stopped_at });
        }
        // A product that goes from one list to another may be seen in both.
        positions.dedup();
        Self { positions, stopped_at }
    }
}

#[cfg(test)]
mod tests {
    use super::Found;

    fn found(ids: &[&str], stopped_at: Option<&str>) -> Found {
        Found { positions: ids.iter().map(|id| (*id).to_owned()).collect(), stopped_at: stopped_at.map(str::to_owned) }
    }

    #[test]
    fn lists_are_merged_newest_first_as_far_as_all_of_them_were_read() {
        for (lists, ids, stopped_at) in [
            (vec![found(&["5", "3"], None), found(&["4", "1"], None)], &["5", "4", "3", "1"][..], None),
            (vec![found(&["5", "3"], Some("3")), found(&["4", "1"], None)], &["5", "4", "3"], Some("3")),
            (vec![found(&["5"], Some("2")), found(&["4", "3"], Some("3"))], &["5", "4", "3"], Some("3")),
            (vec![found(&[], Some("6")), found(&["4", "3"], None)], &[], Some("6")),
            (vec![found(&["5", "3"], None), found(&["5", "4"], None)], &["5", "4", "3"], None),
        ] {
            let merged = Found::merge(true, lists);
            assert_eq!(
                (&merged.positions[..], merged.stopped_at.as_deref()),
                (&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()[..], stopped_at)
            );
        }
    }
}
