//! Back ends that a site names: their settings and options stand where those of the service do.
//!
//! Invariant: behind this pass a back end's settings are settings of its service, and its options are those of a config file.

use indexmap::IndexMap;

use crate::catalog::Catalog;
use crate::catalog::back_end::{self, BackEnd, BackEndKind};
use crate::catalog::expr::{Branch, Tree};
use crate::catalog::overlay::{BackEndSpec, ServiceSpec};
use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink, nearest, unknown};
use crate::spec::moved;
use crate::spec::site::Site;
use crate::tree::label::is_label;
use crate::tree::record::{Decoder, Table};
use crate::tree::word::Word;

/// Enters the settings and options of all back ends; what is wrong with a back end leaves it out.
pub fn enter(site: &mut Site, catalog: &Catalog, sink: &mut Sink) {
    let releases: Vec<String> = catalog.releases.keys().map(ToString::to_string).collect();
    for (name, spec) in &mut site.common.services {
        let Some(service) = catalog.services.get(name.as_str()) else { continue };
        let mut said: Vec<BackEndSpec> = std::mem::take(&mut spec.back_ends).into_values().collect();
        moved::back_ends(name, &mut said, &mut site.moved, sink);
        let mut entry = Entry { catalog, service, releases: &releases, sink };
        entry.count(&said);
        spec.back_ends = said.into_iter().filter_map(|said| entry.enter(said, spec)).collect();
    }
    for spec in site.groups.values().flat_map(|group| group.services.values()) {
        for name in spec.back_ends.keys() {
            let message = format!("back end `{name}` stands in a host group, and back ends are of the whole site");
            let hint = "set it on the service; `component` with `node-selector` places its pods";
            sink.push(Diagnostic::error("TG0444", name.span, message).hint(hint));
        }
    }
}

struct Entry<'e> {
    catalog: &'e Catalog,
    service: &'e Service,
    releases: &'e [String],
    sink: &'e mut Sink,
}

impl<'e> Entry<'e> {
    fn enter(&mut self, said: BackEndSpec, spec: &mut ServiceSpec) -> Option<(Word, BackEndSpec)> {
        let kind = self.kind(&said)?;
        let made = kind.named(&said.name, &mut Decoder { releases: self.releases, sink: &mut Sink::default() })?;
        if !self.is_free(&said.name, &made) {
            return None;
        }
        if let Some(options) = &said.config {
            let Some(file) = &made.options_in else {
                let message =
                    format!("`config` of a back end of kind `{}` has no effect: it has no options", said.kind);
                self.sink.push(Diagnostic::error("TG0442", options.span, message).hint("remove it"));
                return None;
            };
            let file = spec.config.entry(Word::new(file.as_str(), options.span));
            let file = file.or_insert_with(|| Tree { span: options.span, branch: Branch::Map(IndexMap::new()) });
            if let Branch::Map(sections) = &mut file.branch {
                self.options(&said.name, options, sections);
            }
        }
        self.settings(&said, &made.settings, spec);
        Some((said.name.clone(), said))
    }

    /// Some kinds are there once.
    fn count(&mut self, said: &[BackEndSpec]) {
        for (kind, known) in &self.service.back_ends {
            let Some(most) = known.declared.at_most else { continue };
            let beyond = said.iter().filter(|one| one.kind == *kind).skip(usize::try_from(most.0).unwrap_or(0));
            for one in beyond {
                let message =
                    format!("`{}` is one back end of kind `{kind}` too many, expected at most {most}", one.name);
                self.sink.push(Diagnostic::error("TG0448", one.name.span, message).hint("remove one"));
            }
        }
    }

