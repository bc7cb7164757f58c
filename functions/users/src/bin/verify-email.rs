//! `POST /api/users/verify-email`

fn main() -> std::process::ExitCode {
    users::endpoints::verify_email::main()
}
