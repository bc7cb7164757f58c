//! All services of a stack at one moment.

use local_secretsmanager::SecretsManager;
use local_ses::Ses;
use local_snapshots::{Draft, Stopped};

use crate::error::Error;
use crate::stack::Stack;

/// Services that write nothing until this is dropped: what `kill -9` would leave now.
pub struct Held {
    databases: [(&'static str, local_snapshots::Held); 3],
    files: [Stopped; 2],
    secrets: SecretsManager,
    ses: Ses,
}

impl Held {
    /// Holds the services of a stack, one after the other: none of them waits for another while it writes.
    pub async fn of(stack: &Stack) -> Result<Self, Error> {
        let Stack { dynamodb, sqs, event_sources, secrets, ses, .. } = stack;
        Ok(Self {
            databases: [
                ("dynamodb", dynamodb.hold().await?),
                ("sqs", sqs.hold().await?),
                ("event-sources", event_sources.hold().await?),
            ],
            files: [secrets.hold().await, ses.hold().await],
            secrets: secrets.clone(),
            ses: ses.clone(),
        })
    }

    /// Copies what they have. They go on before their databases are copied, which may take a while; those with a database go
    /// on at once, as their views are of this moment.
    pub fn copy_to(self, draft: &Draft) -> Result<(), Error> {
        let views = self.databases.map(|(folder, held)| (folder, held.release()));
        self.secrets.copy_secrets(&draft.folder("secretsmanager")?)?;
        self.ses.link_mails(&draft.folder("ses")?)?;
        drop(self.files);
        for (folder, view) in views {
            view.copy_to(&draft.folder(folder)?)?;
        }
        Ok(())
    }
}
