//! `GET /.well-known/jwks.json`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};
use identity::PublicKeys;
use signing_keys::PublishedKeys;

use crate::SERVICE;

/// RFC 7517, section 8.5.2.
const MEDIA_TYPE: &str = "application/jwk-set+json";

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetJwks>(SERVICE)
}

struct GetJwks {
    keys: PublishedKeys,
}

impl Endpoint for GetJwks {
    // As long as this service's own verifiers keep keys. A reader that meets a new `kid` reads again.
    const CACHING: Caching = Caching::Public { max_age: 300, stale_while_revalidate: 0 };

    async fn init() -> Result<Self, InitError> {
        let keys = PublishedKeys::from_env()?;
        aws::warm_up("database", keys.current()).await;
        Ok(Self { keys })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        let published = self.keys.current().await?;
        let keys = PublicKeys { keys: published.into_iter().map(|published| published.key).collect() };
        Reply::bare(MEDIA_TYPE, &keys)
    }
}
