//! `GET /api/products/health`

fn main() -> std::process::ExitCode {
    products::health::main()
}
