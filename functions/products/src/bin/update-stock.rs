//! `PATCH /api/products/{id}/stock`

fn main() -> std::process::ExitCode {
    products::endpoints::update_stock::main()
}
