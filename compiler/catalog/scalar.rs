//! The scalar types of specs: addresses, names, quantities, references of images, URLs, paths, days.
//!
//! Invariant: a text that passes is one that the program it is for accepts; what is refused says what is expected.

mod host;
mod image;
mod network;
mod place;
mod validity;
mod web;
mod zone;

use crate::diag::allow::is_date;
use crate::kube::quantity;
use crate::tree::scalar::{ScalarType, TextType};

use self::validity::INVALID;
pub use host::{CpuList, DPDK_TRAIT, ModuleName, PackageName, PciAddress, ProxyUrl};
pub use image::{Image, Registry};
pub use network::{DnsLabel, DnsName, Host, InterfaceName, PhysicalNetwork};
pub use place::{Branch, Folder, RelativePath, RepositoryUrl};
pub use web::WebUrl;
pub use zone::{ZONE_LABEL, Zone};

/// A quantity of Kubernetes.
#[derive(Debug, Clone, Copy)]
pub enum Quantity {}

impl TextType for Quantity {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "quantity",
        expected: "a quantity such as `500m` or `2Gi`",
        pattern: "^[0-9]*\\.?[0-9]*(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
        code: "TG0202",
        accepts_number: true,
        check: |text| quantity::canonical(text).is_some().then_some(()).ok_or(None),
    };
}

/// A quantity of Kubernetes, or `none`.
#[derive(Debug, Clone, Copy)]
pub enum QuantityLimit {}

impl TextType for QuantityLimit {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "limit",
        expected: "a quantity such as `500m` or `2Gi`, or `none`",
        pattern: "^(none|[0-9]*\\.?[0-9]*(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$",
        code: "TG0202",
        accepts_number: true,
        check: |text| (text == NO_LIMIT || quantity::canonical(text).is_some()).then_some(()).ok_or(None),
    };
}

/// What stands for no limit.
pub const NO_LIMIT: &str = "none";

/// A number of pods, or a share of them.
#[derive(Debug, Clone, Copy)]
pub enum Share {}

impl TextType for Share {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "share",
        expected: "a number of pods or a share of them such as `1` or `20%`",
        pattern: "^([0-9]{1,4}|[0-9]{1,2}%|100%)$",
        code: "TG0202",
        accepts_number: true,
        check: |text| {
            let number = |text: &str, most: u16| {
                text.parse::<u16>().is_ok_and(|number| number <= most) && !text.starts_with('+')
            };
            let fits = text.strip_suffix('%').map_or_else(|| number(text, 9999), |share| number(share, 100));
            fits.then_some(()).ok_or(None)
        },
    };
}

/// A day.
#[derive(Debug, Clone, Copy)]
pub enum Day {}

impl TextType for Day {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "date",
        expected: "a date, YYYY-MM-DD",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        code: "TG0311",
        accepts_number: false,
        check: |text| is_date(text).then_some(()).ok_or(None),
    };
}

/// The region of an identity catalog (at most 255 characters).
#[derive(Debug, Clone, Copy)]
pub enum Region {}

impl TextType for Region {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "region",
        expected: "a region such as `RegionOne`",
        pattern: "^\\S(.{0,253}\\S)?$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let is_trimmed = !text.is_empty() && text.trim() == text;
            (is_trimmed && text.chars().count() <= 255 && !text.contains(char::is_control)).then_some(()).ok_or(None)
        },
    };
}

/// The name of an object of Kubernetes: a DNS subdomain (RFC 1123).
#[derive(Debug, Clone, Copy)]
pub enum ObjectName {}

impl TextType for ObjectName {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "name of an object",
        expected: "the name of an object: lower-case letters, digits, `-` and `.`",
        pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        code: INVALID,
        accepts_number: false,
        check: |text| network::is_dns_name(text).then_some(()).ok_or(None),
    };
}

/// The key of a label (Kubernetes: an optional DNS prefix, `/`, a name).
#[derive(Debug, Clone, Copy)]
pub enum LabelKey {}

impl TextType for LabelKey {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "label key",
        expected: "the key of a label such as `openstack-control-plane`",
        pattern: "^[-a-zA-Z0-9./_]+$",
        code: INVALID,
        accepts_number: false,
        check: |text| match text.split_once('=') {
            Some((key, _)) if is_label_key(key) => Err(Some(format!("only its key: `{key}`"))),
            _ => is_label_key(text).then_some(()).ok_or(None),
        },
    };
}

/// A label, `key=value`.
#[derive(Debug, Clone, Copy)]
pub enum NodeLabel {}

impl TextType for NodeLabel {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "label, `key=value`",
        expected: "a label, `key=value`",
        pattern: "^[-a-zA-Z0-9./_]+=[-a-zA-Z0-9._]*$",
        code: INVALID,
        accepts_number: false,
        check: |text| match text.split_once('=') {
            Some((key, value)) => {
                (is_label_key(key) && (value.is_empty() || is_label_name(value))).then_some(()).ok_or(None)
            }
            None if is_label_key(text) => Err(Some(format!("give it a value: `{text}=enabled`"))),
            None => Err(None),
        },
    };
}

fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => network::is_dns_name(prefix) && is_label_name(name),
        None => is_label_name(text),
    }
}

/// At most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends.
fn is_label_name(text: &str) -> bool {
    let is_end = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    text.len() <= 63 && text.chars().all(is_inner) && is_end(text.chars().next()) && is_end(text.chars().next_back())
}

#[cfg(test)]
mod tests;
