//! A user for a test, and their sessions.

use envelope::decode::FromField;
use local_testing::Tables;
use serde_json::json;
use tables::{key, number};

use super::{ActiveSessions, Sessions};
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::refresh_token::RefreshToken;
use crate::domain::session::{Client, Session};
use crate::domain::user::User;

const FROM: Client<'_> = Client { source_ip: "192.0.2.1", user_agent: Some("curl/8") };

/// The template's tables with a user in them, and the store of sessions on them.
pub(super) struct Fixture {
    pub(super) tables: Tables,
    pub(super) sessions: Sessions,
    pub(super) active: ActiveSessions,
    pub(super) ada: User,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let tables = Tables::of_template().await;
        let sessions = || Sessions::new(tables.client(), "SessionsTable");
        let active = ActiveSessions::new(tables.client(), sessions(), "UsersTable");
        let sessions = sessions();
        let email = Email::from_field(&json!("ada@example.com")).unwrap();
        let name = Name::from_field(&json!("Ada")).unwrap();
        let ada = User::register(email, name, serde_json::from_value(json!("$2b$12$hash")).unwrap());
        let fixture = Self { tables, sessions, active, ada };
        fixture.put_user(&fixture.ada).await;
        fixture
    }

    pub(super) async fn put_user(&self, user: &User) {
        let item = serde_dynamo::to_item(user).unwrap();
        self.tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();
    }

    /// Logs in.
    pub(super) async fn begin(&self) -> (Session, RefreshToken) {
        let (session, token) = Session::begin(&self.ada, FROM).unwrap();
        let put = self.sessions.put(&session).unwrap();
        self.tables.client().transact_write_items().transact_items(put).send().await.unwrap();
        (session, token)
    }

    pub(super) async fn counts(&self, session: &Session) -> bool {
        self.active.find(&self.ada.id, &session.session_id, "ada@example.com").await.unwrap().is_some()
    }

    pub(super) async fn refresh(&self, token: &RefreshToken) -> Option<RefreshToken> {
        self.active.refresh(token).await.unwrap().map(|refreshed| refreshed.token)
    }

    /// Sets attributes of the session's item.
    pub(super) async fn set(&self, session: &Session, expression: &str, value: u64) {
        let update = self.tables.client().update_item().table_name("SessionsTable");
        let key = key([("userId", &session.user_id), ("sessionId", &session.session_id)]);
        let update = update.set_key(Some(key)).update_expression(expression);
        update.expression_attribute_values(":v", number(value)).send().await.unwrap();
    }

    /// Lets the token that was used last have been used before the time in which it may be sent again.
    pub(super) async fn eleven_seconds_pass(&self, session: &Session) {
        self.set(session, "SET refreshedAt = refreshedAt - :v", 11_000).await;
    }
}
