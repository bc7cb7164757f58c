//! An operator's command, with no route

fn main() -> std::process::ExitCode {
    users::grant_role::main()
}
