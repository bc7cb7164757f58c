//! The write that gives a user another password.

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use tables::{FailedCondition, StoreError, key, number, string};

use super::Logins;
use crate::domain::password_hash::PasswordHash;
use crate::domain::user::User;
use crate::store::parse;

impl Logins {
    /// Gives the user, as they were read, another password and ends all their sessions but the kept one, as a part of a
    /// transaction. They must still have the password of before, so of two changes at once one is made. A login with the old
    /// password that puts its session later has one of an earlier generation, which is over. If the condition does not
    /// hold, the failure has the user's item, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn change_password(
        &self,
        user: &User,
        hash: &PasswordHash,
        kept_session: &str,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.users)
            .set_key(Some(key([("email", user.email.as_str())])))
            .update_expression(
                "SET passwordHash = :hash, keptSession = :session, \
                 sessionGeneration = if_not_exists(sessionGeneration, :zero) + :one",
            )
            .condition_expression("id = :id AND passwordHash = :old")
            .expression_attribute_values(":hash", string(hash.as_str()))
            .expression_attribute_values(":session", string(kept_session))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":id", string(&user.id))
            .expression_attribute_values(":old", string(user.password_hash.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

/// The user's item of a [change](Logins::change_password) whose condition did not hold, if there is one.
///
/// # Errors
/// [`StoreError`]
pub fn stored_user(failed: Vec<FailedCondition>) -> Result<Option<User>, StoreError> {
    parse(failed.into_iter().find_map(|failed| failed.item))
}
