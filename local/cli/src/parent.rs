//! Notices the end of the process that started the stack, if that asked for it (`--stop-on-stdin-close`).

use std::io;

use tokio::sync::oneshot;

/// Waits for the end of standard input if `watched`, else for ever. A pipe whose other end only the parent holds ends
/// with the parent, however that ends.
pub async fn ended(watched: bool) {
    if !watched {
        return std::future::pending().await;
    }
    let (sender, ended) = oneshot::channel();
    // On a thread of its own: a read of standard input can't be cancelled, and the runtime would wait for it at its end.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}
