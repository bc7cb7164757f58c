//! `GET /api/notifications/health`

fn main() -> std::process::ExitCode {
    notifications::endpoints::notifications_health::main()
}
