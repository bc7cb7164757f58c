//! The place the tests run against: `cargo local`, one for each test that wants its own, or the one shop at `BASE_URL`.
//!
//! Most tests need nothing but the shop and run everywhere. A test that needs more says so (`#[needs(OwnStack)]`) and is
//! ignored, with the reason, where that is missing.

use std::sync::OnceLock;

use crate::address::Address;
use crate::chromium::{axe_core, has_chromium};
use crate::sam::sam_python;
use crate::users::Login;

/// A thing that only some places have, and that a test may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// A stack of the test's own: empty, started with its own setup, counted, made to fail, looked into, killed.
    OwnStack,
    /// The gateway reads URLs as AWS's does, and answers in the envelope as the template's `GatewayResponses` say.
    Gateway,
    /// The template's authorizer asks for a token's session and user.
    Authorizer,
    /// Preflights say what the template's `Cors` says.
    Preflight,
    /// Malformed HTTP and oversized requests are refused as `cargo local` refuses them.
    Edge,
    /// Many calls at once, of hashed passwords too, are all answered in time.
    Crowd,
    /// The AWS services under the shop can be called: its secret is read, its queues are written to.
    AwsApi,
    /// SAM's transform can be run. CI has to have it: there such a test fails without it.
    SamTransform,
    /// The AWS CLI can be run. CI has to have it too.
    AwsCli,
    /// Chromium can be driven, and axe-core is there. CI has to have them.
    Browser,
}

impl Ability {
    /// Why a test that needs this is ignored.
    pub(crate) fn missing(self) -> &'static str {
        match self {
            Self::OwnStack => "BASE_URL names a running shop, so a test can't have a stack of its own",
            Self::Gateway => "this gateway reads URLs and words its errors in its own way",
            Self::Authorizer => "no authorizer runs here, and functions verify tokens alone",
            Self::Preflight => "this gateway answers preflights in its own way",
            Self::Edge => "this gateway answers malformed HTTP in its own way",
            Self::Crowd => "this machine is too small for so many calls at once",
            Self::AwsApi => "AWS_ENDPOINT_URL is not set, so the AWS services under the shop can't be called",
            Self::Browser => {
                "no Chromium with axe-core: install chromium and chromium-driver, and name axe.min.js with AXE_CORE"
            }
            Self::SamTransform => "no Python with samtranslator: install the SAM CLI, or name one with SAM_PYTHON",
            Self::AwsCli => "no AWS CLI on the PATH",
        }
    }
}

/// The kinds of places that `PLACE` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A `cargo local` that runs already.
    CargoLocal,
    /// AWS itself.
    Aws,
    /// LocalStack, or an engine that serves the same APIs.
    LocalStack,
    /// `cargo lambda watch` beside `cargo local --only backends`.
    CargoLambda,
    /// `sam local start-api` beside the same.
    SamLocal,
}

impl Kind {
    fn read(name: &str) -> Result<Self, String> {
        Ok(match name {
            "cargo-local" => Self::CargoLocal,
            "aws" => Self::Aws,
            "localstack" => Self::LocalStack,
            "cargo-lambda" => Self::CargoLambda,
            "sam-local" => Self::SamLocal,
            _ => return Err(format!("PLACE={name}: it is cargo-local, aws, localstack, cargo-lambda or sam-local")),
        })
    }

    fn has(self, ability: Ability) -> bool {
        match ability {
            Ability::OwnStack => false,
            Ability::Gateway | Ability::Preflight => matches!(self, Self::CargoLocal | Self::Aws),
            Ability::Authorizer => self != Self::CargoLambda,
            // On a machine of a developer's, some would be the gateway's timeouts.
            Ability::Crowd => self == Self::Aws,
            Ability::Edge => self == Self::CargoLocal,
            Ability::AwsApi | Ability::SamTransform | Ability::AwsCli | Ability::Browser => true,
        }
    }

    /// Whether the AWS side is that of `cargo local`, with its controls under `/_local/`.
    fn has_local_backends(self) -> bool {
        matches!(self, Self::CargoLocal | Self::CargoLambda | Self::SamLocal)
    }
}

/// Where the tests run.
#[derive(Debug)]
pub struct Place {
    /// The running shop; none where each test may start a stack.
    remote: Option<Remote>,
}

/// A shop that runs already, and the services beside it.
#[derive(Debug)]
pub(crate) struct Remote {
    kind: Kind,
    pub(crate) api: Address,
    /// Address of the AWS services under the shop.
    pub(crate) aws: Option<Address>,
    /// Address of `cargo local`'s controls.
    pub(crate) controls: Option<Address>,
    /// The login of an admin.
    pub(crate) admin: Option<Login>,
    /// Names of the deployed secret, function and queue.
    pub(crate) names: Names,
}

impl Remote {
    /// Whether the tables of users and sessions are known, and can be reached.
    pub(crate) fn has_tables(&self) -> bool {
        self.aws.is_some() && self.names.users_table.is_some() && self.names.sessions_table.is_some()
    }
}

