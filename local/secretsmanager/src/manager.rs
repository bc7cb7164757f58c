//! The secrets of a template: making them, rotating them, and finding the one a request means.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use local_snapshots::Gate;
use local_template::{Secret, SecretValue};
use uuid::Uuid;

use crate::secret::{Record, current};
use crate::value::Value;
use crate::vault::{Contents, Vault};
use crate::{Error, generate};

/// The secrets of a template. Cloning it is cheap and gives the same secrets.
#[derive(Clone)]
pub struct SecretsManager {
    inner: Arc<Inner>,
}

struct Inner {
    vault: Vault,
    secrets: Vec<Secret>,
    gate: Gate,
}

impl SecretsManager {
    /// Opens the secrets kept in `dir`, making the folder and each secret that is not there yet.
    ///
    /// A generated value is kept from then on. A given one (`SecretString`) that the template has changed becomes the
    /// current version, as a deployment would make it. Secrets that are not in the template any more stay in the file.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Unreadable`] if the folder can't be used, [`Error::Template`] or
    /// [`Error::Impossible`] if a value can't be made.
    pub fn open<'a>(dir: &Path, secrets: impl IntoIterator<Item = &'a Secret>) -> Result<Self, Error> {
        let (vault, gate) = (Vault::open(dir)?, Gate::default());
        let inner = Inner { vault, secrets: secrets.into_iter().cloned().collect(), gate };
        inner.vault.change(|contents| inner.secrets.iter().try_for_each(|secret| take_over(contents, secret)))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Holds all requests until what is given is dropped.
    pub async fn hold(&self) -> local_snapshots::Stopped {
        self.inner.gate.hold().await
    }

    /// Answers no more requests, once those under way are done.
    pub async fn close(&self) {
        self.inner.gate.close().await;
    }

    /// Copies the secrets into another folder.
    ///
    /// # Errors
    /// [`Error::Snapshot`]
    pub fn copy_secrets(&self, folder: &Path) -> Result<(), Error> {
        self.inner.vault.copy(folder)
    }

    /// The id of a secret's `AWSCURRENT` version, and its value. The secret goes by name or ARN.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a secret that is not in the template, [`Error::Io`] if it can't be read.
    pub async fn current(&self, secret: &str) -> Result<(String, String), Error> {
        let index = self.find(secret)?;
        self.read(index, |_, record| {
            let version = record.version(None, None)?;
            Ok((version.id.clone(), version.value.reveal().to_owned()))
        })
        .await
    }

    /// Gives a secret (by name or ARN) a new value made as the template says, and gives the id of that version. It is
    /// `AWSCURRENT`; the value before is `AWSPREVIOUS`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a secret that is not in the template, [`Error::InvalidRequest`] for one whose value the
    /// template gives, [`Error::Io`] if it can't be kept.
    pub async fn rotate(&self, secret: &str) -> Result<String, Error> {
        let index = self.find(secret)?;
        self.blocking(move |inner| {
            let secret = &inner.secrets[index];
            if let SecretValue::Given(_) = secret.value {
                return Err(Error::InvalidRequest(format!(
                    "{} has the value its template gives it: change it there.",
                    secret.name
                )));
            }
            let (id, value) = (new_id(), generate::value(secret)?);
            inner.change(secret, |record| record.put(&id, value, &current(), now_ms()))?;
            Ok(id)
        })
        .await
    }

    /// The secret of a name, an ARN, or an ARN without the six random characters at its end.
    pub(crate) fn find(&self, id: &str) -> Result<usize, Error> {
        let partial = |arn: &str| arn.rsplit_once('-').is_some_and(|(start, end)| start == id && end.len() == 6);
        let found = self.inner.secrets.iter().position(|secret| {
            secret.name == id || secret.arn == id || (id.starts_with("arn:") && partial(&secret.arn))
        });
        found.ok_or(Error::NotFound)
    }

    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.inner.secrets
    }

    /// Reads a secret.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        index: usize,
        read: impl FnOnce(&Secret, &Record) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.blocking(move |inner| {
            let contents = inner.vault.read()?;
            let secret = &inner.secrets[index];
            read(secret, contents.secrets.get(&secret.name).ok_or(Error::NotFound)?)
        })
        .await
    }

    /// Changes a secret.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        index: usize,
        change: impl FnOnce(&Secret, &mut Record) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.blocking(move |inner| {
            let secret = &inner.secrets[index];
            inner.change(secret, |record| change(secret, record))
        })
        .await
    }

    /// Files block: off the async workers.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        let pass = inner.gate.pass().await.ok_or(Error::Stopped)?;
        let work = move || {
            let _pass = pass;
            work(&inner)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)?
    }
}

impl Inner {
    fn change<T>(&self, secret: &Secret, change: impl FnOnce(&mut Record) -> Result<T, Error>) -> Result<T, Error> {
        self.vault.change(|contents| change(contents.secrets.get_mut(&secret.name).ok_or(Error::NotFound)?))
    }
}

/// The names alone: a template may give values.
impl fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.inner.secrets.iter().map(|secret| &secret.name).collect();
        f.debug_struct("SecretsManager").field("secrets", &names).finish_non_exhaustive()
    }
}

/// Makes a secret, or brings it up to what the template now gives.
fn take_over(contents: &mut Contents, secret: &Secret) -> Result<(), Error> {
    let given = match &secret.value {
        SecretValue::Given(text) => Some(Value::new(text)),
        SecretValue::Generated { .. } => None,
    };
    let known = contents.secrets.get(&secret.name);
    if known.is_some_and(|record| record.given == given) {
        return Ok(());
    }
    let (now, value) = (now_ms(), generate::value(secret)?);
    let record = contents.secrets.entry(secret.name.clone()).or_insert_with(|| Record::new(now, None));
    record.given = given;
    record.put(&new_id(), value, &current(), now)
}

pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
