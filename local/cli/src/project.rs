//! What is to be run: a template, the system it describes, and the workspace that has its functions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use local_iam::Iam;
use local_template::{Function, Problem, System};

use crate::arguments::Run;
use crate::console;
use crate::error::Error;
use crate::workspace::Workspace;

/// A template and its workspace.
pub struct Project {
    /// The cargo workspace of the functions.
    pub workspace: Workspace,
    /// The template's path.
    pub template: PathBuf,
    /// What the template describes.
    pub system: System,
    /// What the template's roles allow.
    pub iam: Iam,
}

impl Project {
    /// Reads the template that `--template` names, or else `template.yaml` of the current folder's workspace.
    ///
    /// # Errors
    /// There is no workspace, or the template has something that can't be emulated.
    pub async fn read(run: &Run) -> Result<Self, Error> {
        let workspace = Workspace::of(run.template.as_deref().and_then(cargo_folder)).await?;
        let template = run.template.clone().unwrap_or_else(|| workspace.root.join("template.yaml"));
        let system = System::read(&template, &run.parameter_overrides.iter().cloned().collect())?;
        for warning in &system.warnings {
            console::warn(&warning.to_string());
        }
        for unlogged in local_iam::unlogged(&system) {
            console::warn(&format!("{}:{}: {unlogged}", template.display(), unlogged.line));
        }
        let iam = Iam::new(&system)?;
        Ok(Self { workspace, template, system, iam })
    }

    /// The cargo binaries that the functions run.
    pub fn binaries(&self) -> BTreeSet<String> {
        self.system.functions.values().map(|function| function.binary.clone()).collect()
    }

    /// Checks that the workspace has the functions' binaries, as far as names tell.
    ///
    /// # Errors
    /// Each function whose binary it does not have.
    pub fn check_binaries(&self) -> Result<(), Error> {
        let missing = self.system.functions.iter().filter(|(_, function)| !self.workspace.has_target(&function.binary));
        let problems: Vec<Problem> = missing
            .map(|(id, Function { line, binary, .. })| Problem {
                file: self.template.display().to_string(),
                line: *line,
                place: format!("{id}.Metadata.BuildProperties.Binary"),
                message: format!("`{binary}` is not a cargo binary of the workspace {}", self.workspace.root.display()),
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(local_template::Error::Refused(problems).into()) }
    }

    /// The file `name` in the template's folder.
    pub fn beside_template(&self, name: &str) -> PathBuf {
        self.template.with_file_name(name)
    }
}

/// The folder of a template that lies in a cargo workspace; a template elsewhere goes with the current folder's.
fn cargo_folder(template: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(template).ok()?.parent()?.to_owned();
    let has_manifest = folder.ancestors().any(|folder| folder.join("Cargo.toml").is_file());
    has_manifest.then_some(folder)
}
