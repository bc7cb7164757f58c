//! `GET /api/orders`

fn main() -> std::process::ExitCode {
    orders::endpoints::list_orders::main()
}
