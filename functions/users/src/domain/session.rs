//! Sessions: what a login begins, each access token belongs to, and a logout ends.

use envelope::{Identity, Role, timestamp};
use identity::NewToken;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::refresh_token::{BeginError, RefreshToken, TokenChain};
use crate::domain::user::User;

/// How long a session lasts without its refresh token being used, in seconds.
pub const IDLE_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long a session lasts at most, in seconds.
pub const LIFE_SECONDS: u64 = 90 * 24 * 60 * 60;
/// How much of the client's `User-Agent` is kept, in characters.
const USER_AGENT_CHARACTERS: usize = 256;

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Id of the user.
    pub user_id: String,
    /// Id of the session: a UUIDv7, so ids sort by time.
    pub session_id: String,
    /// The user's [`Account::session_generation`] when the login read the user.
    pub generation: u64,
    /// When the session began: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// When tokens of the session were last made.
    pub last_used_at: String,
    /// The client's IP address at the login.
    pub source_ip: String,
    /// The client's `User-Agent` at the login, cut to 256 characters; empty if it sent none.
    pub user_agent: String,
    /// Its refresh tokens.
    #[serde(flatten)]
    pub chain: TokenChain,
    /// When it ends however often it is used, in seconds since the epoch.
    pub ends_at: u64,
    /// When it ends if it is not used again, in seconds since the epoch. DynamoDB deletes it some time later.
    pub expires_at: u64,
}

/// As much of a user as decides whether a session counts, and what its tokens say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Id of the user.
    pub id: String,
    /// Email address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// What the user may do now.
    pub role: Role,
    /// How often all the user's sessions were ended. Sessions of an earlier generation are over.
    #[serde(default)]
    pub session_generation: u64,
    /// Id of the session that the latest change of the generation left alone.
    #[serde(default)]
    pub kept_session: Option<String>,
}

/// Where a client logs in from.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Its IP address, as the gateway saw it.
    pub source_ip: &'a str,
    /// Its `User-Agent`.
    pub user_agent: Option<&'a str>,
}

impl Session {
    /// A new session of a user, as the login read them, and its first refresh token.
    ///
    /// # Errors
    /// [`BeginError`]
    pub fn begin(user: &User, client: Client<'_>) -> Result<(Self, RefreshToken), BeginError> {
        let (seconds, now) = (timestamp::epoch_seconds(), timestamp::now());
        let (chain, first) = TokenChain::begin(timestamp::epoch_milliseconds())?;
        let session_id = Uuid::now_v7();
        let token = RefreshToken::of(user.id.parse()?, session_id, user.email.as_str(), first);
        let session = Self {
            user_id: user.id.clone(),
            session_id: session_id.to_string(),
            generation: user.session_generation,
            created_at: now.clone(),
            last_used_at: now,
            source_ip: client.source_ip.to_owned(),
            user_agent: client.user_agent.unwrap_or_default().chars().take(USER_AGENT_CHARACTERS).collect(),
            chain,
            ends_at: seconds + LIFE_SECONDS,
            expires_at: seconds + IDLE_SECONDS,
        };
        Ok((session, token))
    }

    /// Whether the session counts at `now`, in seconds since the epoch: its time is not over, and nothing has ended it.
    ///
    /// Ending all sessions of a user is one write of the user, after which their items have an older generation. A login
    /// that read the user before that write and puts its session after it is over too.
    pub fn counts(&self, account: &Account, now: u64) -> bool {
        let is_kept = account.kept_session.as_ref() == Some(&self.session_id);
        self.expires_at > now
            && account.id == self.user_id
            && (self.generation == account.session_generation || is_kept)
    }

    /// How long a token of the session is valid that is made at `now`: as long as others, and not beyond the session.
    pub fn token_lifetime(&self, longest: u64, now: u64) -> u64 {
        longest.min(self.expires_at.saturating_sub(now))
    }

    /// When the session expires if its tokens are made at `now`, in seconds since the epoch.
    pub fn expiry(&self, now: u64) -> u64 {
        self.ends_at.min(now + IDLE_SECONDS)
    }
}

impl Account {
    /// The claims of a token that is issued to the user now, valid for `lifetime` seconds.
    pub fn token<'a>(&'a self, session_id: &'a str, lifetime: u64) -> NewToken<'a> {
        NewToken {
            id: &self.id,
            email: &self.email,
            name: &self.name,
            role: self.role,
            session_id,
            lifetime,
            now: timestamp::epoch_seconds(),
        }
    }

    /// The identity of the user now, for as long as the token says that proved it.
    pub fn identity(self, token: &Identity) -> Identity {
        Identity { id: self.id, email: self.email, name: self.name, role: self.role, ..token.clone() }
    }
}
