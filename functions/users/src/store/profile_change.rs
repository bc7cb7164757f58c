//! Changing a user's profile as a part of a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use tables::{Item, StoreError, action, string};

use super::Users;
use crate::domain::user::{Profile, ProfileChange};

impl Users {
    /// The change of a profile that was read, as a part of a transaction, on condition that the profile is still the same;
    /// `None` if nothing is to be changed.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn planned_change(
        &self,
        before: &Profile,
        change: &ProfileChange,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(mut update) = self.setting(before.email.as_str(), change)? else { return Ok(None) };
        let mut conditions = vec!["id = :id", "#name = :nameBefore", "#role = :role"];
        conditions.push(match before.email_verified {
            true => "emailVerified = :verified",
            // Users of earlier versions don't have the attribute.
            false => "(attribute_not_exists(emailVerified) OR emailVerified = :verified)",
        });
        conditions.push(match &before.mail {
            Some(mail) => {
                let mail = serde_dynamo::to_attribute_value(mail)?;
                update = update.expression_attribute_values(":mailBefore", mail);
                "#mail = :mailBefore"
            }
            None => "attribute_not_exists(#mail)",
        });
        let update: Update = update
            .condition_expression(conditions.join(" AND "))
            .expression_attribute_names("#name", "name")
            .expression_attribute_names("#role", "role")
            .expression_attribute_names("#mail", "mail")
            .expression_attribute_values(":id", string(&before.id))
            .expression_attribute_values(":nameBefore", string(before.name.as_str()))
            .expression_attribute_values(":role", string(before.role.as_str()))
            .expression_attribute_values(":verified", AttributeValue::Bool(before.email_verified))
            .build()?;
        Ok(Some(action(update)))
    }

    /// The update that makes a change, without its condition; `None` if nothing is to be changed.
    fn setting(&self, email: &str, change: &ProfileChange) -> Result<Option<UpdateBuilder>, StoreError> {
        let update = Update::builder().table_name(self.table()).key("email", string(email));
        let Some(Setting { expression, names, values }) = Setting::of(change)? else { return Ok(None) };
        let update = update.update_expression(expression).set_expression_attribute_names(Some(names));
        Ok(Some(update.set_expression_attribute_values(Some(values))))
    }
}

/// What sets the attributes of a change.
pub(super) struct Setting {
    /// The update expression.
    pub(super) expression: String,
    /// The names in it.
    pub(super) names: HashMap<String, String>,
    /// The values in it.
    pub(super) values: Item,
}

impl Setting {
    /// `None` if nothing is to be changed.
    pub(super) fn of(change: &ProfileChange) -> Result<Option<Self>, StoreError> {
        let (mut sets, mut names, mut values) = (Vec::new(), HashMap::new(), Item::new());
        if let Some(name) = &change.name {
            sets.push("#name = :name");
            names.insert("#name".to_owned(), "name".to_owned());
            values.insert(":name".to_owned(), string(name.as_str()));
        }
        if let Some(mail) = &change.mail {
            sets.push("#mail = :mail");
            names.insert("#mail".to_owned(), "mail".to_owned());
            values.insert(":mail".to_owned(), serde_dynamo::to_attribute_value(mail)?);
        }
        let expression = format!("SET {}", sets.join(", "));
        Ok((!sets.is_empty()).then_some(Self { expression, names, values }))
    }
}
