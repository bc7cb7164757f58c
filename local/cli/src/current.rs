//! The stack that requests get: another one after a restore.

use std::sync::{Arc, PoisonError, RwLock};

use crate::snapshots::Snapshots;
use crate::stack::Stack;

/// The stack of a port.
pub struct Current {
    phase: RwLock<Phase>,
    /// The snapshots of its data folder.
    pub snapshots: Snapshots,
}

#[derive(Clone)]
enum Phase {
    Serving(Arc<Stack>),
    /// Functions come to their end, and use the services until then.
    Ending(Arc<Stack>),
    Restoring,
}

impl Current {
    /// A stack, for as long as no other takes its place.
    pub fn new(stack: Arc<Stack>, snapshots: Snapshots) -> Self {
        Self { phase: RwLock::new(Phase::Serving(stack)), snapshots }
    }

    /// The stack for a request; `None` while another one is started.
    pub fn stack(&self) -> Option<Arc<Stack>> {
        match self.phase() {
            Phase::Serving(stack) => Some(stack),
            Phase::Ending(_) | Phase::Restoring => None,
        }
    }

    /// The stack for a request of an AWS service, which functions make until their end.
    pub fn services(&self) -> Option<Arc<Stack>> {
        match self.phase() {
            Phase::Serving(stack) | Phase::Ending(stack) => Some(stack),
            Phase::Restoring => None,
        }
    }

    /// Ends the stack: first its functions, then its services.
    pub async fn end(&self) {
        let Some(stack) = self.services() else { return };
        self.turn(Phase::Ending(Arc::clone(&stack)));
        stack.end_functions().await;
        self.turn(Phase::Restoring);
        stack.close().await;
    }

    /// From now on it is this one.
    pub fn replace(&self, stack: Arc<Stack>) {
        self.turn(Phase::Serving(stack));
    }

    fn phase(&self) -> Phase {
        self.phase.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn turn(&self, phase: Phase) {
        *self.phase.write().unwrap_or_else(PoisonError::into_inner) = phase;
    }
}
