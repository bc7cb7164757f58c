//! The README's walk-through, run as written but for where the stack is.

use tests::{Setup, Walkthrough, executable, workspace};

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_walk_through_prints_what_the_readme_says() {
    let guide = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let walkthrough = Walkthrough::read(&guide);
    // Set where a `cargo local` runs as the README says: then the commands are run to the letter.
    if std::env::var_os("WALKTHROUGH_AS_WRITTEN").is_some() {
        return tokio::task::spawn_blocking(move || walkthrough.run(workspace())).await.unwrap();
    }
    let stack = Setup::new().demo().start().await;
    let port = stack.port();
    let local = executable("local").await;
    let walkthrough = walkthrough
        .replacing("localhost:3000", &format!("127.0.0.1:{port}"))
        .replacing("cargo local invoke", &format!("'{}' invoke --port {port}", local.display()));
    tokio::task::spawn_blocking(move || walkthrough.run(workspace())).await.unwrap();
}
