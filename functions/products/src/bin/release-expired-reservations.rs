//! Gives back what no order claimed, on a schedule

fn main() -> std::process::ExitCode {
    products::workers::release_expired_reservations::main()
}
