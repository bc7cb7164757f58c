//! DynamoDB: the tables of users, of failed logins and of counts.

mod logins;
mod user_count;
mod user_list;
mod users;

pub use logins::Logins;
pub use user_count::user_count;
pub use user_list::UserList;
pub use users::{InsertError, Users};
