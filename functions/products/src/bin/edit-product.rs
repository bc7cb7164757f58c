//! `PATCH /api/products/{id}`

fn main() -> std::process::ExitCode {
    products::edit::main()
}
