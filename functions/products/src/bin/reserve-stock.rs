//! Called by the order service, with no route

fn main() -> std::process::ExitCode {
    products::workers::reserve_stock::main()
}
