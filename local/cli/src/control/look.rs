//! Looks that take long: work for a thread of its own.

use tokio::sync::Semaphore;

use super::{Failure, failed};

/// One look at a time: whoever looks must not take every processor from those who call.
static LOOKS: Semaphore = Semaphore::const_new(1);

/// What a look finds. The threads that carry requests go on meanwhile.
pub async fn look<T: Send + 'static>(
    render: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let turn = LOOKS.acquire().await.map_err(failed)?;
    let rendered = tokio::task::spawn_blocking(move || {
        // It goes on when whoever asked has gone: so does its turn.
        let _turn = turn;
        render()
    });
    rendered.await.map_err(failed)?
}
