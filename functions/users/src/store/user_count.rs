//! How many users there are.

use tables::KeptCount;

/// The count of users in the table that `COUNTS_TABLE` names.
///
/// # Errors
/// [`aws::ConfigError`]
pub fn user_count() -> Result<KeptCount, aws::ConfigError> {
    Ok(KeptCount::new(tables::client()?, aws::required("COUNTS_TABLE")?, "users"))
}
