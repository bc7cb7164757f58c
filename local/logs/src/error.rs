//! Why a request is refused.

/// An error of the CloudWatch Logs API. CloudWatch Logs API Reference: "Common errors" and those of each action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No log group has the name.
    #[error("The specified log group does not exist.")]
    NoGroup,
    /// The log group has no stream of the name.
    #[error("The specified log stream does not exist.")]
    NoStream,
    /// A parameter has a value that the action does not take.
    #[error("{0}")]
    InvalidParameter(String),
    /// The body is not the JSON that the action reads.
    #[error("{0}")]
    Serialization(String),
    /// There is no such action here.
    #[error(
        "{0} of CloudWatch Logs is not emulated on one machine; DescribeLogGroups, DescribeLogStreams, FilterLogEvents and GetLogEvents are"
    )]
    UnknownOperation(String),
}

impl Error {
    /// The error's name in the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoGroup | Self::NoStream => "ResourceNotFoundException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::Serialization(_) => "SerializationException",
            Self::UnknownOperation(_) => "UnknownOperationException",
        }
    }
}
