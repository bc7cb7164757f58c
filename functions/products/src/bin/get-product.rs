//! `GET /api/products/{id}`

fn main() -> std::process::ExitCode {
    products::get::main()
}
