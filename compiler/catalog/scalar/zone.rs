//! Names of zones, which are values of node labels and availability zones alike.
//!
//! Invariant: a name that passes is valid in Kubernetes, nova, neutron and OVN.

use super::validity::INVALID;
use crate::tree::scalar::{ScalarType, TextType};

/// The node label that tells which zone a node is in (Kubernetes, well-known labels).
pub const ZONE_LABEL: &str = "topology.kubernetes.io/zone";

/// A zone: a value of a label of Kubernetes, without what separates zones in OVN and hosts in nova.
#[derive(Debug, Clone, Copy)]
pub enum Zone {}

impl TextType for Zone {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "zone",
        expected: "a zone such as `rack-a`: letters, digits, `-`, `_` and `.`, at most 63",
        pattern: "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let bytes = text.as_bytes();
            let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
            let is_zone =
                bytes.len() <= 63 && is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(is_inner);
            is_zone.then_some(()).ok_or(None)
        },
    };
}
