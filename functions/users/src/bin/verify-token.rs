//! `POST /api/users/auth/verify`

fn main() -> std::process::ExitCode {
    users::verify::main()
}
