//! Images of the committed output and of a new state to a version that takes over the data of the one before in several steps, or
//! not at all.
//!
//! Invariant: nothing is said of a tag whose series no service data name.

use crate::catalog::release::SeriesStep;
use crate::kube::image::Reference;
use crate::kube::item::Item;
use crate::lower::object::template;
use crate::model::facts::DataImage;
use crate::origin::OriginId;

/// A version that cannot follow another one in one step.
#[derive(Debug)]
pub struct Jump {
    /// What decided the new image.
    pub origin: OriginId,
    /// The tag before.
    pub from: String,
    /// The tag now.
    pub to: String,
    /// The series between, in their order; none where there is no way.
    pub between: Option<Vec<String>>,
}

/// The first jump between two states of a workload.
pub fn jump(known: &[DataImage], old: &Item, new: &Item) -> Option<Jump> {
    let before = images(old);
    let of_both = images(new).into_iter().filter_map(|(name, item)| {
        let (_, old) = before.iter().find(|(known, _)| *known == name)?;
        Some((old.text()?, item))
    });
    of_both.filter_map(|(old, item)| jump_of(known, old, item)).next()
}

fn jump_of(known: &[DataImage], old: &str, new: &Item) -> Option<Jump> {
    let reference = new.text()?;
    let image = &known.iter().find(|known| known.reference == reference)?.image;
    let (from, to) = (Reference::parse(old).ok()?.tag?, Reference::parse(reference).ok()?.tag?);
    let between = match image.step(from, to) {
        SeriesStep::Within | SeriesStep::Forward => return None,
        SeriesStep::Far(way) => Some(way.get(1..way.len() - 1).unwrap_or_default().to_vec()),
        SeriesStep::Never => None,
    };
    Some(Jump { origin: new.origin, from: from.to_owned(), to: to.to_owned(), between })
}

/// Is there no way back from one state of a workload to the one before?
pub fn is_upgrade(known: &[DataImage], old: &Item, new: &Item) -> bool {
    let before = images(old);
    images(new).into_iter().any(|(name, item)| {
        let image = item.text().and_then(|reference| known.iter().find(|known| known.reference == reference));
        let old = before.iter().find(|(known, _)| *known == name).and_then(|(_, old)| old.text());
        let tag = |reference| Reference::parse(reference).ok()?.tag;
        let (Some(known), Some(from), Some(to)) = (image, old.and_then(tag), item.text().and_then(tag)) else {
            return false;
        };
        known.image.step(from, to) != SeriesStep::Within
    })
}

/// The containers' names and images.
fn images(object: &Item) -> Vec<(&str, &Item)> {
    let containers = template(object).and_then(|template| template.at(&["spec", "containers"]));
    let containers = containers.map(Item::list).unwrap_or_default();
    containers.iter().filter_map(|container| Some((container.get("name")?.text()?, container.get("image")?))).collect()
}
