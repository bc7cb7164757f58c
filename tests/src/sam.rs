//! The Python that has SAM's transform: the one that the SAM CLI is installed in.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A Python that has `samtranslator`, where that of the `sam` on the path is not meant.
const PYTHON: &str = "SAM_PYTHON";

/// A Python that can import `samtranslator`: the one that `SAM_PYTHON` names, else the one beside `sam` on the path.
pub fn sam_python() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find).clone()
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os(PYTHON).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let beside = std::env::split_paths(&path).find_map(|folder| {
        // Its folder may only have a link to it.
        let sam = folder.join("sam").canonicalize().ok()?;
        Some(sam.parent()?.join("python"))
    });
    named.or(beside).filter(|python| {
        let mut has = Command::new(python);
        has.args(["-c", "import samtranslator"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        has.status().is_ok_and(|status| status.success())
    })
}
