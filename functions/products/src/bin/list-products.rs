//! `GET /api/products`

fn main() -> std::process::ExitCode {
    products::list::main()
}
