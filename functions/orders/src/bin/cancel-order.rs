//! `POST /api/orders/{id}/cancel`

fn main() -> std::process::ExitCode {
    orders::cancel::main()
}
