//! A stack for tests that mind only the products and orders they make themselves.

use tests::{Person, Setup, Stack};
use tokio::sync::OnceCell;

/// The shop of this place, or one that ends with this process.
pub async fn market() -> &'static Stack {
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    STACK.get_or_init(|| Setup::new().patient().shop()).await
}

/// Who offers the products there.
pub async fn clerk() -> &'static Person {
    static CLERK: OnceCell<Person> = OnceCell::const_new();
    CLERK.get_or_init(|| async { market().await.clerk().await }).await
}
