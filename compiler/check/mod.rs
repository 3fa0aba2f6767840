//! Rules across services: what must hold between the numbers, names and addresses of a whole site.
//!
//! A rule about one value held against others is data (`schema/services/NAME/rules/RULE.kdl`, run by [`rule`]); one that needs
//! an algorithm is a pass of its own here.
//!
//! Invariant: a diagnostic stands at text of the site or an overlay where there is any that decides the value; service data is
//! shown beside it.
//! Invariant: no service and no option of a service is named here; names come from the data.

mod address;
mod budget;
pub mod certificate;
mod claim;
mod component;
mod connections;
mod effect;
pub mod finished;
mod host;
mod image;
mod label;
mod mount;
mod mtu;
mod node;
mod owner;
mod quorum;
mod release;
mod replicas;
mod repository;
mod resource;
mod role;
mod rule;
mod scale;
mod selector;
mod spread;
mod target;
mod upgrade;
mod uplink;

use crate::catalog::target::TargetKind;
use crate::check::finished::Finished;
use crate::diag::Sink;
use crate::model::Model;

/// Checks the bound site, before anything is made of it.
pub fn model(model: &Model<'_>, sink: &mut Sink) {
    target::target(model, sink);
    release::releases(model, sink);
    upgrade::upgrades(model, sink);
    role::unused(model, sink);
    label::without_node(model, sink);
    node::named(model, sink);
    owner::owners(model, sink);
    resource::resources(model, sink);
    component::components(model, sink);
    mtu::narrow(model, sink);
    uplink::physical(model, sink);
    repository::repository(model, sink);
    mount::added(model, sink);
    certificate::names(model, sink);
    certificate::issued(model, sink);
    certificate::public(model, sink);
    replicas::too_many(model, sink);
    replicas::none(model, sink);
    spread::crowded(model, sink);
    // On hosts there are no claims, and a member more than one is told as such.
    if model.target() == TargetKind::Kubernetes {
        claim::shared(model, sink);
        quorum::even(model, sink);
    }
}

/// Checks what a host group of the site mounts.
pub fn added_mounts(model: &Model<'_>, sink: &mut Sink) {
    mount::added(model, sink);
}

/// Checks what only the finished files and objects show.
pub fn finished((model, groups): (&Model<'_>, &[Model<'_>]), finished: &Finished<'_>, sink: &mut Sink) {
    if !sink.has_errors() {
        effect::effects(model, finished, sink);
    }
    rule::rules(model, finished, sink);
    groups.iter().for_each(|group| rule::of_group(group, finished, sink));
    address::addresses(model, finished, sink);
    scale::patched(model, finished, sink);
    selector::selectors(model, finished, sink);
    budget::budgets(model, finished, sink);
    connections::connections(model, finished, sink);
    image::images(model, finished, sink);
}
