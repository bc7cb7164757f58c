//! `GET /api/orders/health`

fn main() -> std::process::ExitCode {
    orders::endpoints::orders_health::main()
}
