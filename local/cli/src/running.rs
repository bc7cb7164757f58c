//! A stack that serves requests.

use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::stack::Stack;

/// A stack and the server of its port.
pub struct Running {
    /// The services.
    pub stack: Arc<Stack>,
    /// Ends the server.
    pub server: AbortHandle,
}

impl Running {
    /// Ends the functions, and the server after them: they use its port until their end.
    pub async fn stop(&self) {
        self.stack.stop().await;
        self.server.abort();
    }
}
