//! Where this crate is known not to do what AWS's documents say; `docs/local.md` names it. A difference that vanishes fails its case,
//! as a new one does.

/// A case that is answered otherwise here.
pub struct Difference {
    /// The case's name.
    pub case: &'static str,
    /// JSON: the members of the outcome that differ, as they are here.
    pub instead: &'static str,
    /// Shown where the case fails.
    pub reason: &'static str,
}

pub const DIFFERENCES: &[Difference] = &[Difference {
    case: "an index key of 2049 bytes",
    instead: r#"{"error": null}"#,
    reason: "dynoxide looks for the length of the table's own key only",
}];
