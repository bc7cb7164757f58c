//! `GET /api/admin/products`

fn main() -> std::process::ExitCode {
    products::endpoints::list_admin_products::main()
}
