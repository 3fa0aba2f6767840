//! References, conditions and what they name.
//!
//! Invariant: as in [`super`].

use std::collections::BTreeSet;

use super::{Binder, Kind, Place, UNKNOWN};
use crate::catalog::bounds::{Bounds, Condition, Conditions, EVERY, Question};
use crate::catalog::expr::{Amount, Each, Expr, Filter, Part, Piece, Qualified, Reference, Selection, Source, Tree};
use crate::catalog::named::sample_name;
use crate::catalog::scalar::{DPDK_TRAIT, ZONE_LABEL};
use crate::catalog::service::{ComponentKind, Provide, Service, Setting, SettingType};
use crate::diag::{Diagnostic, nearest};
use crate::tree::word::Word;

impl<'c> Binder<'c, '_> {
    pub(super) fn bounds(&mut self, place: Place<'c>, bounds: &Bounds) {
        for condition in &bounds.when.0 {
            self.condition(place, condition);
        }
        if bounds.when.0.iter().any(|condition| matches!(condition.question, Question::Setting(..))) {
            self.conditions.push((place.service.name.to_string(), bounds.clone()));
        }
        if let (Some(since), Some(until)) = (&bounds.since, &bounds.until)
            && since.index > until.index
        {
            let span = until.word.span;
            self.idle(span, || format!("no release is from `{}` to `{}`", since.word, until.word));
        }
    }

    fn condition(&mut self, place: Place<'c>, condition: &Condition) {
        match &condition.question {
            Question::Service(name) => {
                let _ = self.owner(place, Some(name));
            }
            Question::Node(name) | Question::Nodes(name) => self.member(name),
            Question::BackEnd(kind) if *kind == EVERY || place.service.back_ends.contains_key(kind) => {}
            Question::BackEnd(kind) => {
                let known = place.service.back_ends.keys().map(Word::as_str);
                self.unknown("kind of back end of the service", kind, known);
            }
            Question::File(name) => {
                let _ = self.file(place, name);
            }
            Question::Target(_) | Question::Distribution(_) | Question::Site(_) => {}
            Question::Tls(name) if name == EVERY => {}
            Question::Tls(name) => {
                self.need(place, name);
                let is_tls = |known: &Provide| {
                    known.tls.is_some() || known.external.as_ref().is_some_and(|external| external.tls)
                };
                // Others may serve an endpoint over TLS, and a site may say that one is behind a proxy that does.
                let has_tls = |service: &Service| {
                    service.provides.get(name).is_some_and(is_tls) || service.endpoints.contains_key(name)
                };
                let provided = self.catalog.services.values().any(|service| service.provides.contains_key(name));
                if provided && !self.catalog.services.values().any(has_tls) {
                    self.idle(name.span, || format!("no provider of `{name}` speaks TLS"));
                }
            }
            Question::Setting(name, value) => {
                if let Some(setting) = self.setting(place, name) {
                    self.setting_value(&name.name, setting, value);
                }
            }
        }
    }

    /// A value that a condition compares a setting with must be one that it can have.
    fn setting_value(&mut self, name: &str, setting: &Setting, value: &Word) {
        let fits = match setting.kind {
            SettingType::Boolean => matches!(value.as_str(), "true" | "false"),
            SettingType::Integer => value.parse::<i64>().is_ok(),
            SettingType::Text | SettingType::Quantity | SettingType::List | SettingType::Json => {
                setting.choices.is_empty() || setting.choices.contains(value)
            }
        };
        if fits {
            return;
        }
        let mut known: Vec<&str> = setting.choices.iter().map(Word::as_str).collect();
        if setting.kind == SettingType::Boolean {
            known = vec!["true", "false"];
        }
        self.push(UNKNOWN, value.span, || {
            let diagnostic = Diagnostic::error(UNKNOWN, value.span, format!("setting `{name}` is never `{value}`"));
            match nearest(value, known.iter().copied()) {
                Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                None if known.is_empty() => diagnostic.hint("it is an integer"),
                None => diagnostic.hint(format!("it is one of {}", known.join(", "))),
            }
        });
    }

    pub(super) fn setting(&mut self, place: Place<'c>, name: &Qualified) -> Option<&'c Setting> {
        let owner = self.owner(place, name.service.as_ref())?;
        self.uses(Kind::Setting, &owner.name, &name.name);
        let found = owner.settings.get(&name.name);
        if found.is_none() {
            let what = format!("setting of service `{}`", owner.name);
            self.unknown(&what, &name.name, owner.settings.keys().map(Word::as_str));
        }
        found
    }

    pub(super) fn tree(&mut self, place: Place<'c>, tree: &Tree) {
        tree.leaves().into_iter().for_each(|value| self.value(place, value));
    }

    pub(super) fn value(&mut self, place: Place<'c>, value: &Expr) {
        for reference in value.references() {
            self.reference(place, value, reference);
        }
    }

    fn reference(&mut self, place: Place<'c>, value: &Expr, reference: &Reference) {
        match reference {
            Reference::Endpoint(_, id, _) => self.endpoint(place, id),
            Reference::Provider(_, name) | Reference::ProviderHosts(name, _) => self.capability(place, name),
            Reference::OwnDatabase(id) => self.database(place, id.as_ref(), value),
            Reference::DatabaseUrl(id, client) => {
                self.database(place, id.as_ref(), value);
                client.iter().for_each(|client| self.client(client));
            }
            Reference::QueueUrl(owner, vhost) => {
                if let Some(owner) = self.owner(place, owner.as_ref()) {
                    self.queue(owner, value, vhost.as_ref());
                }
            }
            Reference::OwnVhost(vhost) => self.queue(place.service, value, vhost.as_ref()),
            Reference::Secret(name, key) => self.secret(place, name, key.as_ref()),
            Reference::IdentityPassword(user) | Reference::OwnIdentity(user) => {
                self.identity(place, user.as_ref(), value);
            }
            Reference::Network(name, _) => self.network(name),
            Reference::Setting(name) => {
                let _ = self.setting(place, name);
            }
            Reference::Replicas(name) => {
                let _ = self.component(place, name);
            }
            Reference::Pods(name, ..) => {
                let kind = self.component(place, name).map(|component| component.kind);
                if kind.is_some_and(|kind| kind != ComponentKind::StatefulSet) {
                    let word = &name.name;
                    self.idle(word.span, || format!("the pods of `{word}` have no names: it is not a StatefulSet"));
                }
            }
            Reference::NodesLabelled(label) | Reference::Nodes(label, _) => self.label(label),
            Reference::MemoryLimit(name) => self.own_component(place, name),
            Reference::Option(path, default) => self.option(place, path, default.as_deref()),
            Reference::Each(each) => self.each(place, value, each),
            Reference::Records(records) => {
                let place = self.place_of(place, &records.of);
                self.selection(place, value, &records.of);
                records.fields.iter().for_each(|(_, field)| self.record_field(place, field));
            }
            Reference::Quotient(quotient) => {
                let amounts = quotient.sum.iter().chain(&quotient.product).chain(&quotient.plus);
                amounts.for_each(|amount| self.amount(place, amount));
            }
            Reference::Client(field) => {
                if place.provide.is_none() {
                    let span = value.span;
                    self.idle(span, || format!("`(client)` stands outside jobs for clients, found `{field}`"));
                }
            }
            Reference::Image(key) => self.image(place, key, key),
            Reference::Files(pattern) => {
                let _ = self.file(place, pattern);
            }
            Reference::Uuid(name) => self.secret(place, &Qualified { service: None, name: name.clone() }, None),
            Reference::Site(_) | Reference::Host(_) | Reference::OwnName | Reference::Trust(_) => {}
            Reference::If(conditions, pieces) => self.conditional(place, value, (conditions, pieces)),
        }
    }

    fn conditional(&mut self, place: Place<'c>, value: &Expr, (conditions, pieces): (&Conditions, &[Piece])) {
        self.bounds(place, &conditions.bounds(value.span));
        for nested in pieces.iter().filter_map(Piece::reference) {
            self.reference(place, value, nested);
        }
    }

    fn each(&mut self, place: Place<'c>, value: &Expr, each: &Each) {
        let of = self.place_of(place, &each.of);
        self.selection(of, value, &each.of);
        for part in &each.parts {
            match part {
                Part::Literal(_) => {}
                Part::Field(field) => self.record_field(of, field),
                Part::Reference(reference) => self.reference(place, value, reference),
            }
        }
    }

    fn amount(&mut self, place: Place<'c>, amount: &Amount) {
        match amount {
            Amount::Number(_) => {}
            Amount::Option(path) => self.option(place, path, None),
            Amount::Setting(name) => {
                let _ = self.setting(place, name);
            }
        }
    }

    /// The service whose records they are.
    fn place_of(&mut self, place: Place<'c>, of: &Selection) -> Place<'c> {
        let owner = of.owner.as_ref().and_then(|name| self.owner(place, Some(name)));
        owner.map_or(place, |service| Place { service, ..place })
    }

    /// Which records of a source count.
    fn selection(&mut self, place: Place<'c>, value: &Expr, of: &Selection) {
        if of.source.is_of_client() && place.provide.is_none() {
            let source = of.source;
            self.idle(value.span, || format!("`{source}` of a client stands outside jobs for clients"));
        }
        for filter in &of.filters {
            match filter {
                Filter::Has(field) | Filter::Lacks(field) => self.record_field(place, field),
                Filter::Is(field, value) => {
                    self.record_field(place, field);
                    if of.source == Source::Networks && *field == *"name" {
                        self.network(value);
                    }
                }
                Filter::In(name) => self.member(name),
            }
        }
        if let Some((_, name)) = &of.limit {
            self.member(name);
        }
    }

    /// A field `setting.NAME` names a setting of some kind of back end.
    fn back_end_setting(&mut self, place: Place<'c>, name: &Word) {
        let kinds = &place.service.back_ends;
        let has = kinds.iter().filter(|(_, kind)| kind.declared.settings.contains_key(name));
        let having: Vec<&Word> = has.map(|(kind, _)| kind).collect();
        for kind in &having {
            self.uses(Kind::Setting, &place.service.name, &format!("{}/{name}", sample_name(kind)));
        }
        if having.is_empty() {
            let known: BTreeSet<&str> =
                kinds.values().flat_map(|kind| kind.declared.settings.keys()).map(Word::as_str).collect();
            let what = format!("setting of a back end of service `{}`", place.service.name);
            self.unknown(&what, name, known);
        }
    }

    /// A field `address.NETWORK` names a network.
    fn record_field(&mut self, place: Place<'c>, field: &Word) {
        if let Some(setting) = field.after("setting.") {
            return self.back_end_setting(place, &setting);
        }
        if let Some(network) = field.after("address.") {
            self.network(&network);
        }
    }

    /// A label, group or trait that a role brings.
    fn member(&mut self, name: &Word) {
        let roles = self.catalog.roles.values();
        let known: Vec<&str> = roles
            .flat_map(|role| {
                let groups = role.groups.iter().chain(&role.traits).map(|group| group.name.as_str());
                groups.chain(role.labels.iter().map(Word::as_str))
            })
            .chain([ZONE_LABEL, DPDK_TRAIT])
            .collect();
        // A role of a site may bring names of its own: those that no stock name is near are checked with the site.
        if !known.contains(&name.as_str()) && nearest(name, known.iter().copied()).is_some() {
            self.unknown("label, group or trait of nodes", name, known);
        }
    }

    /// A service that has a virtual host, and maybe others beside it.
    fn queue(&mut self, owner: &'c Service, value: &Expr, vhost: Option<&Word>) {
        if owner.queue.is_none() {
            self.undeclared(owner, value, "queue");
        }
        if let Some(id) = vhost.filter(|id| !owner.virtual_hosts.contains_key(*id)) {
            let what = format!("virtual host of service `{}`", owner.name);
            self.unknown(&what, id, owner.virtual_hosts.keys().map(Word::as_str));
        }
    }

    fn undeclared(&mut self, service: &'c Service, value: &Expr, what: &str) {
        let service = &service.name;
        self.push(UNKNOWN, value.span, || {
            Diagnostic::error(UNKNOWN, value.span, format!("service `{service}` declares no {what}"))
        });
    }

    /// Any endpoint of the catalog.
    pub(super) fn endpoint(&mut self, place: Place<'c>, id: &Word) {
        let catalog = self.catalog;
        let owners = catalog.services.values().filter_map(|service| Some((service, service.endpoints.get(id)?)));
        let owners: Vec<_> = owners.collect();
        owners.iter().for_each(|(owner, _)| self.uses(Kind::Endpoint, &owner.name, id));
        // It may move from one service to another with a release.
        let is_there = |release| {
            let has = |bounds: &Bounds| bounds.has_release(release);
            owners.iter().any(|(owner, endpoint)| has(&owner.bounds) && has(&endpoint.bounds))
        };
        match owners.first() {
            Some(_) if (place.range.first..=place.range.last).all(is_there) => {}
            Some((owner, endpoint)) => {
                self.there(place, id.span, &format!("endpoint `{id}`"), [&owner.bounds, &endpoint.bounds]);
            }
            None => {
                let known = catalog.services.values().flat_map(|service| service.endpoints.keys());
                self.unknown("endpoint", id, known.map(Word::as_str));
            }
        }
    }

    pub(super) fn capability(&mut self, place: Place<'c>, name: &Word) {
        let catalog = self.catalog;
        let mut owners = catalog.services.values().filter_map(|service| Some((service, service.provides.get(name)?)));
        match owners.next() {
            Some((owner, provide)) => {
                self.uses(Kind::Capability, &owner.name, name);
                self.there(place, name.span, &format!("capability `{name}`"), [&owner.bounds, &provide.bounds]);
            }
            None => {
                let known = catalog.services.values().flat_map(|service| service.provides.keys());
                self.unknown("capability", name, known.map(Word::as_str));
            }
        }
    }

    fn database(&mut self, place: Place<'c>, id: Option<&Word>, value: &Expr) {
        let databases = place.service.databases.iter().map(|(name, database)| (name, &database.bounds)).collect();
        self.declared(place, ("database", databases), id, value);
    }

    /// A client library for which a provider says a URL of its own.
    fn client(&mut self, name: &Word) {
        let provides = self.catalog.services.values().flat_map(|service| service.provides.values());
        let known: Vec<&str> =
            provides.flat_map(|provide| &provide.urls).filter_map(|url| url.client.as_deref()).collect();
        if !known.contains(&name.as_str()) {
            self.unknown("client of a URL", name, known);
        }
    }

    fn identity(&mut self, place: Place<'c>, user: Option<&Word>, value: &Expr) {
        let users = place.service.identities.iter().map(|(name, user)| (name, &user.bounds)).collect();
        self.declared(place, ("identity user", users), user, value);
    }

    /// What the service declares under that name, the first where none is named.
    fn declared(&mut self, place: Place<'c>, of: (&str, Vec<(&'c Word, &'c Bounds)>), id: Option<&Word>, value: &Expr) {
        let (kind, all) = of;
        let found = match id {
            Some(id) => all.iter().find(|(name, _)| *name == id),
            None => all.first(),
        };
        match (found, id) {
            (Some((name, bounds)), _) => {
                let span = id.map_or(value.span, |id| id.span);
                let what = format!("{kind} `{name}` of service `{}`", place.service.name);
                self.there(place, span, &what, [&place.service.bounds, bounds]);
            }
            (None, Some(id)) => {
                let what = format!("{kind} of service `{}`", place.service.name);
                self.unknown(&what, id, all.iter().map(|(name, _)| name.as_str()));
            }
            (None, None) => self.undeclared(place.service, value, kind),
        }
    }
}
