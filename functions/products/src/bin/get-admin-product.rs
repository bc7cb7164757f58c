//! `GET /api/admin/products/{id}`

fn main() -> std::process::ExitCode {
    products::endpoints::get_admin_product::main()
}
