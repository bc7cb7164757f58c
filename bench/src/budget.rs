//! The upper limits of counted figures (`bench/budget.yaml`), and the comparison with them.

mod check;
mod report;

/// All that has to be measured: the template's functions and routes.
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
use crate::world::TOOLS;

pub use report::Report;

/// The limits, as `bench/budget.yaml` has them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    functions: Functions,
    endpoints: BTreeMap<String, Endpoint>,
    /// The limits of each `GET` that is not in `endpoints`.
    other_gets: Endpoint,
    /// CPU time of an order after many others, as a multiple of that after few.
    growth: f64,
    /// Sizes of the catalogue that have to be among those compared.
    scale: BTreeSet<u64>,
}

/// The limits of each function.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Functions {
    bytes: OfProfile,
    zip_bytes: OfProfile,
    peak_bytes: f64,
    /// CPU time until the first response, as a multiple of `hello`'s.
    first_response: f64,
    /// Factor on `firstResponse`: allowance for noise.
    room_for_noise: f64,
    /// Binaries compared by their init alone.
    by_init: BTreeSet<String>,
}

/// A limit of what a profile builds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfProfile {
    release: f64,
    optimized: f64,
}

impl OfProfile {
    /// The limit of what was built with a profile, or lies in a folder of its name. What is deployed has no other name.
    fn of(self, profile: &str) -> f64 {
        if profile.ends_with(TOOLS) { self.optimized } else { self.release }
    }
}

/// The limits of one request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoint {
    round_trips: f64,
    read_units: f64,
    write_units: f64,
}

impl Budget {
    /// Reads `bench/budget.yaml`.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let path = root.join("bench/budget.yaml");
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        serde_saphyr::from_str(&text).map_err(|error| Error::file(path)(std::io::Error::other(error.to_string())))
    }
}
