//! `apply-stock-event`

fn main() -> std::process::ExitCode {
    orders::apply_stock_event::main()
}
