//! People who use the shop.

use serde_json::{Value, json};

use crate::stack::Stack;
use crate::unique::unique;

/// Everyone's password.
const PASSWORD: &str = "correct horse battery";
/// bcrypt's own hash of it.
const OLD_HASH: &str = "$2b$12$abcdefghijklmnopqrstuuE3j5FFjC71WyDL2KIK7ShSoj8tPD3m6";

/// Someone with an account, or about to have one.
#[derive(Debug, Clone)]
pub struct Person {
    /// Nobody else's, in this run of the tests and any other.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their name.
    pub name: String,
    /// Their id, once they have registered.
    pub id: String,
    /// Their latest access token.
    pub token: String,
    /// Their latest refresh token.
    pub refresh_token: String,
}

impl Person {
    /// Someone who has not registered.
    pub fn new(name: &str) -> Self {
        let email = format!("{}@example.com", unique(&name.to_lowercase()));
        let (id, token, refresh_token) = (String::new(), String::new(), String::new());
        Self { email, password: PASSWORD.to_owned(), name: name.to_owned(), id, token, refresh_token }
    }

    /// Someone with an account of before.
    pub(crate) fn known(login: &Login) -> Self {
        let Login { email, password } = login.clone();
        Self { email, password, ..Self::new("Known") }
    }

    /// Remembers who they are and their tokens, from what a registration or a login answered.
    fn is_told(&mut self, data: &Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.id = text(&data["user"]["id"]);
        self.token = text(&data["token"]);
        self.refresh_token = text(&data["refreshToken"]);
    }

    /// The body of their registration.
    pub fn registration(&self) -> Value {
        json!({"email": self.email, "password": self.password, "name": self.name})
    }

    /// The body of their login.
    pub fn credentials(&self) -> Value {
        json!({"email": self.email, "password": self.password})
    }

    /// The body of a login with a wrong password.
    pub fn wrong_guess(&self) -> Value {
        json!({"email": self.email, "password": "incorrect horse"})
    }
}

/// An email and a password.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Stack {
    /// Registers someone.
    pub async fn customer(&self, name: &str) -> Person {
        let mut person = Person::new(name);
        let answer = self.post("/api/users/register").json(person.registration()).send().await;
        assert_eq!(answer.status, 201, "{answer}");
        person.is_told(answer.data());
        person
    }

    /// Registers someone, makes them an admin and logs them in as such; logs in as the admin this place has, where
    /// nobody can be made one.
    pub async fn admin(&self) -> Person {
        let mut person = match self.remote() {
            Some(remote) if remote.aws.is_none() => {
                let admin = remote.admin.as_ref();
                Person::known(admin.expect("without AWS_ENDPOINT_URL, ADMIN_EMAIL and ADMIN_PASSWORD name an admin"))
            }
            _ => {
                let person = self.customer("Admin").await;
                self.grant(&person.id, "admin").await;
                person
            }
        };
        self.log_in(&mut person).await;
        person
    }

    /// Gives them a hash of their password as earlier versions made it: bcrypt's own.
    pub async fn give_old_hash(&self, person: &Person) {
        let update = json!({
            "TableName": "UsersTable", "Key": {"email": {"S": person.email}}, "UpdateExpression": "SET passwordHash = :old",
            "ConditionExpression": "attribute_exists(email)", "ExpressionAttributeValues": {":old": {"S": OLD_HASH}},
        });
        let answer = self.aws("DynamoDB_20120810.UpdateItem", update).send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// Takes away that someone is known where they registered or logged in.
    pub async fn forget_source(&self, person: &Person) {
        for known in self.items("KnownSourcesTable").await.iter().filter(|known| known["email"] == person.email) {
            let key = json!({"email": {"S": known["email"]}, "source": {"S": known["source"]}});
            let delete = json!({"TableName": "KnownSourcesTable", "Key": key});
            let answer = self.aws("DynamoDB_20120810.DeleteItem", delete).send().await;
            assert_eq!(answer.status, 200, "{answer}");
        }
    }

    /// Logs someone in.
    pub async fn log_in(&self, person: &mut Person) {
        let answer = self.post("/api/users/login").json(person.credentials()).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        person.is_told(answer.data());
    }

    /// Gives someone a role from their next login on, as an operator does.
    pub async fn grant(&self, id: &str, role: &str) {
        let function = self.names().map_or("GrantRoleFunction", |names| &names.grant_role);
        self.invoke(function, json!({"id": id, "role": role})).await;
    }
}
