//! What counted figures may be at most, and whether they are.

mod check;
mod report;

/// What the template has, and so has to be measured.
#[derive(Debug, Default)]
pub struct Expected<'a> {
    /// The names of all functions' binaries.
    pub binaries: BTreeSet<&'a str>,
    /// All routes: `GET /api/products/{id}`.
    pub routes: BTreeSet<String>,
}

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

pub use report::Report;

/// `bench/budget.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    functions: Functions,
    endpoints: BTreeMap<String, Endpoint>,
    /// Of each `GET` that is not named among `endpoints`.
    other_gets: Endpoint,
    /// Sizes of the catalogue that have to be among those compared.
    scale: BTreeSet<u64>,
}

/// Of each function of the template.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Functions {
    bytes: f64,
    zip_bytes: f64,
    peak_bytes: f64,
    /// CPU time until the first answer, in times that of `hello`.
    first_response: f64,
    /// A factor on that.
    room_for_noise: f64,
    /// Judged by their init alone.
    by_init: BTreeSet<String>,
}

/// Of one request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoint {
    round_trips: f64,
    read_units: f64,
    write_units: f64,
}

impl Budget {
    /// Reads it.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join("bench/budget.yaml");
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        serde_saphyr::from_str(&text).map_err(|error| Error::file(path)(std::io::Error::other(error.to_string())))
    }
}
