//! DynamoDB: the users' table, the login attempts' and the count's.

mod attempts;
mod logins;
mod user_list;
mod users;

pub use attempts::{Attempts, Verdict};
pub use logins::Logins;
pub use user_list::UserList;
pub use users::{InsertError, Users};

use tables::KeptCount;

/// The count of users.
///
/// # Errors
/// [`aws::ConfigError`] if the environment names no table for it.
pub fn kept_count() -> Result<KeptCount, aws::ConfigError> {
    Ok(KeptCount::new(tables::client()?, aws::required("COUNTS_TABLE")?, "users"))
}
