//! What a site says without effect: options of files that nothing mounts, settings that nothing reads, components that are not
//! there, options that each node sets itself.
//!
//! Invariant: what a spec or an overlay of a project says of a service shows in the output, decides a condition, or is a diagnostic.

use crate::catalog::bounds::{Bounds, Condition, Question};
use crate::catalog::expr::{Branch, Kind, NodeValue, Reference, Tree};
use crate::catalog::service::Service;
use crate::check::finished::Finished;
use crate::diag::{Diagnostic, Sink};
use crate::model::{Model, Workload};
use crate::span::Span;
use crate::spec::site::ServiceSpec;

/// Finds what has no effect.
pub fn effects(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let groups = model.site.groups.values().flat_map(|group| &group.services);
    for (name, spec) in model.site.services.iter().chain(groups) {
        let Some(service) = model.service(name).filter(|_| !model.is_elsewhere(name)) else { continue };
        let said = Said { model, finished, service, spec };
        spec.config.iter().for_each(|(file, tree)| said.file(file, tree, sink));
        said.settings(sink);
        said.components(sink);
    }
    for (name, secret) in &model.site.secrets {
        if !finished.shown.contains(&secret.name.span) {
            let message = format!("nothing reads secret `{name}`");
            let hint = format!("refer to it: `(secret)\"{name}\"`, or remove it");
            sink.push(Diagnostic::warning("TG0535", secret.name.span, message).hint(hint));
        }
    }
    for (key, image) in &model.site.images {
        if !finished.shown.contains(&image.span) && is_own(model, image.span) {
            let message = format!("no pod of the site has image `{key}`, so this has no effect");
            sink.push(Diagnostic::warning("TG0536", image.span, message).hint("remove it").unless_told());
        }
    }
}

/// Objects as JSON stand in options that may be repeated: oslo.config reads those of every file, so the node's come beside the others.
fn adds(value: &NodeValue) -> bool {
    let NodeValue::Value(value) = value else { return false };
    matches!(&value.kind, Kind::Reference(Reference::Records(_)))
}

/// Does it stand in the site's own spec?
fn is_own(model: &Model<'_>, span: Span) -> bool {
    span.file == model.site.name.span.file
}

/// What a site or a host group says of a service.
struct Said<'s, 'a> {
    model: &'s Model<'a>,
    finished: &'s Finished<'s>,
    service: &'s Service,
    spec: &'s ServiceSpec,
}

impl Said<'_, '_> {
    /// Options of a file.
    fn file(&self, name: &str, tree: &Tree, sink: &mut Sink) {
        if !self.service.files.contains_key(name) {
            return;
        }
        let mut idle = Vec::new();
        self.idle(tree, &mut idle);
        let Some(first) = idle.first() else { return self.of_nodes(name, tree, sink) };
        let (service, files) = (&self.service.name, self.reason(name));
        let message = format!("`{name}` of service `{service}` {files}, so what is said of it has no effect");
        sink.push(Diagnostic::error("TG0534", *first, message).hint("remove it").unless_told());
    }

    /// Why nothing of a file shows.
    fn reason(&self, name: &str) -> String {
        let bounds = self.service.files.get(name).map(|file| &file.bounds);
        let release = self.model.release_name(&self.service.name);
        match bounds {
            Some(bounds) if !bounds.has_release(self.model.release_of(&self.service.name)) => {
                format!("is not a file of release {release}")
            }
            Some(bounds) if !self.model.holds(&self.service.name, bounds) => "is not a file of this site".to_owned(),
            _ => "is read by no pod and no node of this site".to_owned(),
        }
    }

    /// The places of values that show nowhere.
    fn idle(&self, tree: &Tree, idle: &mut Vec<Span>) {
        if self.finished.shown.contains(&tree.span) {
            return;
        }
        match &tree.branch {
            Branch::Unset => {}
            Branch::One(value) if self.finished.shown.contains(&value.span) => {}
            Branch::One(value) => idle.push(value.span),
            Branch::List(items) if items.is_empty() => {}
            Branch::List(items) => {
                let mut inner = Vec::new();
                items.iter().for_each(|item| self.idle(item, &mut inner));
                // Items are joined into one line, which comes from the first.
                if inner.len() == items.len() {
                    idle.extend(inner.first());
                }
            }
            Branch::Map(map) => map.values().for_each(|tree| self.idle(tree, idle)),
        }
    }

