//! Images by key: what the site says, else the release's, from the site's registry and with its digest.
//!
//! Invariant: a digest is that of the reference as it is pulled, the site's registry in it.

use crate::model::Model;
use crate::model::facts::DataImage;
use crate::span::Span;

/// An image by key, as pods of a service have it: that of the service's release.
pub fn image(model: &Model<'_>, service: &str, key: &str) -> Option<(String, Span)> {
    image_at(model, model.release_of(service), key)
}

/// An image of the site by key, of the release at that place.
pub fn image_at(model: &Model<'_>, release: usize, key: &str) -> Option<(String, Span)> {
    let release = model.catalog.releases.get_index(release).map(|(_, release)| release);
    let written = model.site.images.get(key).map(|image| (image.value.clone(), image.span));
    let stock = || release.and_then(|release| release.images.get(key)).or_else(|| model.catalog.images.get(key));
    let (reference, span) = written.or_else(|| stock().map(|image| (image.to_string(), image.span)))?;
    let (reference, span) = in_registry(model, reference, span);
    let locked = model.site.image_locks.get(&reference).map(|digest| format!("{reference}@{digest}"));
    Some((locked.unwrap_or(reference), span))
}

/// A reference in the site's own registry, where it has one.
fn in_registry(model: &Model<'_>, reference: String, span: Span) -> (String, Span) {
    let Some(registry) = &model.site.registry else { return (reference, span) };
    let path = match reference.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => &reference,
    };
    (format!("{}/{path}", registry.value.trim_end_matches('/')), registry.span)
}

/// The images of the site whose versions take over the data of some others alone.
pub fn data_images(model: &Model<'_>) -> Vec<DataImage> {
    let images =
        model.services.iter().flat_map(|service| service.images.iter().map(|(key, image)| (*service, key, image)));
    let holding = images.filter(|(_, _, image)| !image.upgrades.is_empty());
    let named = holding.filter_map(|(service, key, known)| {
        let (reference, _) = image(model, &service.name, key)?;
        Some(DataImage { reference, image: known.clone() })
    });
    named.collect()
}
