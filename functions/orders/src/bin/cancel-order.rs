//! `POST /api/orders/{id}/cancel`

fn main() -> std::process::ExitCode {
    orders::endpoints::cancel_order::main()
}
