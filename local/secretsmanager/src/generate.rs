//! A new value for a secret, as the template describes it. CloudFormation: `AWS::SecretsManager::Secret
//! GenerateSecretString`.

use local_template::{Secret, SecretValue};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde_json::{Map, Value as Json};

use crate::Error;
use crate::value::Value;

/// The value a secret begins with, or is rotated to.
pub(crate) fn value(secret: &Secret) -> Result<Value, Error> {
    match &secret.value {
        SecretValue::Given(text) => Ok(Value::new(text)),
        SecretValue::Generated { length, alphabet, require, template } => {
            let password = password(&mut rand::rng(), *length, alphabet, require)
                .ok_or_else(|| Error::Impossible(secret.name.clone()))?;
            match template {
                None => Ok(Value::new(password)),
                Some((key, template)) => {
                    let mut object: Map<String, Json> =
                        serde_json::from_str(template).map_err(|_| Error::Template(secret.name.clone()))?;
                    object.insert(key.clone(), password.into());
                    Ok(Value::new(Json::from(object).to_string()))
                }
            }
        }
    }
}

/// Random characters of an alphabet, among them one at least of each set in `require`. `None` if that can't be.
fn password(
    random: &mut (impl Rng + rand::CryptoRng),
    length: usize,
    alphabet: &str,
    require: &[String],
) -> Option<String> {
    let mut pick = |from: &str| from.chars().collect::<Vec<_>>().choose(random).copied();
    let mut characters = require.iter().map(|set| pick(set)).collect::<Option<Vec<_>>>()?;
    if characters.len() > length {
        return None;
    }
    while characters.len() < length {
        characters.push(pick(alphabet)?);
    }
    characters.shuffle(random);
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_its_length_and_only_characters_of_its_alphabet() {
        let password = password(&mut rand::rng(), 64, "ab1", &[]).unwrap();
        assert_eq!(password.len(), 64);
        assert!(password.chars().all(|c| "ab1".contains(c)));
    }

    #[test]
    fn every_required_kind_of_character_is_in_a_password() {
        let require = ["abc".to_owned(), "ABC".into(), "123".into()];
        for _ in 0..200 {
            let password = password(&mut rand::rng(), 4, "abcABC123", &require).unwrap();
            assert_eq!(password.len(), 4);
            assert!(require.iter().all(|set| password.contains(|c| set.contains(c))), "{password}");
        }
    }

    #[test]
    fn no_two_passwords_are_the_same() {
        let mut random = rand::rng();
        let mut make = || password(&mut random, 32, "abcdefgh", &[]).unwrap();
        assert_ne!(make(), make());
    }

    #[test]
    fn what_cannot_be_is_not_made() {
        let make = |length, alphabet, require: &[&str]| {
            password(&mut rand::rng(), length, alphabet, &require.iter().map(|set| set.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(make(8, "", &[]), None);
        assert_eq!(make(8, "abc", &[""]), None);
        assert_eq!(make(1, "ab", &["a", "b"]), None);
    }

    #[test]
    fn a_template_keeps_its_keys_and_gets_the_generated_one() {
        let secret = |template: &str| Secret {
            name: "db".into(),
            arn: "arn".into(),
            value: SecretValue::Generated {
                length: 16,
                alphabet: "xyz".into(),
                require: Vec::new(),
                template: Some(("password".into(), template.into())),
            },
        };
        let value = value(&secret(r#"{"user":"admin"}"#)).unwrap();
        let object: Json = serde_json::from_str(value.reveal()).unwrap();
        assert_eq!(object["user"], "admin");
        assert_eq!(object["password"].as_str().unwrap().len(), 16);
        assert!(matches!(super::value(&secret("[]")), Err(Error::Template(name)) if name == "db"));
    }
}
