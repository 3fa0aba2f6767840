//! Hosts in a list, as the programs read it that get it.
//!
//! Invariant: an IPv6 address before a port stands in brackets.

use crate::catalog::expr::Listing;

/// What stands before each host.
#[allow(clippy::fn_params_excessive_bools, reason = "that of TLS, or the other one")]
pub(super) fn prefix(listing: &Listing, is_tls: bool) -> &str {
    listing.tls_prefix.as_ref().filter(|_| is_tls).unwrap_or(&listing.prefix)
}

/// Hosts as a listing has them.
pub(super) fn listed(
    (names, hosts, port): (&[String], &[String], Option<i64>),
    listing: &Listing,
    prefix: &str,
) -> String {
    let hosts = names.iter().zip(hosts).map(|(name, host)| {
        let pod = if listing.named { format!("{name}=") } else { String::new() };
        let host = bracketed(host);
        port.map_or_else(|| format!("{pod}{prefix}{host}"), |port| format!("{pod}{prefix}{host}:{port}"))
    });
    hosts.collect::<Vec<_>>().join(&listing.separator)
}

/// The first label of a host name.
pub(super) fn first_label(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_owned()
}

/// A host as it stands before a port: an IPv6 address in brackets.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}
