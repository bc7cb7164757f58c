//! `POST /api/users/auth/verify`

fn main() -> std::process::ExitCode {
    users::endpoints::verify_token::main()
}
