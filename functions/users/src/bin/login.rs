//! `POST /api/users/login`

fn main() -> std::process::ExitCode {
    users::endpoints::login::main()
}
