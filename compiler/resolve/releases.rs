//! The releases of services that are not at that of their site.
//!
//! Invariant: a name that no release has is told, and the service taken for one of the site's release.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::diag::{Sink, unknown};
use crate::spec::site::{Group, Site};

/// The places of releases by service; what a host group says comes before what the site says.
pub(super) fn own<'a>(
    site: &'a Site,
    catalog: &Catalog,
    group: Option<&'a Group>,
    sink: &mut Sink,
) -> BTreeMap<&'a str, usize> {
    let of_group = group.into_iter().flat_map(|group| group.services.values());
    let mut places = BTreeMap::new();
    for spec in site.services.values().chain(of_group) {
        let Some(word) = &spec.release else { continue };
        match catalog.releases.get_index_of(word.as_str()) {
            Some(place) => drop(places.insert(spec.name.as_str(), place)),
            None => {
                let known = catalog.releases.keys().map(|name| name.as_str());
                sink.push(unknown("TG0501", "OpenStack release", word, word.span, known));
            }
        }
    }
    places
}
