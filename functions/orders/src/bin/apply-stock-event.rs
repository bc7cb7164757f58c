//! `apply-stock-event`

fn main() -> std::process::ExitCode {
    orders::workers::apply_stock_event::main()
}
