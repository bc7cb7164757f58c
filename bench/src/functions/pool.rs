//! Functions that are called for their answers: to fill the shop, and by functions that are measured. One warm process
//! each.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Mutex;

use super::answer;
use super::instance::Instance;
use super::program::Program;
use crate::error::Error;

/// A process, once it is started; locked as long as it works on an event.
type Slot = Arc<Mutex<Option<Instance>>>;

/// The functions, each with a process of its own from its first call on.
#[derive(Debug)]
pub struct Pool {
    slots: BTreeMap<String, (Program, Slot)>,
}

impl Pool {
    /// Nothing is started yet.
    pub fn new(programs: impl IntoIterator<Item = Program>) -> Self {
        Self { slots: programs.into_iter().map(|program| (program.name.clone(), (program, Slot::default()))).collect() }
    }

    /// What it starts under this name.
    pub fn program(&self, name: &str) -> Result<&Program, Error> {
        self.slots.get(name).map(|(program, _)| program).ok_or_else(|| unknown(name))
    }

    /// What the function answers.
    pub async fn invoke(&self, name: &str, event: Bytes) -> Result<Bytes, Error> {
        let (program, slot) = self.slots.get(name).ok_or_else(|| unknown(name))?;
        let mut slot = slot.lock().await;
        let instance = match slot.take() {
            Some(instance) => instance,
            None => Instance::start(program).await?,
        };
        let (instance, invocation) = instance.invoke(event).await?;
        *slot = Some(instance);
        Ok(invocation.answer)
    }

    /// The same, as JSON, of a function that has to succeed.
    pub async fn call(&self, name: &str, event: Bytes) -> Result<Value, Error> {
        answer::succeeded(name, &self.invoke(name, event).await?)
    }
}

fn unknown(name: &str) -> Error {
    Error::Silent { who: name.to_owned(), what: "is no function of the template".to_owned() }
}
