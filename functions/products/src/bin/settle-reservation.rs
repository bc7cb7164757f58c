//! Follows orders from their queue

fn main() -> std::process::ExitCode {
    products::settle::main()
}
