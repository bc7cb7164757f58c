//! `export-orders`

fn main() -> std::process::ExitCode {
    orders::workers::export_orders::main()
}
