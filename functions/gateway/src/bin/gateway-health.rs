//! `GET /health`

fn main() -> std::process::ExitCode {
    gateway::endpoints::gateway_health::main()
}
