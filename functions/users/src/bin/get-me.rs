//! `GET /api/users/me`

fn main() -> std::process::ExitCode {
    users::endpoints::get_me::main()
}
