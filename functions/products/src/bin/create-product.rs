//! `POST /api/products`

fn main() -> std::process::ExitCode {
    products::create::main()
}
