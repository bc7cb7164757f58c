//! `publish-orders`

fn main() -> std::process::ExitCode {
    orders::publish::main()
}
