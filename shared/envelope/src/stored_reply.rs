//! A success response that is kept, to be given again.

use std::borrow::Cow;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{EntityTag, Failure, Reply};

/// What a [`Reply`] says of the request's effect. `meta` and the headers that all responses have are those of the response
/// that it is given in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredReply {
    /// The HTTP status.
    status: u16,
    /// `message`; empty if there is no body.
    message: String,
    /// `data` as JSON; `None` if there is no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    /// The header `Location`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// The version in the header `ETag`, without quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl Reply {
    /// The reply, to be kept.
    pub fn to_stored(&self) -> StoredReply {
        StoredReply {
            status: self.status.as_u16(),
            message: self.message.clone().into_owned(),
            data: self.data.as_ref().map(|data| data.get().to_owned()),
            location: self.location.clone(),
            version: self.tag.as_ref().map(|tag| tag.as_str().to_owned()),
        }
    }
}

impl StoredReply {
    /// The reply, to be given again.
    ///
    /// # Errors
    /// A 500 if this is none that [`Reply::to_stored`] has made.
    pub fn into_reply(self) -> Result<Reply, Failure> {
        Ok(Reply {
            status: StatusCode::from_u16(self.status)?,
            data: self.data.map(RawValue::from_string).transpose()?,
            message: Cow::Owned(self.message),
            location: self.location,
            tag: self.version.map(EntityTag::named),
            ..Reply::no_content()
        })
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use serde_json::json;

    use super::*;
    use crate::Call;

    #[test]
    fn a_reply_is_given_again_as_it_was() {
        let call = Call::from(Request::default());
        let created = Reply::created(&call, "/api/lamps/1", "Lamp made", json!({"id": 1, "price": 1.50})).unwrap();
        for reply in [
            created,
            Reply::no_content(),
            Reply::ok("Lamp lit", json!({"on": true})).unwrap().version(EntityTag::named("7.1")),
        ] {
            let kept = serde_json::to_string(&reply.to_stored()).unwrap();
            let again = serde_json::from_str::<StoredReply>(&kept).unwrap().into_reply().unwrap();
            let shown = |reply: &Reply| {
                let data = reply.data.as_ref().map(|data| data.get().to_owned());
                (reply.status, data, reply.message.clone(), reply.location.clone(), reply.tag.clone())
            };
            assert_eq!(shown(&again), shown(&reply));
        }
    }
}
