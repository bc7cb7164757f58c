//! Follows orders from their queue

fn main() -> std::process::ExitCode {
    products::workers::settle_reservation::main()
}
