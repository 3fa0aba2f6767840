//! The images of finished objects to diagnostics: references that no runtime takes, and tags that are another image tomorrow.
//!
//! Invariant: each reference has one diagnostic, at the place that a person can change.

use std::collections::BTreeMap;

use crate::check::finished::Finished;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::kube::image::Reference;
use crate::kube::item::Item;
use crate::model::Model;
use crate::origin::OriginId;
use crate::resolve::reference::image_at;

/// Checks the references of all containers.
pub fn images(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let of_release = |release| {
        let keys = model.image_keys(release);
        keys.filter_map(move |key| Some((image_at(model, release, key)?.0, key)))
    };
    let keys: BTreeMap<String, &str> = model.releases_in_use().into_iter().flat_map(of_release).collect();
    for (reference, origin) in references(finished) {
        let places = finished.spans(origin);
        let key = keys.get(reference).copied();
        let diagnostic = match Reference::parse(reference) {
            // A key that stands for no image was told.
            Err(_) if reference.is_empty() && sink.has("TG0513") => continue,
            Err(what) => {
                let message = format!("`{reference}` is not a valid reference to an image: {what}");
                finished.diagnostic("TG0541", &places, model.site.name.span, message)
            }
            Ok(parsed) if other_release(model, &parsed).is_some() => {
                let own = own_releases(model).join(", ");
                let other = other_release(model, &parsed).unwrap_or_default();
                let message =
                    format!("`{reference}` is an image of OpenStack {other}, and the site's release is {own}");
                let diagnostic = finished.diagnostic("TG0637", &places, model.site.name.span, message);
                let hint = format!("config files and Jobs are those of {own}: give an image of that release");
                Diagnostic { severity: Severity::Warning, ..diagnostic.hint(hint) }
            }
            Ok(parsed) if parsed.floats() && !is_accepted(model, key.unwrap_or(reference)) => {
                let message = format!("the tag of `{reference}` is set to another image with each build of it");
                let accepted = key.map_or(String::new(), |key| format!("; `floating-images {key}` accepts it"));
                let hint = format!("`taco-gen images lock` gives it a digest{accepted}");
                let diagnostic = finished.diagnostic("TG0542", &places, model.site.name.span, message).hint(hint);
                Diagnostic { severity: Severity::Warning, ..diagnostic }
            }
            Ok(_) => continue,
        };
        sink.push(diagnostic);
    }
}

/// The names of the releases that the site's services are at.
fn own_releases<'m>(model: &Model<'m>) -> Vec<&'m str> {
    model.releases_in_use().into_iter().map(|place| model.release_at(place)).collect()
}

/// Another OpenStack release that a tag names, by number or code name, where it names none of the site's own.
fn other_release<'m>(model: &Model<'m>, reference: &Reference<'_>) -> Option<&'m str> {
    let words: Vec<&str> = reference.tag?.split(['-', '_']).collect();
    let names = |release: &str| {
        let codename = model.catalog.releases.get(release).and_then(|release| release.codename.as_deref());
        words
            .iter()
            .any(|word| *word == release || codename.is_some_and(|codename| word.eq_ignore_ascii_case(codename)))
    };
    let mut releases = model.catalog.releases.keys().map(|release| release.as_str());
    if own_releases(model).into_iter().any(names) { None } else { releases.find(|release| names(release)) }
}

/// Images may move on a laptop, where the spec says so, and those of the stock on a site that nothing delivers yet.
fn is_accepted(model: &Model<'_>, key: &str) -> bool {
    let site = model.site;
    let is_stock = !site.images.contains_key(key);
    site.lab.value
        || site.floating_images.iter().any(|accepted| accepted.value == key)
        || is_stock && site.deliver.is_none()
}

/// The references of all containers, each once.
fn references<'f>(finished: &Finished<'f>) -> BTreeMap<&'f str, OriginId> {
    let mut found = BTreeMap::new();
    let pod = |object: &&'f Item| -> Option<&'f Item> {
        let job = object.at(&["spec", "jobTemplate"]).unwrap_or(object);
        job.at(&["spec", "template", "spec"])
    };
    for pod in finished.objects.iter().filter_map(pod) {
        for list in ["initContainers", "containers"] {
            for item in pod.get(list).map_or(&[][..], Item::list).iter().filter_map(|container| container.get("image"))
            {
                found.entry(item.text().unwrap_or("")).or_insert(item.origin);
            }
        }
    }
    found
}
