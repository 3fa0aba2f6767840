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
    steps(known, old, new).into_iter().find_map(|(from, to, step)| {
        let between = match step {
            SeriesStep::Within | SeriesStep::Forward => return None,
            SeriesStep::Far(way) => Some(way.get(1..way.len() - 1).unwrap_or_default().to_vec()),
            SeriesStep::Never => None,
        };
        Some(Jump { origin: to.origin, from: from.to_owned(), to: tag(to.text()?)?.to_owned(), between })
    })
}

/// Is there no way back from one state of a workload to the one before?
pub fn is_upgrade(known: &[DataImage], old: &Item, new: &Item) -> bool {
    steps(known, old, new).into_iter().any(|(_, _, step)| step != SeriesStep::Within)
}

/// Of each container whose image holds data: the tag before, the image now, and the step between them.
fn steps<'i>(known: &[DataImage], old: &'i Item, new: &'i Item) -> Vec<(&'i str, &'i Item, SeriesStep)> {
    let before = images(old);
    let step = |(name, item): (&str, &'i Item)| {
        let (_, old) = before.iter().find(|(known, _)| *known == name)?;
        let image = known.iter().find(|known| item.text() == Some(known.reference.as_str()))?;
        let (from, to) = (tag(old.text()?)?, tag(item.text()?)?);
        Some((from, item, image.image.step(from, to)))
    };
    images(new).into_iter().filter_map(step).collect()
}

fn tag(reference: &str) -> Option<&str> {
    Reference::parse(reference).ok()?.tag
}

/// The containers' names and images.
fn images(object: &Item) -> Vec<(&str, &Item)> {
    let containers = template(object).and_then(|template| template.at(&["spec", "containers"]));
    let containers = containers.map(Item::list).unwrap_or_default();
    containers.iter().filter_map(|container| Some((container.get("name")?.text()?, container.get("image")?))).collect()
}
