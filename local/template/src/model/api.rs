//! A REST API: its routes, their authorizers, and the answers of its own.

use std::collections::BTreeMap;
use std::time::Duration;

/// A REST API (`AWS::Serverless::Api`).
#[derive(Debug, Clone)]
pub struct Api {
    /// Its logical id, used as the API id.
    pub id: String,
    /// `StageName`.
    pub stage: String,
    /// One for each `Api` event of a function, in the template's order.
    pub routes: Vec<Route>,
    /// `Auth.Authorizers` by name.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// `Cors`: answers `OPTIONS` on every path.
    pub cors: Option<Cors>,
    /// `GatewayResponses` by response type (`UNAUTHORIZED`, `DEFAULT_4XX`, …).
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// `BinaryMediaTypes`.
    pub binary_media_types: Vec<String>,
    /// The throttling in `MethodSettings`.
    pub throttling: Throttling,
}

/// How many requests each method of an API takes. Every method has a bucket of its own, whichever setting it has it from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Throttling {
    /// For each method without a setting of its own; `None` is without limit.
    pub all: Option<Throttle>,
    /// For single methods, by path and HTTP method.
    pub methods: BTreeMap<(String, String), Throttle>,
}

/// `ThrottlingRateLimit` and `ThrottlingBurstLimit` of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Steady requests a second.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
}

/// One method of one path.
#[derive(Debug, Clone)]
pub struct Route {
    /// `GET`, `POST`, …, or `ANY`.
    pub method: String,
    /// `/things/{id}`; `{name+}` is greedy.
    pub path: String,
    /// Logical id of the function it calls.
    pub function: String,
    /// Name of the authorizer that guards it.
    pub authorizer: Option<String>,
    /// `TimeoutInMillis`, 29 s by default.
    pub timeout: Duration,
}

/// A Lambda `TOKEN` authorizer.
#[derive(Debug, Clone)]
pub struct Authorizer {
    /// Logical id of its function.
    pub function: String,
    /// `Identity.Header`, `Authorization` by default.
    pub header: String,
    /// `Identity.ValidationExpression`, as written: a token it does not match entirely is refused without a call.
    pub validation: Option<String>,
    /// `Identity.ReauthorizeEvery`; zero switches the cache off. 300 s by default.
    pub ttl: Duration,
}

/// `Cors` of an API, each value as the header says it (SAM's inner single quotes taken off).
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: String,
    /// `Access-Control-Allow-Methods`; `None`: those of the path (SAM's default).
    pub allow_methods: Option<String>,
    /// `Access-Control-Allow-Headers`.
    pub allow_headers: Option<String>,
    /// `Access-Control-Max-Age`.
    pub max_age: Option<String>,
    /// `Access-Control-Allow-Credentials`.
    pub allow_credentials: bool,
}

/// How the gateway words an answer of its own.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponse {
    /// `StatusCode`; `None` keeps the type's default.
    pub status: Option<u16>,
    /// `ResponseParameters.Headers` in order.
    pub headers: Vec<(String, Parameter)>,
    /// `ResponseTemplates` by media type: text with `$context.…` variables.
    pub templates: BTreeMap<String, String>,
}

/// The value of a mapped response header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// `'text'`.
    Literal(String),
    /// `context.requestId`: the part after `context.`.
    Context(String),
    /// `method.request.header.Origin`: the header's name.
    RequestHeader(String),
}
