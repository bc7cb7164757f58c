//! `PATCH /api/users/me`

use std::process::ExitCode;

use envelope::{Call, Endpoint, EntityTag, Failure, InitError, Reply, serve};
use idempotency::{Effect, Request, Requests};
use tables::conflict_retries;

use crate::SERVICE;
use crate::domain::user::{Profile, ProfileChange};
use crate::store::{ChangeError, Users};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<UpdateMe>(SERVICE)
}

struct UpdateMe {
    users: Users,
    requests: Requests,
}

impl Endpoint for UpdateMe {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let (key, change) = idempotency::with_body(call, call.body::<ProfileChange>())?;
        let condition = call.if_match()?;
        let Some(key) = key else {
            let profile = match &condition {
                None => self.users.change(&caller.id, &caller.email, &change).await?,
                Some(condition) => {
                    let retries = conflict_retries(call.time_left());
                    let changed =
                        self.users.change_version(&caller.id, &caller.email, &change, condition, retries).await;
                    changed.map_err(|error| match error {
                        ChangeError::Outdated(current) => Failure::precondition_failed(&current),
                        error => error.into(),
                    })?
                }
            };
            return reply(&profile.ok_or_else(Failure::invalid_token)?);
        };
        let request = Request::new(&caller.id, "update-me", key, &change)?;
        let effect = async || {
            let before = self.users.profile(&caller.email).await?.filter(|profile| profile.id == caller.id);
            let before = before.ok_or_else(Failure::invalid_token)?;
            let version = EntityTag::of_data(&before)?;
            if condition.as_ref().is_some_and(|condition| !condition.holds(&version)) {
                return Err(Failure::precondition_failed(&version));
            }
            let actions = self.users.planned_change(&before, &change)?.into_iter().collect();
            Ok(Effect { actions, reply: reply(&before.changed(&change))? })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

fn reply(profile: &Profile) -> Result<Reply, Failure> {
    let version = EntityTag::of_data(profile)?;
    Ok(Reply::ok("User updated successfully", profile)?.version(version))
}
