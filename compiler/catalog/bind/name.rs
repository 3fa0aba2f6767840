//! Declarations by kind and name, and which of them something reads.
//!
//! Invariant: a name of a shared declaration has no service.

use std::collections::BTreeSet;

/// A declaration that nothing reads, or a field that has no effect where it stands.
pub(super) const IDLE: &str = "TG0517";

/// What kind of declaration a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Setting,
    Secret,
    File,
    Fragment,
    Text,
    Endpoint,
    Capability,
    Image,
}

/// Declarations that something reads: kind, service (empty: shared), name.
pub(super) type Used = BTreeSet<(Kind, String, String)>;
