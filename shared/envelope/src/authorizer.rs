//! The identity that a gateway's Lambda authorizer established.

use std::collections::HashMap;

use identity::Identity;
use serde_json::{Map, Value};

use crate::{Failure, timestamp};

/// Why the caller is not known: what is wrong with the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anonymous {
    /// There is none.
    Missing,
    /// It is malformed or forged, or there are two different ones.
    Invalid,
    /// It has expired.
    Expired,
}

impl From<Anonymous> for Failure {
    fn from(anonymous: Anonymous) -> Self {
        match anonymous {
            Anonymous::Missing => Self::token_required(),
            Anonymous::Invalid => Self::invalid_token(),
            Anonymous::Expired => Self::token_expired(),
        }
    }
}

/// Reads `requestContext.authorizer`, whose values a REST API passes on as strings ("Output from an API Gateway
/// Lambda authorizer"). An identity may have expired in the gateway's cache.
pub(crate) fn identity(context: &HashMap<String, Value>) -> Result<Identity, Anonymous> {
    if context.is_empty() {
        return Err(Anonymous::Missing);
    }
    let identity = read(context).ok_or(Anonymous::Invalid)?;
    if identity.expires_at <= timestamp::epoch_seconds() {
        return Err(Anonymous::Expired);
    }
    Ok(identity)
}

fn read(context: &HashMap<String, Value>) -> Option<Identity> {
    let string = |name: &str| context.get(name)?.as_str().map(str::to_owned);
    Some(Identity {
        id: string("id")?,
        email: string("email")?,
        name: string("name")?,
        role: string("role")?.parse().ok()?,
        session_id: string("sessionId")?,
        expires_at: match context.get("exp")? {
            Value::Number(number) => number.as_u64()?,
            Value::String(text) => text.parse().ok()?,
            _ => return None,
        },
    })
}

/// The context that an authorizer returns to the gateway for an identity. [`Call::identity`](crate::Call::identity) reads
/// it.
pub fn context_of(identity: &Identity) -> Map<String, Value> {
    Map::from_iter([
        ("id".to_owned(), identity.id.clone().into()),
        ("email".to_owned(), identity.email.clone().into()),
        ("name".to_owned(), identity.name.clone().into()),
        ("role".to_owned(), identity.role.as_str().into()),
        ("sessionId".to_owned(), identity.session_id.clone().into()),
        ("exp".to_owned(), identity.expires_at.to_string().into()),
    ])
}

#[cfg(test)]
mod tests {
    use identity::Role;

    use super::*;

    fn ada(expires_at: u64) -> Identity {
        Identity {
            id: "1".into(),
            email: "a@b.c".into(),
            name: "Ada".into(),
            role: Role::Admin,
            session_id: "s1".into(),
            expires_at,
        }
    }

    fn told(identity: &Identity) -> HashMap<String, Value> {
        context_of(identity).into_iter().collect()
    }

    #[test]
    fn what_the_authorizer_writes_is_read_back() {
        let ada = ada(timestamp::epoch_seconds() + 60);
        assert_eq!(identity(&told(&ada)), Ok(ada));
    }

    #[test]
    fn a_cached_identity_ends_with_its_token() {
        assert_eq!(identity(&told(&ada(timestamp::epoch_seconds()))), Err(Anonymous::Expired));
    }

    #[test]
    fn an_identity_that_lacks_anything_is_none() {
        let whole = told(&ada(timestamp::epoch_seconds() + 60));
        for key in whole.keys() {
            let mut context = whole.clone();
            context.remove(key);
            assert_eq!(identity(&context), Err(Anonymous::Invalid), "{key}");
        }
        assert_eq!(identity(&HashMap::new()), Err(Anonymous::Missing));
    }
}
