//! `POST /api/users/me/verify-email`

fn main() -> std::process::ExitCode {
    users::endpoints::request_verification::main()
}
