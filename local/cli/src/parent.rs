//! The end of the process that started the stack, where that asks to be watched.

use std::io;

use tokio::sync::oneshot;

/// Waits, if `watched`, for the end of standard input: a pipe whose other end only the parent holds ends with it,
/// however it ends.
pub async fn ended(watched: bool) {
    if !watched {
        return std::future::pending().await;
    }
    let (sender, ended) = oneshot::channel();
    // On a thread of its own: no read of standard input can be cancelled, and the runtime's end would wait for it.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}
