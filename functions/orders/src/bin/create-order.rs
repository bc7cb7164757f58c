//! `POST /api/orders`

fn main() -> std::process::ExitCode {
    orders::endpoints::create_order::main()
}
