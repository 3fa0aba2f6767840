//! The items of a service: settings, endpoints, capabilities, secrets, files, rules.
//!
//! Invariant: as in [`super`].

use std::collections::BTreeSet;

use super::{Binder, Kind, Place, Range, UNKNOWN};
use crate::catalog::bounds::{Bounds, Question};
use crate::catalog::expr::{Branch, OptionPath, Qualified};
use crate::catalog::file::{Fragment, ListedIn};
use crate::catalog::rule::{OptionPattern, Rule, Subject, Test};
use crate::catalog::service::{
    Endpoint, External, File, Format, Provide, Secret, SecretKind, Service, Setting, SettingType, check_setting,
};
use crate::diag::{Diagnostic, registry};
use crate::tree::word::{Label, Word};

impl<'c> Binder<'c, '_> {
    pub(super) fn service(&mut self, place: Place<'c>) {
        let service = place.service;
        self.bounds(place, &service.bounds);
        service.requires.iter().chain(&service.upgrade_after).for_each(|name| self.required(place, name));
        for (name, setting) in &service.settings {
            self.declared_setting(place, name, setting);
        }
        self.host(place);
        service.databases.values().for_each(|database| self.bounds(place, &database.bounds));
        service.virtual_hosts.values().for_each(|vhost| self.bounds(place, &vhost.bounds));
        if let Some(vhost) = service.virtual_hosts.values().next().filter(|_| service.queue.is_none()) {
            let name = &service.name;
            self.idle(vhost.span, || format!("service `{name}` has no `queue` whose account its virtual hosts have"));
        }
        service.identities.values().for_each(|identity| self.bounds(place, &identity.bounds));
        for (id, endpoint) in &service.endpoints {
            self.declared_endpoint(place, id, endpoint);
        }
        for (name, secret) in &service.secrets {
            self.declared_secret(place, name, secret);
        }
        self.resources(place);
        for (name, file) in &service.files {
            self.declared_file(place.within(&file.bounds), name, file);
        }
        for provide in service.provides.values() {
            self.provide(place.within(&provide.bounds), provide);
        }
        for (id, component) in &service.components {
            self.declared_component(place, component);
            if let Some(from) = component.moved_from.as_ref().filter(|from| from.as_str() == id.as_str()) {
                let message = format!("`moved-from` of component `{id}` has no effect: it has that name now");
                self.push("TG0581", from.span, || Diagnostic::error("TG0581", from.span, message).hint("remove it"));
            }
        }
        for job in service.jobs.values() {
            self.job(place, job);
        }
        service.jobs.values().flat_map(|job| &job.run_while_rolling).for_each(|value| self.value(place, value));
        for job in service.jobs.values().filter(|job| job.client_secret.is_some()) {
            self.idle(job.pod.main.span, || "`client-secret` stands outside jobs for clients".to_owned());
        }
        service.patches.iter().for_each(|patch| self.bounds(place, &patch.bounds));
        service.rules.iter().for_each(|rule| self.rule(place, rule, Some(service)));
    }

    fn declared_setting(&mut self, place: Place<'c>, name: &Word, setting: &Setting) {
        if let Some(bound) = setting.choices.first().filter(|_| setting.kind != SettingType::Text) {
            self.idle(bound.span, || format!("setting `{name}` has choices, and is not of type `text`"));
        }
        if (setting.minimum.is_some() || setting.maximum.is_some()) && setting.kind != SettingType::Integer {
            self.idle(setting.span, || format!("setting `{name}` has bounds, and is not of type `integer`"));
        }
        if let Some(default) = &setting.default {
            check_setting(&place.service.name, (name, setting), default, self.sink);
            self.tree(place, default);
        }
    }

    fn declared_endpoint(&mut self, place: Place<'c>, id: &Word, endpoint: &Endpoint) {
        self.bounds(place, &endpoint.bounds);
        if let Some(tls) = &endpoint.tls {
            self.bounds(place, &tls.bounds);
        }
        endpoint.aliases.values().for_each(|also| self.bounds(place, &also.bounds));
        if !place.service.components.values().any(|component| component.serves.contains(id)) {
            self.idle(id.span, || format!("no component serves the endpoint `{id}`"));
        }
    }

    fn declared_secret(&mut self, place: Place<'c>, name: &Word, secret: &Secret) {
        self.bounds(place, &secret.bounds);
        let is_certificate = secret.kind == SecretKind::X509;
        let is_named = !(secret.services.is_empty() && secret.names.is_empty()) || secret.nodes.is_some();
        if is_certificate && !is_named {
            let message =
                format!("the certificate of secret `{name}` has no name: `services`, `names` and `nodes` give some");
            self.push(UNKNOWN, secret.span, || Diagnostic::error(UNKNOWN, secret.span, message));
        } else if !is_certificate && is_named {
            self.idle(secret.span, || format!("secret `{name}` has names, and is not an `x509` secret"));
        }
        secret.nodes.iter().for_each(|label| self.label(label));
        // Components of different releases may stand behind one.
        let known: BTreeSet<&str> = kubernetes_services(place.service).collect();
        for stranger in secret.services.iter().filter(|word| !known.contains(word.as_str())) {
            let what = format!("Kubernetes Service of service `{}`", place.service.name);
            self.unknown(&what, stranger, known.iter().copied());
        }
        let is_open = matches!(secret.kind, SecretKind::Password | SecretKind::Hex | SecretKind::Base64);
        if secret.length.is_some() && !is_open {
            self.idle(secret.span, || format!("secret `{name}` has a length, and its kind leaves none open"));
        }
    }

    fn provide(&mut self, place: Place<'c>, provide: &'c Provide) {
        self.bounds(place, &provide.bounds);
        if let Some(tls) = &provide.tls {
            self.bounds(place, &tls.bounds);
        }
        self.provider(place, provide, &provide.component);
        if let Some(front) = &provide.front {
            self.bounds(place, &front.bounds);
            self.provider(place, provide, &front.component);
        }
        provide.urls.iter().for_each(|url| self.bounds(place, &url.bounds));
        provide.external.iter().for_each(|external| self.external(place, external));
        if let Some(connections) = &provide.connections
            && self.file(place, &connections.limit.file).is_some()
        {
            self.set_option(place, &connections.limit);
            let known: Vec<&str> = self.option_names().collect();
            if !known.contains(&connections.url.as_str()) {
                self.unknown("option of any file", &connections.url, known);
            }
        }
        let place = Place { provide: Some(provide), ..place };
        provide.jobs.values().for_each(|job| self.job(place, job));
    }

    /// A component behind a capability, or before it, has the capability's Service.
    fn provider(&mut self, place: Place<'c>, provide: &'c Provide, component: &'c Label) {
        let name = Qualified { service: None, name: component.0.clone() };
        let Some(found) = self.component(place, &name) else { return };
        let known: Vec<&str> = component_services(place.service, found).collect();
        if !known.contains(&provide.service.as_str()) {
            self.unknown(&format!("Kubernetes Service of component `{component}`"), &provide.service.0, known);
        }
    }

    /// What an external provider takes the place of is there.
    fn external(&mut self, place: Place<'c>, external: &External) {
        let service = place.service;
        if let Some(secret) = external.secret.as_ref().filter(|name| !service.secrets.contains_key(*name)) {
            let known = service.secrets.keys().map(Word::as_str);
            self.unknown(&format!("secret of service `{}`", service.name), secret, known);
        }
        for id in external.endpoints.keys().filter(|id| !service.endpoints.contains_key(*id)) {
            let known = service.endpoints.keys().map(Word::as_str);
            self.unknown(&format!("endpoint of service `{}`", service.name), id, known);
        }
        if external.secret.is_some() != external.admin.is_some() {
            self.idle(external.span, || "`admin` and `secret` of `external` go together".to_owned());
        }
    }

    /// The names of all options that fragments set.
    fn option_names(&self) -> impl Iterator<Item = &'c str> {
        let catalog = self.catalog;
        let own = catalog.services.values().flat_map(|service| service.fragments.values());
        let all = own.chain(catalog.fragments.values());
        all.flat_map(|fragment| fragment.values()).flat_map(|options| options.keys()).map(Word::as_str)
    }

    /// The text of a file that is written as a whole, and what only such a file has.
    fn file_text(&mut self, place: Place<'c>, name: &'c Word, file: &'c File) {
        let is_text = file.format.is_text();
        if is_text {
            let text = if file.format == Format::Template { format!("{name}.j2") } else { name.to_string() };
            self.text(place, &text, name);
        }
        if let Some((fragment, _)) = file.fragment_names().next().filter(|_| is_text) {
            self.idle(fragment.span, || format!("file `{name}` is a text, and no fragment goes into it"));
        }
        if file.format != Format::Template && !file.variables.is_empty() {
            self.idle(file.span, || format!("file `{name}` has variables, and is not a template"));
        }
        if file.assignments.is_some() && !is_text {
            self.idle(file.span, || format!("file `{name}` has `assignments`, and is not a text"));
        }
    }

    fn declared_file(&mut self, place: Place<'c>, name: &'c Word, file: &'c File) {
        let service = place.service;
        self.bounds(place, &file.bounds);
        self.egress(&file.egress);
        // Host files are read by the nodes, those of the installer by the program that makes the cluster.
        if file.host.is_some() || file.installer.is_some() {
            self.uses(Kind::File, &service.name, name);
        }
        if file.host.is_none() {
            let fragments = self.catalog.fragments_of(service, name);
            let options = fragments.iter().flat_map(|fragment| fragment.values()).flat_map(|options| options.values());
            for bounds in options.map(|option| &option.bounds).chain([&file.bounds]) {
                self.no_node(bounds);
            }
        }
        self.file_text(place, name, file);
        file.variables.values().for_each(|value| self.value(place, value));
        for (fragment, bounds) in file.fragment_names() {
            self.bounds(place, bounds);
            self.fragment(place.within(bounds), fragment);
        }
        if let Some(options) = service.fragments.get(name.as_str()) {
            self.uses(Kind::Fragment, &service.name, name);
            self.options(place, options);
        }
        self.unset(place, name, file);
        if let Some(base) = &file.extends {
            self.file(place, base);
        } else if let Some(section) = file.without.first() {
            self.idle(section.span, || format!("file `{name}` leaves sections out of no file: it has no `extends`"));
        }
        let is_alone = file.extends.is_none() || !file.without.is_empty();
        if let Some(kept) = file.only.first().filter(|_| is_alone) {
            self.idle(kept.span, || {
                format!("file `{name}` keeps names of no file: `only` is for one with `extends`, and without `without`")
            });
        }
        let of_drivers = file.sections.iter().filter_map(|open| open.drivers.as_ref()).map(|drivers| &drivers.table);
        for table in file.tables.iter().map(|name| &name.table).chain(of_drivers) {
            if !self.tables.contains(table.as_str()) {
                let known: Vec<&str> = self.tables.iter().copied().collect();
                self.unknown("option table", table, known);
            }
        }
        // Options that the stock leaves at their defaults list sections too: of files with tables those judge the name.
        let is_judged = |listed: &ListedIn| {
            file.format == Format::Oslo
                && !self
                    .catalog
                    .fragments_of(service, name)
                    .iter()
                    .any(|fragment| fragment.contains_key(&listed.section))
        };
        let listed: Vec<&ListedIn> = file.sections.iter().filter_map(|open| open.listed_in.as_ref()).collect();
        for listed in listed.into_iter().filter(|listed| !is_judged(listed)).collect::<Vec<_>>() {
            let (section, option) = (listed.section.clone(), listed.option.clone());
            self.set_option(place, &OptionPath { file: name.clone(), section, option });
        }
    }

    /// Only a host file is for one node.
    fn no_node(&mut self, bounds: &Bounds) {
        for condition in &bounds.when.0 {
            if let Question::Node(name) = &condition.question {
                let message = format!("`node:{name}` asks for the node of a host file, and this file is none");
                let hint = "`nodes:NAME` asks for any node";
                self.push("TG0515", name.span, || Diagnostic::error("TG0515", name.span, message).hint(hint));
            }
        }
    }

    /// What a file's own fragment unsets, another sets.
    fn unset(&mut self, place: Place<'c>, name: &Word, file: &File) {
        let service = place.service;
        // A base that is not there is told at its name.
        if file.extends.as_ref().is_some_and(|base| !service.files.contains_key(base)) {
            return;
        }
        let base = file.extends.as_deref().map(|base| self.catalog.fragments_of(service, base)).unwrap_or_default();
        let shared = file.fragment_names().filter_map(|(name, _)| self.catalog.fragment(service, name));
        let others: Vec<&Fragment> = base.into_iter().chain(shared).collect();
        for (section, options) in service.fragments.get(name.as_str()).into_iter().flat_map(|fragment| fragment.iter())
        {
            for (option, _) in options.iter().filter(|(_, option)| option.value.branch == Branch::Unset) {
                let set =
                    || others.iter().filter_map(|fragment| fragment.get(section)).flat_map(|options| options.keys());
                if !set().any(|known| known == option) {
                    let known: Vec<&str> = set().map(Word::as_str).collect();
                    self.unknown(&format!("option in `[{section}]`, which nothing sets before:"), option, known);
                }
            }
        }
    }

    fn fragment(&mut self, place: Place<'c>, name: &Word) {
        let (catalog, service) = (self.catalog, place.service);
        if let Some(options) = service.fragments.get(name.as_str()) {
            self.uses(Kind::Fragment, &service.name, name);
            return self.options(place, options);
        }
        match catalog.fragments.get(name.as_str()) {
            Some(options) => {
                self.uses(Kind::Fragment, "", name);
                self.options(place, options);
            }
            None => {
                let known = service.fragments.keys().chain(catalog.fragments.keys());
                self.unknown("fragment", name, known.map(String::as_str));
            }
        }
    }

    /// What a fragment's options refer to, as the file of the place has them.
    fn options(&mut self, place: Place<'c>, fragment: &'c Fragment) {
        for option in fragment.values().flat_map(|options| options.values()) {
            self.bounds(place, &option.bounds);
            self.tree(place.within(&option.bounds), &option.value);
        }
    }

    /// A text of the place's service.
    pub(super) fn text(&mut self, place: Place<'c>, name: &str, word: &Word) {
        let service = place.service;
        self.uses(Kind::Text, &service.name, name);
        if !service.texts.contains_key(name) {
            let what = format!("text under files/ of service `{}`", service.name);
            self.unknown(&what, &Word::new(name, word.span), service.texts.keys().map(String::as_str));
        }
    }

    pub(super) fn rule(&mut self, place: Place<'c>, rule: &Rule, own: Option<&'c Service>) {
        let place = place.within(&rule.bounds);
        self.bounds(place, &rule.bounds);
        let code = rule.code;
        if registry::entry(code.name).is_none() && self.catalog.explanation(code.name).is_none() {
            self.push("TG0699", code.span, || {
                let message = format!("code `{}` is not one of the program's, and no rule explains it", code.name);
                let hint = "a code of your own needs `title` and `explanation` in one of its rules";
                Diagnostic::error("TG0699", code.span, message).hint(hint)
            });
        }
        match &rule.subject {
            Subject::Setting(name) => {
                let _ = self.setting(place, &Qualified { service: None, name: name.clone() });
            }
            Subject::Options(patterns) => patterns.iter().for_each(|pattern| self.pattern(place, pattern, own)),
            Subject::Value(value) => self.value(place, value),
        }
        for condition in rule.conditions.iter().filter(|condition| condition.path.file != *"*") {
            self.pattern(place, &OptionPattern { service: None, path: condition.path.clone() }, own);
        }
        if let Test::Lists(name) = &rule.test {
            self.capability(place, name);
        }
        rule.test.terms().iter().chain(&rule.default).for_each(|value| self.value(place, value));
    }

    /// The service and the file of a rule's subject; its section and option are checked against the option tables.
    fn pattern(&mut self, place: Place<'c>, pattern: &OptionPattern, own: Option<&'c Service>) {
        let path = &pattern.path;
        let any = |word: &Word| *word == *"*";
        let service = match &pattern.service {
            Some(word) if any(word) => None,
            Some(word) => match self.owner(place, Some(word)) {
                Some(service) => Some(service),
                None => return,
            },
            None if own.is_none() => {
                let message = "a rule of no service names the service: `SERVICE FILE SECTION OPTION`";
                self.push(UNKNOWN, path.file.span, || Diagnostic::error(UNKNOWN, path.file.span, message));
                return;
            }
            None => own,
        };
        match service {
            Some(service) if !any(&path.file) => {
                let here = Place { service, range: Range { first: 1, last: 0 }, provide: None };
                self.file(here, &path.file);
            }
            _ => {
                let known = || self.catalog.services.values().flat_map(|service| service.files.keys());
                if !any(&path.file) && !known().any(|name| *name == path.file) {
                    let known: Vec<&str> = known().map(Word::as_str).collect();
                    self.unknown("file of any service", &path.file, known);
                }
            }
        }
    }
}

/// The Kubernetes Services of a service.
fn kubernetes_services(service: &Service) -> impl Iterator<Item = &str> {
    service.components.values().flat_map(|component| component_services(service, component))
}

/// The Kubernetes Services in front of a component.
pub(super) fn component_services<'c>(
    service: &'c Service,
    component: &'c crate::catalog::service::Component,
) -> impl Iterator<Item = &'c str> {
    let served = component.serves.iter().filter_map(|id| service.endpoints.get(id));
    let served = served.map(|endpoint| endpoint.service.as_deref().unwrap_or(component.object.as_str()));
    component.services.keys().map(Word::as_str).chain(served)
}
