//! Where an engine is known not to do what AWS's documents say. A difference that vanishes fails its case, as a new one does.

use crate::dynalite::DYNALITE;

/// What is known of an engine.
pub struct Known {
    /// Operations that it doesn't have. A case that needs one is ignored, and shows why.
    pub lacks: &'static [&'static str],
    pub differences: &'static [Difference],
}

/// A case that is answered otherwise there.
pub struct Difference {
    /// The case's name.
    pub case: &'static str,
    /// JSON: the members of the outcome that differ, as they are there.
    pub instead: &'static str,
    /// Shown where the case fails.
    pub reason: &'static str,
}

/// Of this crate; `docs/local.md` names it.
pub static OURS: Known = Known {
    lacks: &[],
    differences: &[
        Difference {
            case: "a removal, of a missing item",
            instead: REMOVAL_CREATES,
            reason: "dynoxide creates the item whatever the update is",
        },
        Difference {
            case: "an index key of 2049 bytes",
            instead: r#"{"error": null}"#,
            reason: "dynoxide looks for the length of the table's own key only",
        },
        Difference {
            case: "a number twice, in a list of ScanFilter",
            instead: r#"{"error": null}"#,
            reason: "dynoxide looks at a value of ScanFilter that is a set itself only",
        },
    ],
};

/// An update that only removes makes an item that is nothing but its key.
pub const REMOVAL_CREATES: &str = r#"{"answer": {"Attributes": {"id": {"S": "a"}}}, "things": [{"id": {"S": "a"}}]}"#;

/// Of any other engine.
static NOTHING: Known = Known { lacks: &[], differences: &[] };

/// The variable that says which engine `DYNAMODB_ENDPOINT_URL` leads to, where something is known of it.
const ENGINE: &str = "DYNAMODB_ENGINE";

/// What is known of the engine that the environment names.
///
/// # Panics
/// Nothing is.
pub fn of_other() -> &'static Known {
    match std::env::var(ENGINE).as_deref() {
        Ok("dynalite") => &DYNALITE,
        Ok(other) if !other.is_empty() => panic!("{ENGINE}: nothing is known of {other}"),
        _ => &NOTHING,
    }
}
