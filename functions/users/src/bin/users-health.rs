//! `GET /api/users/health`

fn main() -> std::process::ExitCode {
    users::endpoints::users_health::main()
}