    /// Options that each node sets to its own, in a file read last.
    fn of_nodes(&self, name: &str, tree: &Tree, sink: &mut Sink) {
        let readers: Vec<&Workload<'_>> =
            self.model.workloads.iter().filter(|reader| self.reads(reader, name)).collect();
        for (section, entry) in tree.as_map().into_iter().flatten() {
            for (option, value) in entry.as_map().into_iter().flatten() {
                // oslo.config reads the environment before any file.
                let variable = format!("OS_{section}__{option}").to_uppercase();
                let is_set = |reader: &&&Workload<'_>| {
                    let mut own = self.model.options.on_nodes(&self.service.name, reader.short());
                    own.any(|known| {
                        known.section == section.as_str() && known.option == option.as_str() && !adds(known.value)
                    }) || reader.pod.main.env.contains_key(variable.as_str())
                };
                let setting: Vec<&&Workload<'_>> = readers.iter().filter(is_set).collect();
                let Some(first) = setting.first().filter(|_| value.branch != Branch::Unset) else { continue };
                let message = format!(
                    "`{option}` in `[{section}]` of `{name}` has no effect in `{}`: each node sets it to its own",
                    first.id
                );
                let is_all = setting.len() == readers.len();
                let finding = if is_all { Diagnostic::error } else { Diagnostic::warning };
                let finding = finding("TG0656", value.items().first().map_or(value.span, |value| value.span), message);
                sink.push(finding.hint("remove it").unless_told());
            }
        }
    }

    /// Does the workload mount the file, or one that extends it?
    fn reads(&self, workload: &Workload<'_>, name: &str) -> bool {
        workload.owner.name == self.service.name
            && workload.pod.main.mounts.iter().any(|(mounted, mount)| {
                self.model.holds(&self.service.name, &mount.bounds)
                    && self.service.file_chain(mounted).any(|(file, _)| file.as_str() == name)
            })
    }

    fn settings(&self, sink: &mut Sink) {
        for (name, value) in self.spec.settings.iter().filter(|(name, _)| self.service.settings.contains_key(*name)) {
            let mut idle = Vec::new();
            self.idle(value, &mut idle);
            let first = idle.first().filter(|span| is_own(self.model, **span));
            if let Some(span) = first.filter(|_| !self.decides(name)) {
                let message = format!("nothing of this site reads setting `{name}` of service `{}`", self.service.name);
                let hint = "it belongs to a choice that the site does not make; remove it";
                sink.push(Diagnostic::warning("TG0535", *span, message).hint(hint).unless_told());
            }
        }
    }

    /// Does a condition on the setting decide anything, as all others beside it hold?
    fn decides(&self, name: &str) -> bool {
        let owner = self.service.name.as_str();
        self.model.catalog.conditions.iter().any(|(service, bounds)| {
            let asks = |condition: &Condition| match &condition.question {
                Question::Setting(setting, _) => setting.service(service) == owner && *setting.name == *name,
                _ => false,
            };
            let mut rest: Bounds = bounds.clone();
            rest.when.0.retain(|condition| !asks(condition));
            // Conditions on nodes are asked node by node.
            rest.when.0.retain(|condition| !matches!(condition.question, Question::Node(_)));
            rest.when.0.len() < bounds.when.0.len() && self.model.is_on(service) && self.model.holds(service, &rest)
        })
    }

    fn components(&self, sink: &mut Sink) {
        for (name, spec) in self.spec.components.iter().filter(|(name, _)| self.service.components.contains_key(*name))
        {
            let id = format!("{}/{name}", self.service.name);
            let is_off = self.model.is_turned_off(&self.service.name, name);
            if !is_off && self.model.workload(&id).is_none() && is_own(self.model, spec.span) {
                let message = format!("component `{name}` of service `{}` is not part of this site", self.service.name);
                let hint = "it belongs to a choice that the site does not make; remove this";
                sink.push(Diagnostic::error("TG0536", spec.span, message).hint(hint).unless_told());
            }
        }
        for (name, spec) in &self.spec.jobs {
            let suffix = format!("/{name}");
            let is_there = |known: &Workload<'_>| {
                known.owner.name == self.service.name && known.component().is_none() && known.id.ends_with(&suffix)
            };
            if !self.model.workloads.iter().any(is_there) && is_own(self.model, spec.span) {
                let message = format!("job `{name}` of service `{}` is not part of this site", self.service.name);
                let hint = "it belongs to a choice that the site does not make; remove this";
                sink.push(Diagnostic::error("TG0536", spec.span, message).hint(hint).unless_told());
            }
        }
    }
}
