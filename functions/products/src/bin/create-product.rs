//! `POST /api/products`

fn main() -> std::process::ExitCode {
    products::endpoints::create_product::main()
}
