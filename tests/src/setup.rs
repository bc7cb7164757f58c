//! How a stack is started.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use crate::folder::Folder;
use crate::stack::Stack;

/// The workspace's root.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Limits that no test meets by chance: all tests of a stack come from one source, many at once.
const NO_LIMITS: [&str; 9] = [
    "FailedLoginsPerSource=99999",
    "RegistrationsPerSource=99999",
    "ResetRequestsPerSource=99999",
    "PasswordRateLimit=100000",
    "PasswordBurstLimit=100000",
    "HealthRateLimit=100000",
    "HealthBurstLimit=100000",
    "TokenRateLimit=100000",
    "TokenBurstLimit=100000",
];

/// Options of a stack. By default it is empty and made from the workspace's template, with limits that no test meets.
#[derive(Debug, Default)]
pub struct Setup {
    parameters: Vec<String>,
    template: Option<String>,
    demo: bool,
    cargo: Option<PathBuf>,
}

impl Setup {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter of the template.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.push(format!("{name}={value}"));
        self
    }

    /// Replaces a text of the template.
    ///
    /// # Panics
    /// The template has no such text.
    #[must_use]
    pub fn replacing(mut self, text: &str, by: &str) -> Self {
        let template = self.template.unwrap_or_else(|| fs::read_to_string(workspace().join("template.yaml")).unwrap());
        assert!(template.contains(text), "the template has no {text:?}");
        self.template = Some(template.replace(text, by));
        self
    }

    /// Triples the timeouts of routes and functions, for many password hashes at once on a busy machine.
    #[must_use]
    pub fn patient(self) -> Self {
        self.replacing("TimeoutInMillis: 9000", "TimeoutInMillis: 29000")
            .replacing("    Timeout: 10\n", "    Timeout: 30\n")
    }

    /// With the demo admin and catalogue.
    #[must_use]
    pub fn demo(mut self) -> Self {
        self.demo = true;
        self
    }

    /// Builds the functions with this program instead of cargo, and again when sources change.
    #[must_use]
    pub fn watching(mut self, cargo: PathBuf) -> Self {
        self.cargo = Some(cargo);
        self
    }

    /// Starts it and waits until it is ready.
    pub async fn start(self) -> Stack {
        Stack::with(self).await
    }

    /// The shop of this place, for tests that leave each other alone: everyone's at `BASE_URL`, else a stack started
    /// like this.
    pub async fn shop(self) -> Stack {
        Stack::of_this_place(self).await
    }

    pub(crate) fn cargo(&self) -> Option<&Path> {
        self.cargo.as_deref()
    }

    /// The arguments of `local`.
    pub(crate) fn arguments(&self, folder: &Folder) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["--stop-on-stdin-close", "--port", "0", "--data-dir"].map(Into::into).into();
        arguments.push(folder.path().into());
        if self.cargo.is_none() {
            arguments.extend(["--no-build".into(), "--no-watch".into()]);
        }
        if !self.demo {
            arguments.push("--no-demo".into());
        }
        let mut template = workspace().join("template.yaml");
        if let Some(text) = &self.template {
            template = folder.path().join("template.yaml");
            fs::write(&template, text).unwrap();
        }
        arguments.extend(["--template".into(), template.into()]);
        // The last value of a parameter counts.
        arguments.push("--parameter-overrides".into());
        arguments.extend(NO_LIMITS.map(Into::into));
        arguments.extend(self.parameters.iter().map(Into::into));
        arguments
    }
}
