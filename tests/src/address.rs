//! Where something is asked, and the connection to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use http::Uri;
use http::uri::Scheme;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

/// A base URL: `https://abc.execute-api.eu-west-1.amazonaws.com/prod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    tls: bool,
    host: String,
    port: u16,
    /// `/prod`, or nothing.
    pub(crate) prefix: String,
}

/// A connection that bytes go through as they are written.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

impl Address {
    /// A port of this machine.
    pub(crate) fn local(port: u16) -> Self {
        Self { tls: false, host: Ipv4Addr::LOCALHOST.to_string(), port, prefix: String::new() }
    }

    /// Reads a base URL.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let no_url = || format!("{url} is no URL such as http://127.0.0.1:3000");
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(no_url()),
        };
        let host = uri.host().ok_or_else(no_url)?.to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host, port, prefix: uri.path().trim_end_matches('/').to_owned() })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What a client names in `Host`.
    pub(crate) fn host_header(&self) -> String {
        let usual = if self.tls { 443 } else { 80 };
        if self.port == usual { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Connects, from an address of this machine's if one is given.
    pub(crate) async fn connect(&self, from: Option<IpAddr>) -> Result<Box<dyn Connection>, Error> {
        let stream = match from {
            None => TcpStream::connect((self.host.trim_matches(['[', ']']), self.port)).await?,
            Some(from) => {
                let socket = TcpSocket::new_v4()?;
                socket.bind((from, 0).into())?;
                socket.connect(SocketAddr::new(self.host.parse()?, self.port)).await?
            }
        };
        stream.set_nodelay(true)?;
        if !self.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(self.host.trim_matches(['[', ']']).to_owned())?;
        Ok(Box::new(tls().connect(name, stream).await?))
    }
}

/// Trusts whom this machine trusts.
fn tls() -> TlsConnector {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(versions.with_root_certificates(roots).with_no_client_auth())
    });
    Arc::clone(config).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_host_port_and_what_stands_before_every_path() {
        let aws = Address::parse("https://abc.execute-api.eu-west-1.amazonaws.com/prod/").unwrap();
        assert_eq!((aws.tls, aws.port, aws.prefix.as_str()), (true, 443, "/prod"));
        assert_eq!(aws.host_header(), "abc.execute-api.eu-west-1.amazonaws.com");
        let engine = Address::parse("http://localhost:4566/restapis/a1/dev/_user_request_").unwrap();
        assert_eq!((engine.host_header().as_str(), engine.prefix.len()), ("localhost:4566", 31));
        assert_eq!(Address::parse("http://127.0.0.1:3000").unwrap(), Address::local(3000));
        for url in ["127.0.0.1:3000", "/prod", "ftp://example.com", ""] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
