//! Sections that an option lists by name, such as back ends: those of the stock go where a site lists others.
//!
//! Invariant: a section that a site writes itself stays, listed or not.

use crate::catalog::service::{File, Service};
use crate::diag::Sink;
use crate::model::Model;
use crate::model::options::{FileOptions, Layer, OptionLayers, Rank};
use crate::resolve::reference::{Context, evaluate, text_of};

/// Drops the sections that the stock lists and the site does not, where the stock alone writes them.
pub(super) fn drop_unlisted<'a>(model: &Model<'a>, place: (&'a Service, &File), file: &mut FileOptions<'a>) {
    let (service, declared) = place;
    for listed in declared.sections.iter().filter_map(|open| open.listed_in.as_ref()) {
        let options = file.sections.get(listed.section.as_str());
        let Some(option) = options.and_then(|options| options.get(listed.option.as_str())) else { continue };
        let stock = option.layers.iter().rev().find(|layer| !is_of_site(layer));
        let before = stock.map(|layer| names(model, service, layer)).unwrap_or_default();
        let after = option.winner().map(|layer| names(model, service, &layer)).unwrap_or_default();
        let is_dropped = |name: &str, options: &indexmap::IndexMap<&str, OptionLayers<'_>>| {
            before.iter().any(|known| known == name)
                && !after.iter().any(|known| known == name)
                && !options.values().flat_map(|option| &option.layers).any(is_of_site)
        };
        file.sections.retain(|name, options| !is_dropped(name, options));
    }
}

/// The names that the options of a file list, those of the files that it extends as well.
pub(super) fn listed(model: &Model<'_>, (service, name): (&Service, &str), file: &FileOptions<'_>) -> Vec<String> {
    let open = service.file_chain(name).flat_map(|(_, declared)| &declared.sections);
    let options = open.filter_map(|open| {
        let listed = open.listed_in.as_ref()?;
        file.sections.get(listed.section.as_str())?.get(listed.option.as_str())?.winner()
    });
    options.flat_map(|layer| names(model, service, &layer)).collect()
}

/// Drops the sections that an extended file lists and this one, by its own fragments, does not: they are back ends of other programs.
pub(super) fn drop_inherited<'a>(
    model: &Model<'a>,
    place: (&'a Service, &str),
    inherited: &[String],
    file: &mut FileOptions<'a>,
) {
    let own = listed(model, place, file);
    file.sections.retain(|name, _| !inherited.iter().any(|known| known == name) || own.iter().any(|own| own == name));
}

fn is_of_site(layer: &Layer<'_>) -> bool {
    matches!(layer.rank, Rank::Site | Rank::Group)
}

/// The names that a value lists, of `name:type` the name.
fn names(model: &Model<'_>, service: &Service, layer: &Layer<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for value in layer.value.values() {
        // A value that is wrong is told where it is lowered.
        let text = text_of(&evaluate(model, Context::of(service), value, &mut Sink::default()).line);
        let names = text.split(',').map(|name| name.split_once(':').map_or(name, |(name, _)| name).trim().to_owned());
        found.extend(names);
    }
    found
}
