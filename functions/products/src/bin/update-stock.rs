//! `PATCH /api/products/{id}/stock`

fn main() -> std::process::ExitCode {
    products::update_stock::main()
}
