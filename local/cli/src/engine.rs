//! The programs that can run the functions in place of this one.

use clap::ValueEnum;
use local_template::Function;

/// A program that runs Lambda functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// `cargo lambda watch`, which names functions after their binaries
    CargoLambda,
    /// `sam local start-lambda`, which names them by their logical ids
    Sam,
}

impl Engine {
    /// The engine's name for a function.
    pub fn name_of(self, logical_id: &str, function: &Function) -> String {
        match self {
            Self::CargoLambda => function.binary.clone(),
            Self::Sam => logical_id.to_owned(),
        }
    }

    /// Whether the engine calls a route's authorizer before its function.
    pub fn has_authorizers(self) -> bool {
        self == Self::Sam
    }

    /// The address of the engine's Invoke API, unless it was started with other options.
    pub fn default_endpoint(self) -> &'static str {
        match self {
            Self::CargoLambda => "http://127.0.0.1:9000",
            Self::Sam => "http://127.0.0.1:3001",
        }
    }
}
