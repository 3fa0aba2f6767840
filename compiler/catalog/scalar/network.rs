//! Scalar types of networks: addresses, names of hosts, interfaces and physical networks.
//!
//! Invariant: a network is written without host bits.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;

use super::validity::INVALID;
use crate::tree::label::is_label;
use crate::tree::record::Decoder;
use crate::tree::scalar::{ScalarType, TextType};
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Word};

/// The code of what is not an address.
const ADDRESS: &str = "TG0401";

static IPV4: ScalarType = ScalarType {
    name: "IPv4 address",
    expected: "an IPv4 address such as `10.10.0.5`",
    pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
    code: ADDRESS,
    accepts_number: false,
    check: |text| match text.parse::<Ipv4Net>() {
        Ok(net) => Err(Some(format!("the address alone: `{}`", net.addr()))),
        Err(_) => text.parse::<Ipv4Addr>().is_ok().then_some(()).ok_or(None),
    },
};

static IP: ScalarType = ScalarType {
    name: "IP address",
    expected: "an IP address such as `10.10.0.1`",
    pattern: "^[0-9a-fA-F:.]+$",
    code: ADDRESS,
    accepts_number: false,
    check: |text| text.parse::<IpAddr>().is_ok().then_some(()).ok_or(None),
};

static CIDR: ScalarType = ScalarType {
    name: "network (CIDR)",
    expected: "a network such as `10.10.0.0/24`",
    pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
    code: ADDRESS,
    accepts_number: false,
    check: |text| match text.parse::<Ipv4Net>() {
        Ok(net) if net.prefix_len() == 0 => Err(None),
        Ok(net) if net.trunc() != net => Err(Some(format!("the network of this address is `{}`", net.trunc()))),
        other => other.is_ok().then_some(()).ok_or(None),
    },
};

impl FromWord for Ipv4Addr {
    const WORD: Shape = Shape::Typed(&IPV4);

    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        word.parse().ok()
    }
}

impl FromWord for IpAddr {
    const WORD: Shape = Shape::Typed(&IP);

    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        word.parse().ok()
    }
}

impl FromWord for Ipv4Net {
    const WORD: Shape = Shape::Typed(&CIDR);

    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        (CIDR.check)(&word).ok()?;
        word.parse().ok()
    }
}

/// A DNS name: labels joined by dots, at most 253 characters (RFC 1123).
#[derive(Debug, Clone, Copy)]
pub enum DnsName {}

impl TextType for DnsName {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "DNS name",
        expected: "a DNS name such as `lab.example.com`",
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        code: "TG0208",
        accepts_number: false,
        check: |text| {
            let meant = text.trim_matches('.').to_ascii_lowercase();
            match is_dns_name(text) {
                true => Ok(()),
                false if is_dns_name(&meant) => Err(Some(format!("did you mean `{meant}`?"))),
                false => Err(None),
            }
        },
    };
}

/// A DNS label, for instance a namespace (RFC 1123).
#[derive(Debug, Clone, Copy)]
pub enum DnsLabel {}

impl TextType for DnsLabel {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "DNS label",
        expected: "a name: lower-case letters, digits and `-`, at most 63",
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        code: "TG0208",
        accepts_number: false,
        check: |text| is_label(text).then_some(()).ok_or(None),
    };
}

pub(super) fn is_dns_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The name or address of a host.
#[derive(Debug, Clone, Copy)]
pub enum Host {}

impl TextType for Host {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "host name or IP address",
        expected: "a host name or an IP address such as `10.10.0.1`",
        pattern: "^[0-9a-zA-Z:.-]+$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            // A name of digits alone is a mistyped address.
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let is_name = !is_number && is_dns_name(&text.to_ascii_lowercase());
            (is_name || text.parse::<IpAddr>().is_ok()).then_some(()).ok_or(None)
        },
    };
}

/// A network interface (Linux: at most 15 bytes, no space, `/` or `:`).
#[derive(Debug, Clone, Copy)]
pub enum InterfaceName {}

impl TextType for InterfaceName {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "interface name",
        expected: "the name of an interface such as `eno2`, at most 15 characters",
        pattern: "^[^\\s/:,]{1,15}$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || "/:,".contains(letter);
            ((1..=15).contains(&text.len()) && !matches!(text, "." | "..") && !text.contains(is_odd))
                .then_some(())
                .ok_or(None)
        },
    };
}

/// A physical network of neutron; it stands in lists such as `physnet1:br-ex`.
#[derive(Debug, Clone, Copy)]
pub enum PhysicalNetwork {}

impl TextType for PhysicalNetwork {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "physical network",
        expected: "the name of a physical network such as `physnet1`",
        pattern: "^[^\\s:,]{1,64}$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || ":,".contains(letter);
            ((1..=64).contains(&text.len()) && !text.contains(is_odd)).then_some(()).ok_or(None)
        },
    };
}
