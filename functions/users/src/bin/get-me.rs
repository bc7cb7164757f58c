//! `GET /api/users/me`

fn main() -> std::process::ExitCode {
    users::me::main()
}
