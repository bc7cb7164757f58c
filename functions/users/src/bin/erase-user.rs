//! `erase-user`

fn main() -> std::process::ExitCode {
    users::workers::erase_user::main()
}
