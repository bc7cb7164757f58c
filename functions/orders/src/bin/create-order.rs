//! `POST /api/orders`

fn main() -> std::process::ExitCode {
    orders::create::main()
}
