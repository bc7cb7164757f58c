//! A stack that serves requests.

use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::log_files::LogFiles;
use crate::stack::Stack;

/// A stack and the server of its port.
pub struct Running {
    /// The services.
    pub stack: Arc<Stack>,
    /// Ends the server.
    pub server: AbortHandle,
    /// The functions' lines, if functions run here.
    pub log_files: Option<LogFiles>,
}

impl Running {
    /// Ends the functions, and the server after them: they use its port until their end. Then their last lines are written.
    pub async fn stop(&self) {
        self.stack.stop().await;
        self.server.abort();
        if let Some(files) = &self.log_files {
            files.flush();
        }
    }
}
