//! Which OpenStack release each service of a site is at.
//!
//! Invariant: the data of a service see the release of that service, also where another service refers to them.

use std::collections::BTreeSet;

use crate::catalog::expr::Expr;
use crate::catalog::service::{Job, UpgradeStep};
use crate::model::{Model, Workload, WorkloadKind};
use crate::span::Span;

impl<'a> Model<'a> {
    /// The place of a service's release among the catalog's.
    pub fn release_of(&self, service: &str) -> usize {
        self.own_releases.get(service).copied().unwrap_or(self.release)
    }

    /// The name of a service's release.
    pub fn release_name(&self, service: &str) -> &'a str {
        self.release_at(self.release_of(service))
    }

    /// The place of a service's release as the nodes of a host group have it.
    pub fn release_in(&self, service: &str, group: Option<&str>) -> usize {
        let group = group.and_then(|name| self.site.groups.values().find(|group| *group.label() == *name));
        let said = group.and_then(|group| group.services.get(service)?.release.as_ref());
        let place = said.and_then(|word| self.catalog.releases.get_index_of(word.as_str()));
        place.unwrap_or_else(|| self.release_of(service))
    }

    /// The place of the release that services are on the way to.
    pub fn next_release(&self) -> Option<usize> {
        self.catalog.releases.get_index_of(self.site.release.next.as_ref()?.as_str())
    }

    /// The step of a service's upgrade.
    pub fn step_of(&self, service: &str) -> Option<UpgradeStep> {
        Some(self.site.services.get(service)?.upgrade.as_ref()?.value)
    }

    /// Is a Job part of the site at the step that its service is at?
    pub fn is_of_step(&self, service: &str, job: &Job) -> bool {
        job.upgrade.as_ref().is_none_or(|step| self.step_of(service) == Some(step.value))
    }

    /// The place of the release whose images the pods of a workload have.
    pub fn image_release(&self, workload: &Workload<'_>) -> usize {
        let step = match workload.kind {
            WorkloadKind::Job(job) => job.upgrade.as_ref().map(|step| step.value),
            WorkloadKind::Component(_) => None,
        };
        let next = step.filter(|step| step.is_before()).and_then(|_| self.next_release());
        next.unwrap_or_else(|| self.release_of(&workload.owner.name))
    }

    /// The words of the command of a workload's main container: those for a rollout between two releases, while there is one.
    pub fn command<'w>(&self, workload: &'w Workload<'_>) -> &'w [Expr] {
        let is_rolling = matches!(self.step_of(&workload.owner.name), Some(UpgradeStep::Rolling | UpgradeStep::Online));
        match workload.kind {
            WorkloadKind::Job(job) if is_rolling && !job.run_while_rolling.is_empty() => &job.run_while_rolling,
            _ => &workload.pod.main.run,
        }
    }

    /// Where a service's release is said: of the service, else of the site.
    pub fn release_span(&self, service: &str) -> Span {
        let said = self.site.services.get(service).and_then(|spec| spec.release.as_ref());
        said.map_or(self.site.release.openstack.span, |word| word.span)
    }

    /// The name of the release at a place.
    pub fn release_at(&self, place: usize) -> &'a str {
        self.catalog.releases.get_index(place).map_or("", |(name, _)| name.as_str())
    }

    /// The releases that the site's services are at, its own and the one that they are on the way to among them.
    pub fn releases_in_use(&self) -> BTreeSet<usize> {
        let of_groups = self.site.groups.values().flat_map(|group| group.services.values());
        let said = of_groups.filter_map(|spec| spec.release.as_ref());
        let places = said.filter_map(|word| self.catalog.releases.get_index_of(word.as_str()));
        self.own_releases.values().copied().chain([self.release]).chain(self.next_release()).chain(places).collect()
    }

    /// The keys of the images of a release.
    pub fn image_keys(&self, release: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let release = self.catalog.releases.get_index(release).map(|(_, release)| release);
        let of_release = release.into_iter().flat_map(|release| release.images.keys());
        of_release.chain(self.catalog.images.keys()).map(|key| key.as_str())
    }
}
