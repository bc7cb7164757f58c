//! How large a template may be. CloudFormation: "Understand CloudFormation quotas".

use crate::error::{Mark, Place, Report};
use crate::tree::Node;

/// The longest template, in bytes, and the longest text that one of its functions gives.
pub(crate) const MOST_BYTES: usize = 1_048_576;

/// The most entries of a section.
const MOST_ENTRIES: [(&str, usize); 4] = [("Parameters", 200), ("Mappings", 200), ("Resources", 500), ("Outputs", 200)];

/// Whether a text is no longer than a template may be; noted if it is.
pub(crate) fn fits(text: &str, report: &Report) -> bool {
    let fits = text.len() <= MOST_BYTES;
    if !fits {
        report.note(Mark::of_line(1), &Place::new("template"), "a template has at most 1 MB");
    }
    fits
}

/// Whether no section has more entries than it may; noted if one has.
pub(crate) fn are_kept(root: &Node, report: &Report) -> bool {
    let exceeded = MOST_ENTRIES
        .iter()
        .filter(|(section, most)| root.get(section).and_then(Node::map).is_some_and(|entries| entries.len() > *most));
    let exceeded = exceeded.map(|(section, most)| {
        let message = format!("a template has at most {most} {}", section.to_ascii_lowercase());
        report.note(root.get(section).map_or(root.mark, |node| node.mark), &Place::new(section), message);
    });
    exceeded.count() == 0
}
