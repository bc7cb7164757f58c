//! `GET /api/products/{id}`

fn main() -> std::process::ExitCode {
    products::endpoints::get_product::main()
}
