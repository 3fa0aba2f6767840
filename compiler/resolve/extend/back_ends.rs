//! The back ends that a site names, in the catalog: what their kinds have is the service's own.
//!
//! Invariant: a back end that is there is one of a kind that the service has; another was told before.

use crate::catalog::Catalog;
use crate::catalog::named;
use crate::diag::Sink;
use crate::spec::site::Site;

/// Does the site name some?
pub(super) fn names_some(site: &Site) -> bool {
    site.services.values().any(|spec| !spec.back_ends.is_empty())
}

/// Gives services what the kinds of their back ends have.
pub(super) fn enter(catalog: &mut Catalog, site: &Site) {
    for (name, spec) in &site.services {
        for said in spec.back_ends.values() {
            named::add(catalog, name, (&said.kind, &said.name), &mut Sink::default());
        }
    }
}
