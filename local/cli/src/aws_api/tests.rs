//! Which requests are AWS's.

use http::{Request, header};

use super::*;

fn signed(method: &str, path: &str, service: &str) -> Request<()> {
    let signature = format!("AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/{service}/aws4_request");
    Request::builder().method(method).uri(path).header(header::AUTHORIZATION, signature).body(()).unwrap()
}

#[test]
fn a_request_is_told_from_a_route_by_its_signature() {
    for (path, service) in
        [("/v2/email/outbound-emails", "ses"), ("/restapis", "apigateway"), ("/", "sts"), ("/bucket", "s3")]
    {
        assert!(is_meant(&signed("POST", path, service)), "{service}");
        assert!(!is_meant(&signed("POST", path, OWN_API)), "{path}");
        assert!(!is_meant(&Request::post(path).body(()).unwrap()), "{path}");
    }
    assert!(!is_meant(&signed("GET", "/pictures", "")));
    let odd =
        Request::get("/pictures").header(header::AUTHORIZATION, "AWS4-HMAC-SHA256 Credential=x").body(()).unwrap();
    assert!(!is_meant(&odd));
    assert!(is_meant(&Request::post("/").header("x-amz-target", "DynamoDB_20120810.Scan").body(()).unwrap()));
}
