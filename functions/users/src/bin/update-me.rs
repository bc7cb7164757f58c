//! `PATCH /api/users/me`

fn main() -> std::process::ExitCode {
    users::endpoints::update_me::main()
}
