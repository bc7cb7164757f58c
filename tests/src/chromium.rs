//! The browser of the console's tests, and the rules of accessibility it is held against.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Whether Chromium's WebDriver is installed; Debian's needs Chromium.
pub(crate) fn has_chromium() -> bool {
    let asked = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// axe-core's file, which `AXE_CORE` names.
pub fn axe_core() -> Option<PathBuf> {
    std::env::var_os("AXE_CORE").map(PathBuf::from).filter(|file| file.is_file())
}
