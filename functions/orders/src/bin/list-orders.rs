//! `GET /api/orders`

fn main() -> std::process::ExitCode {
    orders::list::main()
}
