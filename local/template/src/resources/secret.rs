//! `AWS::SecretsManager::Secret`.
//!
//! What a generated value is made of: Secrets Manager, "GetRandomPassword".

use crate::error::Place;
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{Secret, SecretValue};
use crate::stack::{Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &["Name", "SecretString", "GenerateSecretString"],
    without_effect: &["Description", "KmsKeyId", "ReplicaRegions", "Tags"],
};

const GENERATE: Accepted = Accepted {
    emulated: &[
        "PasswordLength",
        "ExcludeCharacters",
        "ExcludeLowercase",
        "ExcludeNumbers",
        "ExcludePunctuation",
        "ExcludeUppercase",
        "IncludeSpace",
        "RequireEachIncludedType",
        "GenerateStringKey",
        "SecretStringTemplate",
    ],
    without_effect: &[],
};

const CLASSES: [(&str, &str); 4] = [
    ("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"),
    ("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("ExcludeNumbers", "0123456789"),
    ("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
];

pub(crate) fn secret(scope: &Scope<'_>, resource: &Resource) -> Option<Secret> {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    let name = optional(properties.get("Name"), |field| field.name("/_+=.@-", 512));
    let value = match (properties.get("SecretString"), properties.get("GenerateSecretString")) {
        (Some(given), None) => given.text().map(SecretValue::Given),
        (None, Some(generate)) => generated(&generate),
        (Some(_), Some(both)) => both.refuse("SecretString and GenerateSecretString exclude each other"),
        (None, None) => properties.refuse("needs GenerateSecretString (or SecretString): it would have no value"),
    };
    Some(Secret { name: name?.unwrap_or_else(|| resource.id.clone()), arn: scope.own(resource, "Id")?, value: value? })
}

fn generated(field: &Field<'_>) -> Option<SecretValue> {
    field.only(&GENERATE);
    let length = or_default(field.get("PasswordLength"), 32, |field| field.whole(1..=4_096));
    let excluded = or_default(field.get("ExcludeCharacters"), String::new(), |field| field.text());
    let each = or_default(field.get("RequireEachIncludedType"), true, |field| field.flag());
    let template = template(field);
    let flag = |key| or_default(field.get(key), false, |field| field.flag());
    let excludes = CLASSES.map(|(exclude, class)| flag(exclude).map(|excluded| (excluded, class)));
    let space = flag("IncludeSpace").map(|included| (!included, " "));
    let mut classes = Vec::new();
    for class in excludes.into_iter().chain([space]) {
        let (excluded, class) = class?;
        if !excluded {
            classes.push(class.to_owned());
        }
    }
    let excluded = excluded?;
    for class in &mut classes {
        class.retain(|c| !excluded.contains(c));
    }
    classes.retain(|class| !class.is_empty());
    let (length, each) = (length?, each?);
    if classes.is_empty() {
        return field.refuse("every character is excluded");
    }
    if each && length < classes.len() {
        return field.refuse(format!("{length} characters can't have one of each of {} types", classes.len()));
    }
    let alphabet = classes.concat();
    Some(SecretValue::Generated {
        length,
        alphabet,
        require: if each { classes } else { Vec::new() },
        template: template?,
    })
}

/// `GenerateStringKey` and `SecretStringTemplate`, which only make sense together.
fn template(field: &Field<'_>) -> Option<Option<(String, String)>> {
    match (field.get("GenerateStringKey"), field.get("SecretStringTemplate")) {
        (None, None) => Some(None),
        (Some(key), Some(template)) => {
            let (key, text) = (key.text(), template.text());
            let (key, text) = (key?, text?);
            match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text) {
                Ok(_) => Some(Some((key, text))),
                Err(error) => template.refuse(format!("is not a JSON object: {error}")),
            }
        }
        (Some(one), None) | (None, Some(one)) => {
            one.refuse("GenerateStringKey and SecretStringTemplate need each other")
        }
    }
}

#[cfg(test)]
mod tests;
