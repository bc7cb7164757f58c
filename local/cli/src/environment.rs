//! The environment of functions that another program runs: the template's variables, and the address of the services.
//!
//! It is written to a file. `sam local` takes the file as `--env-vars`; `cargo lambda watch` starts functions with
//! `cargo run`, which is configured to start them through [`run`].

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_secretsmanager::SecretsManager;
use local_template::{Function, System};
use serde_json::json;

use crate::engine::Engine;
use crate::error::Error;
use crate::runner::access_key_id;

/// Variables by name, by the engine's name for the function.
pub type Environments = BTreeMap<String, BTreeMap<String, String>>;

/// The environment of each function. `url` is where the AWS services are.
///
/// # Errors
/// A secret can't be read.
pub async fn environments(
    system: &System,
    engine: Engine,
    url: &str,
    secrets: &SecretsManager,
) -> Result<Environments, Error> {
    let mut all = Environments::new();
    for (logical_id, function) in &system.functions {
        let mut variables = function.environment.clone();
        // By its key the services know the function, and by that its role.
        let key = access_key_id(logical_id);
        let services = [
            ("AWS_ENDPOINT_URL", url),
            ("AWS_REGION", &system.region),
            ("AWS_DEFAULT_REGION", &system.region),
            ("AWS_ACCESS_KEY_ID", &key),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        variables.extend(services.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if let Some(authorizer) = authorizer(system, logical_id).filter(|_| !engine.has_authorizers()) {
            variables.extend(secret_values(system, authorizer, secrets).await?);
        }
        all.insert(engine.name_of(logical_id, function), variables);
    }
    Ok(all)
}

/// The authorizer in front of a function's routes.
fn authorizer<'a>(system: &'a System, logical_id: &str) -> Option<&'a Function> {
    let api = system.api.as_ref()?;
    let route = api.routes.iter().find(|route| route.function == logical_id && route.authorizer.is_some())?;
    let authorizer = api.authorizers.get(route.authorizer.as_ref()?)?;
    system.functions.get(&authorizer.function)
}

/// The secrets of an authorizer, by value. Where no authorizer is called, the functions behind it have to do its work
/// and need what it verifies with. For each of its variables `NAME_ARN` that holds the ARN of a secret, `NAME` is the
/// secret's current value and `NAME_VERSION` the id of that version.
async fn secret_values(
    system: &System,
    authorizer: &Function,
    secrets: &SecretsManager,
) -> Result<Vec<(String, String)>, Error> {
    let mut values = Vec::new();
    for (variable, arn) in &authorizer.environment {
        let Some(name) = variable.strip_suffix("_ARN") else { continue };
        if system.secrets.values().any(|secret| secret.arn == *arn) {
            let (version, value) = secrets.current(arn).await?;
            values.extend([(format!("{name}_VERSION"), version), (name.to_owned(), value)]);
        }
    }
    Ok(values)
}

/// The files for the engine.
pub struct Files {
    /// The variables of each function.
    pub environment: PathBuf,
    /// A cargo configuration that makes `cargo run` start functions with those variables.
    pub cargo_config: PathBuf,
}

/// Writes the files, readable by this user only: they may hold secrets.
pub fn write(environments: &Environments, folder: &Path) -> Result<Files, Error> {
    let files = Files { environment: folder.join("environment.json"), cargo_config: folder.join("cargo.toml") };
    let own = std::env::current_exe().map_err(Error::Start)?;
    // JSON's strings and lists are TOML's.
    let runner = json!([own, "run-function", files.environment]);
    let config = format!(
        "# Starts functions with the environment of `cargo local --only backends`.\n[target.'cfg(all())']\nrunner = {runner}\n"
    );
    for (path, text) in [(&files.environment, format!("{:#}", json!(environments))), (&files.cargo_config, config)] {
        let replaced = replace(path, &text);
        replaced.map_err(|cause| Error::File { path: path.clone(), cause })?;
    }
    Ok(files)
}

/// Replaces a file at once: readers find the old text or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

/// Whether a function keeps a variable of the environment it is started in. The rest is the developer's own, and no
/// function may depend on it.
fn is_kept(name: &str) -> bool {
    // `lambda_runtime` warns of this one.
    let lambdas = name.starts_with("AWS_LAMBDA_") && name != "AWS_LAMBDA_MAX_CONCURRENCY";
    lambdas || ["PATH", "RUST_BACKTRACE"].contains(&name)
}

/// Replaces this process by the function, with the variables that `file` has for its name.
///
/// # Errors
/// The file can't be read or does not know the function, or the function can't be executed.
pub fn run(file: &Path, executable: &Path) -> Result<(), Error> {
    let unreadable = |cause| Error::File { path: file.to_owned(), cause };
    let text = fs::read(file).map_err(unreadable)?;
    let mut all: Environments = serde_json::from_slice(&text).map_err(|error| unreadable(error.into()))?;
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(variables) = all.remove(&name) else {
        return Err(Error::NoEnvironment { file: file.to_owned(), name });
    };
    let kept = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_kept));
    let cause = Command::new(executable).env_clear().envs(kept).envs(variables).exec();
    Err(Error::Execute { executable: executable.to_owned(), cause })
}

#[cfg(test)]
mod tests;
