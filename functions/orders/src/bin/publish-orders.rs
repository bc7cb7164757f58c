//! `publish-orders`

fn main() -> std::process::ExitCode {
    orders::workers::publish_orders::main()
}
