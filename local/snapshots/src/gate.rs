//! Stopping a service that works on files.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Lets a service's work through until it is held, or closed for good. A clone is the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<RwLock<Closed>>);

/// Whether it is closed for good.
type Closed = bool;

/// Work under way, until dropped.
#[derive(Debug)]
pub struct Pass(#[expect(dead_code, reason = "held until dropped")] OwnedRwLockReadGuard<Closed>);

/// A service that does nothing until this is dropped.
#[derive(Debug)]
pub struct Stopped(#[expect(dead_code, reason = "held until dropped")] OwnedRwLockWriteGuard<Closed>);

impl Gate {
    /// Waits while the gate is held; `None` once it is closed.
    pub async fn pass(&self) -> Option<Pass> {
        let closed = Arc::clone(&self.0).read_owned().await;
        (!*closed).then_some(Pass(closed))
    }

    /// Holds the gate, and waits for the work under way.
    pub async fn hold(&self) -> Stopped {
        Stopped(Arc::clone(&self.0).write_owned().await)
    }

    /// Closes the gate, and waits for the work under way.
    pub async fn close(&self) {
        *self.0.write().await = true;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn what_is_under_way_is_waited_for_and_what_comes_waits() {
        let gate = Gate::default();
        let pass = gate.pass().await;
        let mut holding = Box::pin(gate.hold());
        assert!(poll!(&mut holding).is_pending());
        drop(pass);
        let held = holding.await;
        let mut passing = Box::pin(gate.pass());
        assert!(poll!(&mut passing).is_pending());
        drop(held);
        assert!(passing.await.is_some());
        gate.close().await;
        assert!(gate.pass().await.is_none());
    }
}
