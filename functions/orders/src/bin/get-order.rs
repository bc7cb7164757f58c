//! `GET /api/orders/{id}`

fn main() -> std::process::ExitCode {
    orders::endpoints::get_order::main()
}
