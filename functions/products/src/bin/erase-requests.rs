//! Deletes what erased users asked of this service

fn main() -> std::process::ExitCode {
    products::workers::erase_requests::main()
}
