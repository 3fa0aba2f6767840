//! Fields that had another name: `check --fix` writes the new one.
//!
//! Invariant: no old name is a field of its record today, and every new name is one.

use super::shape::{Field, Record};

/// A field that had another name.
#[derive(Debug)]
pub struct Renamed {
    /// The record, by its name in the published schema.
    record: &'static str,
    /// The name before.
    old: &'static str,
    /// The name today.
    new: &'static str,
}

const fn renamed(record: &'static str, old: &'static str, new: &'static str) -> Renamed {
    Renamed { record, old, new }
}

/// All of them, by record and old name.
const RENAMED: [Renamed; 15] = [
    renamed("Component", "members", "quorum"),
    renamed("Container", "live", "liveness"),
    renamed("Container", "ready", "readiness"),
    renamed("Container", "started", "startup"),
    renamed("Endpoint", "also", "alias"),
    renamed("Endpoint", "title", "catalog-name"),
    renamed("IdentityUser", "sole", "no-staged-rotation"),
    renamed("Pod", "grace", "termination-grace-period"),
    renamed("Pod", "on", "node-selector"),
    renamed("Pod", "open", "ingress-from-any"),
    renamed("Pod", "talks", "may-connect-to"),
    renamed("Secret", "fixed", "immutable"),
    renamed("ServiceObject", "unready", "publish-not-ready-addresses"),
    renamed("Site", "lower", "allow"),
    renamed("Test", "grace", "termination-grace-period"),
];

/// The field that a name stood for before, if it did.
pub fn renamed_field(record: &'static Record, old: &str) -> Option<&'static Field> {
    let entry = |part: &'static Record| RENAMED.iter().find(move |entry| entry.record == part.name && entry.old == old);
    record.parts().find_map(entry).and_then(|entry| record.field(entry.new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::rule::Rule;
    use crate::catalog::service::Service;
    use crate::spec::site::Site;
    use crate::tree::shape::Shape;

    /// All records that a record leads to.
    fn records(record: &'static Record, found: &mut Vec<&'static Record>) {
        if found.iter().any(|known| std::ptr::eq(*known, record)) {
            return;
        }
        found.push(record);
        record.includes.iter().for_each(|part| records(part, found));
        record.fields.iter().for_each(|field| inner(&field.shape, found));
    }

    fn inner(shape: &'static Shape, found: &mut Vec<&'static Record>) {
        match shape {
            Shape::Record(record) | Shape::Sequence(record) => records(record, found),
            Shape::List(shape) | Shape::Table(shape) | Shape::Map(shape) => inner(shape, found),
            _ => {}
        }
    }

    #[test]
    fn old_names_are_gone_and_new_names_are_there() {
        let mut all = Vec::new();
        [Service::record(), Rule::record(), Site::record()].into_iter().for_each(|root| records(root, &mut all));
        for Renamed { record, old, new } in &RENAMED {
            let holders: Vec<_> = all.iter().filter(|known| known.name == *record).collect();
            assert!(!holders.is_empty(), "no record {record}");
            for holder in holders {
                assert!(holder.field(old).is_none(), "{record} still has {old}");
                assert!(renamed_field(holder, old).is_some_and(|field| field.name == *new), "{record} has no {new}");
            }
        }
    }
}
