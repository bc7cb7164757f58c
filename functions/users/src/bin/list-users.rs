//! `GET /api/users`

fn main() -> std::process::ExitCode {
    users::list::main()
}
