//! `GET /api/users/health`

fn main() -> std::process::ExitCode {
    users::health::main()
}
