//! `GET /api/orders/{id}`

fn main() -> std::process::ExitCode {
    orders::get::main()
}
