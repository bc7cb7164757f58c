//! Changing a profile in the version that `If-Match` names.

use aws::retry::RetryBudget;
use envelope::{EntityTag, IfMatch};
use tables::StoreError;

use super::{IS_USER, Updated, Users, updated};
use crate::domain::user::{Profile, ProfileChange};

/// The attributes of a profile that can change.
const CHANGEABLE: [&str; 4] = ["name", "role", "emailVerified", "mail"];

/// Why a profile was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The profile is in another version than the condition demands.
    #[error("the profile is in version {0}")]
    Outdated(EntityTag),
    /// The profile has no JSON to make a version of.
    #[error("a profile without JSON")]
    Json(#[from] serde_json::Error),
    /// The call failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Users {
    /// Changes a user's profile if it is in a version that the condition names; `None` if the user is gone. The write is
    /// conditional on what was read.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub async fn change_version(
        &self,
        id: &str,
        email: &str,
        change: &ProfileChange,
        condition: &IfMatch,
        mut retries: RetryBudget,
    ) -> Result<Option<Profile>, ChangeError> {
        let mut is_sent = false;
        loop {
            let Some(item) = self.item(email).await? else { return Ok(None) };
            let profile: Profile = serde_dynamo::from_item(item.clone()).map_err(StoreError::from)?;
            if profile.id != id {
                return Ok(None);
            }
            // A write whose response was lost is sent again, and refused because it was made.
            if is_sent && change.is_made(&profile) {
                return Ok(Some(profile));
            }
            let version = EntityTag::of_data(&profile)?;
            if !condition.holds(&version) {
                return Err(ChangeError::Outdated(version));
            }
            let mut update = self.changing(id, email, change)?;
            let mut conditions = vec![IS_USER.to_owned()];
            for attribute in CHANGEABLE {
                let (name, value) = (format!("#seen_{attribute}"), format!(":seen_{attribute}"));
                update = update.expression_attribute_names(&name, attribute);
                match item.get(attribute) {
                    Some(seen) => {
                        conditions.push(format!("{name} = {value}"));
                        update = update.expression_attribute_values(value, seen.clone());
                    }
                    None => conditions.push(format!("attribute_not_exists({name})")),
                }
            }
            let update = update.condition_expression(conditions.join(" AND "));
            if let Updated::Done(profile) = updated(update).await? {
                return Ok(Some(profile));
            }
            is_sent = true;
            retries.pause().await.map_err(StoreError::from)?;
        }
    }
}
