//! URLs of HTTP services.
//!
//! Invariant: a URL holds no password, and its host is one that a client can look up.

use std::net::{IpAddr, Ipv6Addr};

use super::network::is_dns_name;
use crate::diag::Diagnostic;
use crate::tree::record::Decoder;
use crate::tree::scalar::ScalarType;
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Word};

/// The code of a URL that is not valid, or holds what it must not.
const CODE: &str = "TG0435";

static URL: ScalarType = ScalarType {
    name: "URL of an HTTP service",
    expected: "a URL such as `https://identity.example.com:5000/v3`",
    pattern: "^https?://[^\\s]+$",
    code: CODE,
    accepts_number: false,
    check: |text| match parse(text) {
        Some(_) => Ok(()),
        None if holds_credentials(text) => {
            Err(Some("leave the account out: names and passwords come from the password store".to_owned()))
        }
        None if parse(&format!("https://{text}")).is_some() => Err(Some(format!("did you mean `https://{text}`?"))),
        None => Err(None),
    },
};

/// The URL of an HTTP service: `http` or `https`, a host, a port, a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl {
    /// Is it https?
    pub tls: bool,
    /// The host; an IPv6 address without brackets.
    pub host: String,
    /// The port; that of the scheme where the text has none.
    pub port: i64,
    /// The path without a trailing slash; empty, or it begins with one.
    pub path: String,
}

impl WebUrl {
    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

impl WebUrl {
    /// The whole URL; a default port is left out.
    pub fn url(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let is_usual = matches!((self.tls, self.port), (false, 80) | (true, 443));
        let port = if is_usual { String::new() } else { format!(":{}", self.port) };
        format!("{}://{host}{port}{}", self.scheme(), self.path)
    }
}

impl FromWord for WebUrl {
    const WORD: Shape = Shape::Typed(&URL);

    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let url = parse(&word)?;
        let odd = ["//", "/./", "/../"].iter().any(|part| format!("{}/", url.path).contains(part));
        if odd {
            let message = format!("the path of `{word}` has an empty step or one upwards");
            decoder.sink.push(Diagnostic::error(CODE, word.span, message));
        }
        Some(url)
    }
}

fn holds_credentials(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
}

fn parse(text: &str) -> Option<WebUrl> {
    let (scheme, rest) = text.split_once("://")?;
    let tls = match scheme {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    if text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "?#\\\"'<>{}|^`".contains(letter))
    {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, port) = inner.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port.strip_prefix(':').map_or_else(|| port.is_empty().then_some(None), |port| Some(Some(port)))?)
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !(host.parse::<IpAddr>().is_ok() || !is_number && is_dns_name(&host.to_ascii_lowercase())) {
        return None;
    }
    let port = match port {
        None => {
            if tls {
                443
            } else {
                80
            }
        }
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().filter(|port| (1..=65535).contains(port))?
        }
        Some(_) => return None,
    };
    Some(WebUrl { tls, host: host.to_ascii_lowercase(), port, path: path.trim_end_matches('/').to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart_into_scheme_host_port_and_path() {
        for (text, expected) in [
            ("https://id.example.org", Some("https://id.example.org")),
            ("http://id.example.org:5000/v3/", Some("http://id.example.org:5000/v3")),
            ("https://192.0.2.5:8443/a/b", Some("https://192.0.2.5:8443/a/b")),
            ("https://[2001:db8::1]:5000/v3", Some("https://[2001:db8::1]:5000/v3")),
            ("https://Id.Example.org", Some("https://id.example.org")),
            ("id.example.org", None),
            ("ftp://id.example.org", None),
            ("https://", None),
            ("https://id_example", None),
            ("https://300.1.2.3", None),
            ("https://id.example.org:0", None),
            ("https://id.example.org:65536", None),
            ("https://id.example.org:+80", None),
            ("https://user:word@id.example.org", None),
            ("https://id.example.org/a?b=c", None),
            ("https://id.example.org/a b", None),
        ] {
            assert_eq!(parse(text).map(|url| url.url()).as_deref(), expected, "{text}");
        }
    }
}
