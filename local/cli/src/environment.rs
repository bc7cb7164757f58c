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

use local_template::{Api, System};
use serde_json::json;

use crate::engine::Engine;
use crate::error::Error;
use crate::runner::access_key_id;

/// Variables by name, by the engine's name for the function.
pub type Environments = BTreeMap<String, BTreeMap<String, String>>;

/// The path of an API's public keys by convention: a JWK Set (RFC 7517, section 5).
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// The environment of each function. `services` is where the AWS services are, `api` where the engine serves the API.
pub fn environments(system: &System, engine: Engine, services: &str, api: &str) -> Environments {
    let mut all = Environments::new();
    for (logical_id, function) in &system.functions {
        let mut variables = function.environment.clone();
        // By its key the services know the function, and by that its role.
        let key = access_key_id(logical_id);
        let aws = [
            ("AWS_ENDPOINT_URL", services),
            ("AWS_REGION", &system.region),
            ("AWS_DEFAULT_REGION", &system.region),
            ("AWS_ACCESS_KEY_ID", &key),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        variables.extend(aws.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if !engine.has_authorizers()
            && let Some(described) = &system.api
            && has_public_keys(described)
            && is_behind_authorizer(described, logical_id)
        {
            variables.insert("JWKS_URL".to_owned(), format!("{}{JWKS_PATH}", api.trim_end_matches('/')));
        }
        all.insert(engine.name_of(logical_id, function), variables);
    }
    all
}

/// Whether an authorizer is in front of one of a function's routes. Where the engine calls none, the function has to do
/// its work, and verifies tokens by the API's public keys.
fn is_behind_authorizer(api: &Api, logical_id: &str) -> bool {
    api.routes.iter().any(|route| route.function == logical_id && route.authorizer.is_some())
}

/// Whether the API publishes the keys that verify its tokens.
fn has_public_keys(api: &Api) -> bool {
    api.routes.iter().any(|route| route.method == "GET" && route.path == JWKS_PATH)
}

/// The files for the engine.
pub struct Files {
    /// The variables of each function.
    pub environment: PathBuf,
    /// A cargo configuration that makes `cargo run` start functions with those variables.
    pub cargo_config: PathBuf,
}

/// Writes the files, readable by this user only: variables may hold secrets.
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
