//! Why a template's API can't be served.

/// What is wrong with an API as the template describes it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `AWS::Serverless::Api`.
    #[error("the template has no AWS::Serverless::Api")]
    NoApi,
    /// A path that API Gateway can't have as a resource.
    #[error("{path}: {problem}")]
    Path {
        /// The route's path.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two paths name the same variable segment differently; API Gateway allows one name for it.
    #[error("{path}: another path calls {{{parameter}}} {{{other}}} there")]
    Sibling {
        /// The route's path.
        path: String,
        /// Its name for the variable.
        parameter: String,
        /// The name that another path gave it.
        other: String,
    },
    /// A method that API Gateway does not know.
    #[error("{path}: unknown method {method}")]
    Method {
        /// The route's path.
        path: String,
        /// Its method.
        method: String,
    },
    /// A route is described twice.
    #[error("{method} {path} is described twice")]
    Duplicate {
        /// The route's path.
        path: String,
        /// Its method.
        method: String,
    },
    /// A route or an authorizer names a function that is not in the template.
    #[error("{location}: there is no function {function}")]
    UnknownFunction {
        /// The route or the authorizer.
        location: String,
        /// What it names.
        function: String,
    },
    /// A route names an authorizer that the API does not have.
    #[error("{path}: there is no authorizer {authorizer}")]
    UnknownAuthorizer {
        /// The route's path.
        path: String,
        /// What it names.
        authorizer: String,
    },
    /// `ValidationExpression` is no regular expression.
    #[error("authorizer {authorizer}: ValidationExpression: {source}")]
    Validation {
        /// The authorizer.
        authorizer: String,
        /// What is wrong with it.
        source: regex::Error,
    },
    /// A key of `GatewayResponses` is not a response type.
    #[error("GatewayResponses: unknown response type {0}")]
    UnknownResponseType(String),
    /// A status code that HTTP does not have.
    #[error("GatewayResponses: {response_type}: {status} is not a status code")]
    Status {
        /// The response type.
        response_type: String,
        /// Its `StatusCode`.
        status: u16,
    },
    /// A header's name or value that HTTP can't carry.
    #[error("{location}: {value:?} can't be in a header")]
    Header {
        /// Where it is written.
        location: String,
        /// What is written there.
        value: String,
    },
    /// A rate or burst that no request could pass.
    #[error("MethodSettings: a throttle must allow a rate above 0 and a burst of at least 1")]
    Throttle,
    /// A setting of its own for a method that the API does not have.
    #[error("MethodSettings: there is no {method} {path}")]
    ThrottledNothing {
        /// The method's path.
        path: String,
        /// The method.
        method: String,
    },
}
