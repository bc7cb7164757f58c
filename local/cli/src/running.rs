//! A stack that serves requests.

use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::current::Current;
use crate::log_files::LogFiles;

/// A stack and the server of its port.
pub struct Running {
    /// The services.
    pub current: Arc<Current>,
    /// Ends the server.
    pub server: AbortHandle,
    /// The functions' lines, if functions run here.
    pub log_files: Option<LogFiles>,
}

impl Running {
    /// Ends the functions, and the server after them: they use its port until their end. Then their last lines are written.
    pub async fn stop(&self) {
        // One that a restore is about to start is ended with this process.
        if let Some(stack) = self.current.services() {
            stack.stop().await;
        }
        self.server.abort();
        if let Some(files) = &self.log_files {
            files.flush();
        }
    }
}
