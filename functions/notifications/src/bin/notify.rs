//! `notify`

fn main() -> std::process::ExitCode {
    notifications::workers::notify::main()
}
