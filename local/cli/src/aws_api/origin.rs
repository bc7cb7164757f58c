//! Where a request comes from: from this machine, and from no web page.

use std::net::IpAddr;

use http::{HeaderMap, header};

/// Whether a request was sent to this machine's usual names or to `own_name`, and by no web page.
pub fn is_local(headers: &HeaderMap, own_name: Option<&str>) -> bool {
    names_this_machine(headers, own_name) && !headers.contains_key(header::ORIGIN)
}

/// Whether a request was sent to this machine's usual names or to `own_name`. The `Host` header is checked because a page
/// could make a name of its own resolve to this address (DNS rebinding).
pub fn names_this_machine(headers: &HeaderMap, own_name: Option<&str>) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = without_port(host);
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).parse::<IpAddr>();
    let local = is_localhost(name) || address.is_ok_and(|address| address.is_loopback());
    let named =
        own_name.is_some_and(|own| host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    local || named
}

/// Whether a name is `localhost` or below it. What no host name has in it (`/`, `@`) may be read as another host's elsewhere.
fn is_localhost(name: &str) -> bool {
    let below = name.strip_suffix("localhost").filter(|below| below.is_empty() || below.ends_with('.'));
    below.is_some_and(|below| below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // An IPv6 address has colons of its own, in brackets.
        Some((name, _)) if !host.ends_with(']') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use http::HeaderValue;
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    fn with_host(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))])
    }

    #[test]
    fn only_requests_to_this_machine_by_name_are_local() {
        for host in
            ["127.0.0.1:3000", "localhost:3000", "localhost", "[::1]:3000", "[::1]", "sqs.us-east-1.localhost:3000"]
        {
            assert!(is_local(&with_host(host), None), "{host}");
        }
        for host in [
            "",
            "evil.example:3000",
            "localhost.evil.example",
            "evillocalhost",
            "10.0.0.1:3000",
            "evil.example\\a.localhost",
            "evil.example/.localhost:3000",
        ] {
            assert!(!is_local(&with_host(host), None), "{host}");
        }
    }

    #[test]
    fn the_name_of_the_host_option_is_local_too() {
        for host in ["172.17.0.1:3000", "172.17.0.1", "localhost:3000"] {
            assert!(is_local(&with_host(host), Some("172.17.0.1")), "{host}");
        }
        for host in ["172.17.0.11:3000", "172.17.0.1.evil.example", ""] {
            assert!(!is_local(&with_host(host), Some("172.17.0.1")), "{host}");
        }
    }

    #[test]
    fn a_web_page_is_not_local() {
        let mut headers = with_host("localhost:3000");
        headers.insert(header::ORIGIN, HeaderValue::from_static("http://localhost:3000"));
        assert!(!is_local(&headers, None));
    }

    /// A header's value, if the text can be one.
    fn with(name: header::HeaderName, text: &str) -> Option<HeaderMap> {
        Some(HeaderMap::from_iter([(name, HeaderValue::from_bytes(text.as_bytes()).ok()?)]))
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn an_address_is_local_if_it_is_loopback_with_or_without_a_port(
            address in prop_oneof![
                any::<IpAddr>(),
                any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([127, b, c, d])),
                Just(Ipv6Addr::LOCALHOST.into()),
            ],
            port: u16,
        ) {
            let written = match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            };
            for host in [written.clone(), format!("{written}:{port}")] {
                prop_assert_eq!(is_local(&with(header::HOST, &host).unwrap(), None), address.is_loopback(), "{}", host);
            }
        }

        #[test]
        fn no_name_but_localhost_is_local(
            host in prop_oneof![4 => spoiled(&["localhost:3000", "sqs.us-east-1.localhost:3000", "127.0.0.1:3000", "[::1]:3000"]), 1 => texts()],
        ) {
            let Some(headers) = with(header::HOST, &host) else { return Ok(()) };
            if is_local(&headers, None) {
                // As URLs are read: what a browser would connect to.
                let url = reqwest::Url::parse(&format!("http://{host}/"));
                let names_this_machine = url.as_ref().is_ok_and(|url| match url.host_str().unwrap_or_default() {
                    name if name.ends_with("localhost") => true,
                    address => address.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
                });
                prop_assert!(url.is_err() || names_this_machine, "{url:?}");
            }
        }
    }
}
