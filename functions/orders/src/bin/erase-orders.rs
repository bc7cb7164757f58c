//! `erase-orders`

fn main() -> std::process::ExitCode {
    orders::workers::erase_orders::main()
}
