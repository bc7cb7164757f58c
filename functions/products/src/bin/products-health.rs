//! `GET /api/products/health`

fn main() -> std::process::ExitCode {
    products::endpoints::products_health::main()
}
