//! `PATCH /api/products/{id}`

fn main() -> std::process::ExitCode {
    products::endpoints::edit_product::main()
}
