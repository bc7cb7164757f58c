//! The table of `docs/identity.md` that compares the shop with OWASP's ASVS 5.0.

use std::collections::BTreeMap;
use std::fs;

use crate::workspace;

/// How many requirements each section has, of levels 1 and 2: they come first in each.
const REQUIREMENTS: [(&str, u32); 15] = [
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("9.1", 3),
    ("9.2", 4),
];

#[test]
fn every_requirement_of_levels_1_and_2_is_judged_once() {
    let text = fs::read_to_string(workspace().join("docs/identity.md")).unwrap();
    let mut judged = BTreeMap::new();
    for line in
        text.lines().filter(|line| line.starts_with("| 6.") || line.starts_with("| 7.") || line.starts_with("| 9."))
    {
        let [_, what, level, state, how, _] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}");
        };
        let (number, _) = what.split_once(' ').unwrap_or_else(|| panic!("what it asks for: {line}"));
        assert!(["1", "2"].contains(&level), "{line}");
        let says_why = match state {
            "met" | "client's" | "none here" => true,
            "partly" | "not met" => !how.is_empty(),
            _ => false,
        };
        assert!(says_why, "met, partly, not met (and why), client's or none here: {line}");
        assert_eq!(judged.insert(number.to_owned(), state), None, "twice: {line}");
    }
    let asked = REQUIREMENTS.iter().flat_map(|(section, last)| (1..=*last).map(move |one| format!("{section}.{one}")));
    assert!(judged.keys().eq(asked.collect::<std::collections::BTreeSet<_>>().iter()), "{:?}", judged.keys());
}
