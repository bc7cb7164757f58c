//! `notify`

fn main() -> std::process::ExitCode {
    notifications::notify::main()
}
