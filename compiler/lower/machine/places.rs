//! Where things of a pod lie on a host: paths of packages in place of those that the pod has.
//!
//! Invariant: what is placed elsewhere is named there by every command of its service.

use crate::catalog::host_run::HostPlace;
use crate::catalog::mount::beside;
use crate::model::{Model, Workload};

/// The places that count for a component or a job: its own before those of its service.
pub(super) struct Places<'p>(Vec<(&'p str, &'p HostPlace)>);

impl<'p> Places<'p> {
    /// Those that hold on the site's hosts.
    pub(super) fn of(model: &Model<'_>, workload: &'p Workload<'_>) -> Self {
        let owner = workload.owner;
        let own = model.host_run(&owner.name, workload.pod).map(|host| &host.places);
        let shared = owner.host.as_ref().map(|host| &host.places);
        let all = own.into_iter().chain(shared).flatten();
        Places(
            all.filter(|(_, place)| model.holds(&owner.name, &place.bounds))
                .map(|(path, place)| (path.as_str(), place))
                .collect(),
        )
    }

    fn find(&self, path: &str) -> Option<&'p HostPlace> {
        self.0.iter().find(|(from, _)| *from == path).map(|(_, place)| *place)
    }

    /// The path on the host of something that the pod has at `path`; none where no place says one.
    pub(super) fn at(&self, path: &str) -> Option<&'p str> {
        self.find(path)?.at.as_deref()
    }

    /// The folder of the drop-in of a file that the pod has at `path`; none where no place says one.
    pub(super) fn drop_in(&self, path: &str) -> Option<String> {
        let place = self.find(path)?;
        place.drop_in.clone().or_else(|| place.at.as_deref().map(beside))
    }

    /// A word with paths of the host.
    pub(super) fn moved(&self, word: &str) -> String {
        let of_drop_in = |path: &str| self.drop_in(path).map(|folder| (beside(path), folder));
        let drop_ins = self.0.iter().filter_map(|(path, _)| of_drop_in(path));
        let files = self.0.iter().filter_map(|(path, place)| Some(((*path).to_owned(), place.at.clone()?)));
        let moved = files.chain(drop_ins).find_map(|(from, to)| {
            let rest = word.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        });
        moved.unwrap_or_else(|| word.to_owned())
    }

    /// Words of a command.
    pub(super) fn words(&self, words: Vec<String>) -> Vec<String> {
        words.iter().map(|word| self.moved(word)).collect()
    }
}
