//! `GET /health`

fn main() -> std::process::ExitCode {
    gateway::health::main()
}
