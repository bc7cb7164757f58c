//! `GET /api/products`

fn main() -> std::process::ExitCode {
    products::endpoints::list_products::main()
}
