//! Texts about hosts: kernel modules, packages, lists of CPUs, proxies.
//!
//! Invariant: what passes can stand in a file of the host as it is.

use super::validity::INVALID;
use crate::tree::scalar::{ScalarType, TextType};

/// A kernel module.
#[derive(Debug, Clone, Copy)]
pub enum ModuleName {}

impl TextType for ModuleName {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "kernel module",
        expected: "the name of a kernel module such as `vfio-pci`",
        pattern: "^[A-Za-z0-9_-]+$",
        code: INVALID,
        accepts_number: true,
        check: |text| is_of(text, "_-").then_some(()).ok_or(None),
    };
}

/// A package of the host's system (Debian Policy 5.6.1, rpm's names beside).
#[derive(Debug, Clone, Copy)]
pub enum PackageName {}

impl TextType for PackageName {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "package",
        expected: "the name of a package such as `lvm2`",
        pattern: "^[A-Za-z0-9_.+:~=-]+$",
        code: INVALID,
        accepts_number: false,
        check: |text| is_of(text, "_.+:~=-").then_some(()).ok_or(None),
    };
}

/// CPUs, a list of numbers and ranges (cpuset(7), \"List format\").
#[derive(Debug, Clone, Copy)]
pub enum CpuList {}

impl TextType for CpuList {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "list of CPUs",
        expected: "CPUs such as `2-15,34-47`",
        pattern: "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$",
        code: INVALID,
        accepts_number: true,
        check: |text| text.split(',').all(is_cpu_range).then_some(()).ok_or(None),
    };
}

/// The trait of nodes whose virtual switch runs in user space.
pub const DPDK_TRAIT: &str = "dpdk";

/// The address of a card on the PCI bus, as in /sys/bus/pci/devices.
#[derive(Debug, Clone, Copy)]
pub enum PciAddress {}

impl TextType for PciAddress {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "PCI address",
        expected: "a PCI address such as `0000:3b:00.0`",
        pattern: "^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]$",
        code: INVALID,
        accepts_number: false,
        check: |text| is_pci(text).then_some(()).ok_or(None),
    };
}

fn is_pci(text: &str) -> bool {
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.chars().all(|digit| digit.is_ascii_digit() || ('a'..='f').contains(&digit))
    };
    let mut parts = text.splitn(3, ':');
    let (domain, bus, rest) = (parts.next(), parts.next(), parts.next());
    let slot = rest.and_then(|rest| rest.split_once('.'));
    domain.is_some_and(|domain| is_hex(domain, 4))
        && bus.is_some_and(|bus| is_hex(bus, 2))
        && slot.is_some_and(|(device, function)| {
            is_hex(device, 2) && device < "20" && matches!(function.as_bytes(), [b'0'..=b'7'])
        })
}

/// A proxy of HTTP.
#[derive(Debug, Clone, Copy)]
pub enum ProxyUrl {}

impl TextType for ProxyUrl {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "URL of a proxy",
        expected: "the URL of a proxy such as `http://192.0.2.9:3128`",
        pattern: "^https?://[^\\s\"'`$\\\\]+$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
            let is_strange = |letter: char| letter.is_whitespace() || letter.is_control() || "\"'`$\\".contains(letter);
            match rest {
                Some(rest) if !rest.is_empty() && !rest.contains(is_strange) && !rest.contains('@') => Ok(()),
                Some(rest) if rest.contains('@') => Err(Some("a password has no place in files of hosts".to_owned())),
                Some(_) => Err(None),
                None => Err(Some(format!("did you mean `http://{text}`?"))),
            }
        },
    };
}

fn is_of(text: &str, others: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|it| it.is_ascii_alphanumeric() || others.contains(it))
}

fn is_cpu_range(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| !text.starts_with('+'));
    match text.split_once('-') {
        Some((first, last)) => matches!((number(first), number(last)), (Some(first), Some(last)) if first <= last),
        None => number(text).is_some(),
    }
}
