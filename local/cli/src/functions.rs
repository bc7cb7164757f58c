//! Deploys the template's functions, and swaps those whose executable has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use local_lambda::{FunctionSpec, Lambda};
use local_template::System;

use crate::builder::Executables;
use crate::error::Error;

/// The functions of a system, and the build that each of them runs.
pub struct Functions {
    system: System,
    lambda: Lambda,
    /// The folder for builds that run while cargo makes newer ones; `None` runs them where cargo puts them.
    folder: Option<PathBuf>,
    deployed: BTreeMap<String, Deployed>,
}

/// A deployed function.
struct Deployed {
    build: Build,
    executable: PathBuf,
    before: Option<PathBuf>,
}

/// Identifies a build of a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Build {
    modified: SystemTime,
    bytes: u64,
}

impl Functions {
    pub fn new(system: System, lambda: Lambda, folder: Option<PathBuf>) -> Result<Self, Error> {
        if let Some(folder) = &folder {
            // Builds of an earlier run, which no process runs any more.
            let _ = fs::remove_dir_all(folder);
            local_private_files::create_folder(folder)?;
        }
        Ok(Self { system, lambda, folder, deployed: BTreeMap::new() })
    }

    /// Deploys all functions that were deployed to another stack of functions, whose place it takes.
    ///
    /// # Errors
    /// An executable is not there any more.
    pub fn move_to(&mut self, lambda: Lambda) -> Result<(), Error> {
        self.lambda = lambda;
        for (logical_id, Deployed { executable, .. }) in &self.deployed {
            if let Some(function) = self.system.functions.get(logical_id) {
                self.lambda.deploy(FunctionSpec::new(logical_id, function, executable))?;
            }
        }
        Ok(())
    }

    /// Deploys each function that has a new build, and returns their names.
    ///
    /// # Errors
    /// A function has no executable, or it can't be read.
    pub fn deploy(&mut self, executables: &Executables) -> Result<Vec<String>, Error> {
        let mut changed = Vec::new();
        for (logical_id, function) in &self.system.functions {
            let Some(executable) = executables.get(&function.binary) else {
                return Err(Error::NoBinary(function.binary.clone()));
            };
            let build = build_of(executable)?;
            if self.deployed.get(logical_id).is_some_and(|deployed| deployed.build == build) {
                continue;
            }
            let kept = match &self.folder {
                Some(folder) => keep(executable, folder, &build)?,
                None => executable.clone(),
            };
            self.lambda.deploy(FunctionSpec::new(logical_id, function, &kept))?;
            let old = self.deployed.remove(logical_id);
            let mut before = None;
            if let Some(Deployed { executable, before: outdated, .. }) = old {
                before = Some(executable);
                if let (Some(outdated), Some(_)) = (outdated, &self.folder) {
                    let _ = fs::remove_file(outdated);
                }
            }
            self.deployed.insert(logical_id.clone(), Deployed { build, executable: kept, before });
            changed.push(function.name.clone());
        }
        Ok(changed)
    }
}

fn build_of(executable: &Path) -> Result<Build, Error> {
    let failed = |cause| Error::File { path: executable.to_owned(), cause };
    let metadata = fs::metadata(executable).map_err(failed)?;
    Ok(Build { modified: metadata.modified().map_err(failed)?, bytes: metadata.len() })
}

/// Links or copies an executable into `folder`, where cargo's next build does not replace it.
fn keep(executable: &Path, folder: &Path, build: &Build) -> Result<PathBuf, Error> {
    let name = executable.file_name().unwrap_or_default().to_string_lossy();
    let stamp = build.modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let kept = folder.join(format!("{name}-{stamp}"));
    if kept.exists() {
        return Ok(kept);
    }
    // A link shares its mode with the file. Where that is another user's, who alone may change it, a copy is made instead.
    let linked = fs::hard_link(executable, &kept).is_ok() && local_private_files::restrict(&kept).is_ok();
    if !linked {
        let _ = fs::remove_file(&kept);
        fs::copy(executable, &kept).map_err(|cause| Error::File { path: kept.clone(), cause })?;
        local_private_files::restrict(&kept)?;
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_kept_build_is_its_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let (executable, folder) = (home.path().join("program"), home.path().join("bin"));
        fs::write(&executable, "").unwrap();
        fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
        local_private_files::create_folder(&folder).unwrap();
        let kept = keep(&executable, &folder, &build_of(&executable).unwrap()).unwrap();
        assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o7777, 0o700);
    }
}