    fn kind(&mut self, said: &BackEndSpec) -> Option<&'e BackEndKind> {
        let known = &self.service.back_ends;
        let found = known.get(&said.kind);
        if found.is_none() && known.is_empty() {
            let message = format!("service `{}` has no back ends under names of the site's", self.service.name);
            let hint = "use its settings and `config`";
            self.sink.push(Diagnostic::error("TG0440", said.name.span, message).hint(hint));
        } else if found.is_none() {
            let what = format!("kind of back end of service `{}`", self.service.name);
            let names: Vec<&str> = known.keys().map(Word::as_str).collect();
            let diagnostic = unknown("TG0440", &what, &said.kind, said.kind.span, names.iter().copied());
            let list = format!("kinds of `{}`: {}", self.service.name, names.join(", "));
            self.sink.push(diagnostic.hint(list));
        }
        found
    }

    /// Is the name one that objects and sections can have, and that nothing of the service has?
    fn is_free(&mut self, name: &Word, made: &BackEnd) -> bool {
        let service = self.service;
        if !is_label(name) {
            let message = format!("`{name}` is not a valid name of a back end, expected a DNS label");
            let hint = "lower-case letters, digits and hyphens; objects are named after it";
            self.sink.push(Diagnostic::error("TG0441", name.span, message).hint(hint));
            return false;
        }
        let all = service.fragments.values().chain(self.catalog.fragments.values());
        let mut sections = all.flat_map(|fragment| fragment.keys());
        let taken = [
            ("section", sections.any(|section| section.eq_ignore_ascii_case(name))),
            ("component", made.components.keys().any(|id| service.components.contains_key(id))),
            ("job", made.jobs.keys().any(|id| service.jobs.contains_key(id))),
            ("file", made.files.keys().any(|id| service.files.contains_key(id))),
            ("database", made.databases.keys().any(|id| service.databases.contains_key(id))),
            ("virtual host", made.virtual_hosts.keys().any(|id| service.virtual_hosts.contains_key(id))),
            ("endpoint", made.endpoints.keys().any(|id| service.endpoints.contains_key(id))),
            ("secret", made.secrets.keys().any(|id| service.secrets.contains_key(id))),
        ];
        let Some((what, _)) = taken.into_iter().find(|(_, is_taken)| *is_taken) else { return true };
        let message =
            format!("a back end cannot be named `{name}`: service `{}` has a {what} of its own", service.name);
        let hint = format!("choose another name, such as `{name}-1`");
        self.sink.push(Diagnostic::error("TG0441", name.span, message).hint(hint));
        false
    }

    /// Enters the settings that the kind has; one that it must be told is missed at the back end's name.
    fn settings(
        &mut self,
        said: &BackEndSpec,
        known: &Table<crate::catalog::setting::Setting>,
        spec: &mut ServiceSpec,
    ) {
        let names: Vec<&str> = known.keys().map(Word::as_str).collect();
        for (name, value) in &said.settings {
            if known.contains_key(name) {
                spec.settings.insert(back_end::setting(&said.name, name), value.clone());
                continue;
            }
            let message = format!("unknown setting `{name}` of a back end of kind `{}`", said.kind);
            let mut diagnostic = Diagnostic::error("TG0442", name.span, message);
            if let Some(near) = nearest(name, names.iter().copied().chain(["config"])) {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            }
            let list = format!("settings of `{}`: {}; other options stand in `config`", said.kind, names.join(", "));
            self.sink.push(diagnostic.hint(list));
        }
        for (name, setting) in
            known.iter().filter(|(name, one)| one.default.is_none() && !said.settings.contains_key(*name))
        {
            let message = format!("back end `{}` of kind `{}` does not set `{name}`", said.name, said.kind);
            self.sink.push(Diagnostic::error("TG0443", said.name.span, message).hint(setting.doc.clone()));
        }
    }

    /// Puts options into the section of the back end, beside what `config` says of the file.
    fn options(&mut self, name: &Word, options: &Tree, sections: &mut IndexMap<Word, Tree>) {
        let Some(said) = options.as_map() else {
            let message = format!("options of back end `{name}` stand by name, found a list or value");
            self.sink.push(Diagnostic::error("TG0307", options.span, message));
            return;
        };
        let empty = || Tree { span: options.span, branch: Branch::Map(IndexMap::new()) };
        let section = sections.entry(Word::new(name.as_str(), options.span)).or_insert_with(empty);
        let Branch::Map(known) = &mut section.branch else { return };
        for (option, value) in said {
            if let Some((other, _)) = known.get_key_value(option) {
                let message = format!("`{option}` of back end `{name}` is said twice");
                let diagnostic = Diagnostic::error("TG0205", option.span, message);
                self.sink.push(diagnostic.also(other.span, "the other one"));
            }
            known.insert(option.clone(), value.clone());
        }
    }
}
