//! `GET /api/notifications/health`

fn main() -> std::process::ExitCode {
    notifications::health::main()
}
