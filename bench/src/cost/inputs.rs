//! What costs are computed from.

use local_template::System;

use super::lambda::{Taken, Work};
use super::prices::Prices;
use crate::error::Error;
use crate::figures::Figures;

/// Everything that costs are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub figures: &'a Figures,
    pub system: &'a System,
    pub prices: &'a Prices,
}

impl Inputs<'_> {
    /// An invocation of a function that waits so long, at its memory setting.
    pub fn work(&self, binary: &str, wait_ms: f64) -> Result<Work, Error> {
        let function = self.figures.functions.iter().find(|function| function.name == binary && !function.reference);
        let deployed = self.system.functions.values().find(|function| function.binary == binary);
        match (function.and_then(Taken::of), deployed) {
            (Some(taken), Some(deployed)) => Ok(Work {
                taken,
                memory: deployed.memory_mb,
                wait_ms,
                reads_secret: deployed.environment.contains_key("JWT_SECRET_ARN"),
            }),
            _ => Err(missing(binary)),
        }
    }
}

fn missing(what: &str) -> Error {
    Error::Answer { who: "the figures".to_owned(), answer: format!("nothing of {what}") }
}
