//! `GET /api/orders/health`

fn main() -> std::process::ExitCode {
    orders::health::main()
}