/// The names of those resources that tests call through the AWS APIs.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) secret: String,
    pub(crate) grant_role: String,
    pub(crate) notifications_queue: String,
    pub(crate) users_table: Option<String>,
    pub(crate) sessions_table: Option<String>,
}

/// The place that the environment names.
///
/// # Panics
/// The variables contradict each other.
pub fn place() -> &'static Place {
    static PLACE: OnceLock<Result<Place, String>> = OnceLock::new();
    let read = || Place::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    PLACE.get_or_init(read).as_ref().unwrap_or_else(|error| panic!("{error}"))
}

impl Place {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let Some(url) = variable("BASE_URL") else { return Ok(Self { remote: None }) };
        let address = |name| variable(name).map(|url| Address::parse(&url)).transpose();
        let kind = variable("PLACE").map_or(Ok(Kind::Aws), |name| Kind::read(&name))?;
        let aws = address("AWS_ENDPOINT_URL")?;
        let controls = address("CONTROLS_URL")?.or_else(|| aws.clone().filter(|_| kind.has_local_backends()));
        let admin = variable("ADMIN_EMAIL").zip(variable("ADMIN_PASSWORD"));
        // `cargo local` calls everything by its logical id.
        let name = |name, logical: &str| variable(name).unwrap_or_else(|| logical.to_owned());
        let table =
            |name, logical: &str| variable(name).or_else(|| kind.has_local_backends().then(|| logical.to_owned()));
        let names = Names {
            secret: name("JWT_SECRET_ARN", "JwtSecret"),
            grant_role: name("GRANT_ROLE_FUNCTION", "GrantRoleFunction"),
            notifications_queue: name("NOTIFICATIONS_QUEUE_URL", "http://sqs/000000000000/NotificationsQueue"),
            users_table: table("USERS_TABLE", "UsersTable"),
            sessions_table: table("SESSIONS_TABLE", "SessionsTable"),
        };
        let admin = admin.map(|(email, password)| Login { email, password });
        Ok(Self { remote: Some(Remote { kind, api: Address::parse(&url)?, aws, controls, admin, names }) })
    }

    /// Whether this place has it.
    pub fn has(&self, ability: Ability) -> bool {
        let in_ci = || std::env::var_os("CI").is_some_and(|ci| ci == "true");
        match ability {
            Ability::SamTransform => return sam_python().is_some() || in_ci(),
            Ability::AwsCli => return has_aws_cli() || in_ci(),
            Ability::Browser => return (has_chromium() && axe_core().is_some()) || in_ci(),
            _ => {}
        }
        match &self.remote {
            None => true,
            Some(remote) if ability == Ability::AwsApi => remote.aws.is_some(),
            Some(remote) => remote.kind.has(ability),
        }
    }

    pub(crate) fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }
}

/// Whether `aws` is an executable of the PATH.
fn has_aws_cli() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("aws").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Ability; 7] = [
        Ability::OwnStack,
        Ability::Gateway,
        Ability::Authorizer,
        Ability::Preflight,
        Ability::Edge,
        Ability::Crowd,
        Ability::AwsApi,
    ];

    fn with(variables: &[(&str, &str)]) -> Result<Place, String> {
        let found =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Place::read(found)
    }

    /// Without `BASE_URL` no test is ignored for what the place lacks.
    #[test]
    fn a_place_lacks_nothing_where_tests_start_their_own_stacks() {
        let place = with(&[("PLACE", "cargo-lambda"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]).unwrap();
        assert!(ALL.iter().all(|ability| place.has(*ability)));
    }

    #[test]
    fn a_url_alone_is_aws_without_its_services() {
        let place = with(&[("BASE_URL", "https://abc.example.com/prod")]).unwrap();
        let has: Vec<Ability> = ALL.into_iter().filter(|ability| place.has(*ability)).collect();
        assert_eq!(has, [Ability::Gateway, Ability::Authorizer, Ability::Preflight, Ability::Crowd]);
    }

    #[test]
    fn only_local_backends_have_controls() {
        for (kind, controlled) in [("aws", false), ("localstack", false), ("cargo-lambda", true), ("sam-local", true)] {
            let url = "http://127.0.0.1:9000";
            let place = with(&[("BASE_URL", url), ("PLACE", kind), ("AWS_ENDPOINT_URL", url)]).unwrap();
            assert_eq!(place.remote().unwrap().controls.is_some(), controlled, "{kind}");
            assert!(place.has(Ability::AwsApi) && !place.has(Ability::OwnStack), "{kind}");
        }
    }

    #[test]
    fn a_place_nobody_knows_is_an_error() {
        assert!(with(&[("BASE_URL", "http://127.0.0.1:9000"), ("PLACE", "azure")]).unwrap_err().contains("azure"));
        assert!(with(&[("BASE_URL", "here")]).is_err());
    }
}
