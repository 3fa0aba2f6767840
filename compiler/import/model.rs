//! Which options a site's model decides: addresses, accounts, paths in pods. What another tool rendered there means its own site.
//!
//! Invariant: the answer follows from the service's data alone.

use super::draft::Place;
use super::pattern::glob;
use crate::catalog::Catalog;
use crate::catalog::expr::{Expr, Kind, Reference};

/// Does the model decide an option, given as service, file, section and name?
pub fn decides(catalog: &Catalog, [service, file, section, option]: [&str; 4]) -> bool {
    let Some(service) = catalog.services.get(service) else { return false };
    let fragments = catalog.fragments_of(service, file);
    let sections = fragments.iter().filter_map(|fragment| fragment.get(section));
    // `*` in a name stands for a number.
    let is_named = |name: &str| glob(name, option, &mut Vec::new()).is_some();
    let values = sections.flatten().filter(|(name, _)| is_named(name)).map(|(_, value)| value);
    values.flat_map(|option| option.value.leaves()).any(is_of_model)
}

/// Has the file of a place, `service NAME > config FILE`, no sections?
pub fn is_flat(catalog: &Catalog, place: &str) -> bool {
    let (place, _) = Place::parse(place);
    let [service, file] = place.steps.as_slice() else { return false };
    let (Some(service), Some(file)) = (service.argument.as_deref(), file.argument.as_deref()) else { return false };
    let Some(service) = catalog.services.get(service) else { return false };
    catalog.fragments_of(service, file).iter().any(|fragment| fragment.contains_key("-"))
}

/// Is a value made of the model, and no choice of the site?
fn is_of_model(value: &Expr) -> bool {
    match &value.kind {
        Kind::Literal(literal) => literal.text().starts_with('/'),
        Kind::Reference(_) | Kind::Text(_) => !value.references().into_iter().all(is_choice),
    }
}

/// Is it what a site may say otherwise?
fn is_choice(reference: &Reference) -> bool {
    matches!(
        reference,
        Reference::Setting(_)
            | Reference::Option(..)
            | Reference::Quotient(_)
            | Reference::MemoryLimit(_)
            | Reference::If(..)
            | Reference::Nodes(..)
            | Reference::Replicas(_)
    )
}
