//! `GET /api/notifications`

fn main() -> std::process::ExitCode {
    notifications::list::main()
}
