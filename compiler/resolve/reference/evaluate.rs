//! References to values: the closed set of forms that service data and specs may use.
//!
//! Invariant: a reference gives the same parts wherever it stands; secrets stay names.

use super::address::{internal_address, public_address};
use super::client;
use super::image::image;
use super::listing::{bracketed, first_label, listed, prefix};
use super::uuid::uuid;
use crate::catalog::expr::{
    EndpointPart, Expr, Interface, Kind, Listing, OptionPath, Piece, ProviderPart, Qualified, Reference,
};
use crate::catalog::file::of_pattern;
use crate::catalog::service::{Secret, Service};
use crate::config::file::{Line, Part, Quoting, SecretUse};
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{AccountProvider, SecretId};
use crate::model::{Evaluated, Model, ProviderUse};
use crate::resolve::off::turned_off;
use crate::span::Span;

/// Where the certificates are mounted that clients trust.
pub const TRUST: &str = "/run/taco/trust/ca.crt";

/// Whose data a reference stands in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The service whose data it is.
    pub service: &'a Service,
    /// The client, in jobs under `provides`.
    pub client: Option<&'a Service>,
    /// The values that are being evaluated, of which this is part.
    pub trail: Option<&'a Step<'a>>,
}

impl<'a> Context<'a> {
    /// That of a service's own data.
    pub fn of(service: &'a Service) -> Context<'a> {
        Context { service, client: None, trail: None }
    }
}

/// A value being evaluated, and the one that refers to it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    service: &'a str,
    span: Span,
    before: Option<&'a Step<'a>>,
}

/// A value's parts.
pub fn evaluate(model: &Model<'_>, context: Context<'_>, value: &Expr, sink: &mut Sink) -> Evaluated {
    if let Kind::Literal(literal) = &value.kind {
        return Evaluated { line: Line::public(literal.text()), from: vec![value.span] };
    }
    let step = Step { service: &context.service.name, span: value.span, before: context.trail };
    if let Some(diagnostic) = step.circle() {
        sink.push(diagnostic);
        return Evaluated { line: Line::public(""), from: vec![value.span] };
    }
    let context = Context { trail: Some(&step), ..context };
    let evaluator = Evaluator { model, context, span: value.span };
    let outcome = match &value.kind {
        Kind::Literal(literal) => text(literal.text()),
        Kind::Reference(reference) => evaluator.reference(reference, sink),
        Kind::Text(pieces) => evaluator.text(pieces, sink),
    };
    match outcome {
        Ok(mut evaluated) => {
            evaluated.from.insert(0, value.span);
            evaluated
        }
        Err(message) => {
            let needed = value.references().into_iter().filter_map(provider_of);
            let off = needed.filter_map(|name| turned_off(model, name)).next();
            sink.push(off.unwrap_or_else(|| Diagnostic::error("TG0507", value.span, message)));
            Evaluated { line: Line::public(""), from: vec![value.span] }
        }
    }
}

impl Step<'_> {
    /// The diagnostic about a value that is reached again while it is evaluated; the same one from wherever the circle is entered.
    fn circle(&self) -> Option<Diagnostic> {
        let mut spans = Vec::new();
        let mut place = self.before;
        loop {
            let step = place?;
            spans.push(step.span);
            if (step.service, step.span) == (self.service, self.span) {
                break;
            }
            place = step.before;
        }
        // The last place is that of the site, where it has part in it: its files are read after those of the service data.
        spans.sort_unstable();
        let last = spans.pop()?;
        let message = match spans.len() {
            0 => "the value refers to itself".to_owned(),
            others => format!("{} values refer to each other in a circle", others + 1),
        };
        let diagnostic = Diagnostic::error("TG0519", last, message).hint("write a value in place of one reference");
        Some(spans.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.also(span, "part of the circle")))
    }
}

/// The capability or endpoint that a reference asks for.
fn provider_of(reference: &Reference) -> Option<&str> {
    match reference {
        Reference::Provider(_, name) | Reference::ProviderHosts(name, _) | Reference::Endpoint(_, name, _) => {
            Some(name)
        }
        Reference::DatabaseUrl(..) => Some(AccountProvider::Database.word()),
        Reference::Secret(name, _) | Reference::Setting(name) => name.service.as_deref(),
        Reference::QueueUrl(Some(service), _) => Some(service),
        Reference::QueueUrl(None, _) => Some(AccountProvider::Queue.word()),
        _ => None,
    }
}

/// The public text of a value; a secret is a diagnostic.
pub fn public_text(model: &Model<'_>, context: Context<'_>, value: &Expr, sink: &mut Sink) -> (String, Vec<Span>) {
    let evaluated = evaluate(model, context, value, sink);
    if evaluated.line.is_secret() {
        let message = "a secret may not stand in a public place";
        sink.push(Diagnostic::error("TG0511", value.span, message).hint("mount the secret as a file instead"));
    }
    (text_of(&evaluated.line), evaluated.from)
}

/// The public text of a line.
pub fn text_of(line: &Line) -> String {
    let public = line.parts.iter().filter_map(|part| match part {
        Part::Public(text) => Some(text.as_str()),
        Part::Secret(_) => None,
    });
    public.collect()
}

pub(super) type Outcome = Result<Evaluated, String>;

fn text(text: impl Into<String>) -> Outcome {
    Ok(Evaluated { line: Line::public(text), from: Vec::new() })
}

pub(super) struct Evaluator<'m, 'a> {
    pub(super) model: &'m Model<'a>,
    pub(super) context: Context<'m>,
    pub(super) span: Span,
}

impl Evaluator<'_, '_> {
    pub(super) fn reference(&self, reference: &Reference, sink: &mut Sink) -> Outcome {
        match reference {
            Reference::Endpoint(part, id, interface) => self.endpoint(*part, id, *interface),
            Reference::Provider(part, capability) => self.provider(*part, capability),
            Reference::ProviderHosts(capability, listing) => self.provider_hosts(capability, listing),
            Reference::DatabaseUrl(id, client) => self.database_url(id.as_deref(), client.as_deref()),
            Reference::QueueUrl(service, vhost) => self.queue_url(service.as_deref(), vhost.as_deref()),
            Reference::Secret(name, key) => self.secret(name, key.as_deref()),
            Reference::IdentityPassword(user) => self.identity_password(user.as_deref()),
            Reference::OwnName => Ok(with(self.context.service.name.to_string(), self.context.service.span)),
            Reference::OwnIdentity(user) => self.own_identity(user.as_deref()),
            Reference::OwnVhost(vhost) => self.own_vhost(vhost.as_deref()),
            Reference::OwnDatabase(id) => self.own_database(id.as_deref()),
            Reference::Client(field) => {
                let client = self.context.client.ok_or("a `(client)` stands outside `provides`")?;
                let (value, span) = client::client_field(self.model, client, *field);
                Ok(with(value, span))
            }
            Reference::Site(field) => {
                let (value, span) = crate::resolve::site::site_field(self.model, &self.context.service.name, *field);
                Ok(with(value, span))
            }
            Reference::Host(field) => text(self.model.host_field(*field)),
            Reference::Network(name, field) => {
                if !self.model.site.networks.contains_key(name.as_str()) && !self.model.catalog.networks.contains(name)
                {
                    return Err(format!("unknown network `{name}`"));
                }
                let found = crate::resolve::site::network_field(self.model, name, *field);
                let (value, span) = found.ok_or_else(|| format!("network `{name}` has no `{field}`"))?;
                Ok(with(value, span))
            }
            Reference::Setting(name) => self.setting(name, sink),
            Reference::Replicas(name) => {
                let id = name.id(&self.context.service.name);
                let workload = self.model.workload(&id).ok_or_else(|| format!("unknown component `{id}`"))?;
                Ok(with(workload.replicas.0.to_string(), workload.replicas.1))
            }
            Reference::Pods(name, port, listing) => {
                self.hosts(&name.id(&self.context.service.name), *port, listing).map(|(hosts, span)| with(hosts, span))
            }
            Reference::Nodes(label, most) => text(self.nodes(label, *most)),
            Reference::MemoryLimit(component) => self.memory_limit(component, sink),
            Reference::NodesLabelled(label) => {
                text(self.model.labelled.get(label.as_str()).map(|names| names.join(",")).unwrap_or_default())
            }
            Reference::Image(key) => image(self.model, &self.context.service.name, key)
                .map(|(reference, span)| with(reference, span))
                .ok_or_else(|| format!("unknown image `{key}`")),
            Reference::Option(path, default) => self.option(path, default.as_deref(), sink),
            Reference::Files(pattern) => text(self.files(pattern)),
            Reference::Uuid(name) => text(uuid([&self.model.site.name.value, &self.context.service.name, name])),
            Reference::Trust(authorities) => self.trusted(*authorities),
            Reference::If(conditions, pieces) => self.conditional(conditions, pieces, sink),
            Reference::Quotient(quotient) => self.quotient(quotient, sink),
            Reference::Each(each) => self.each(each, sink),
            Reference::Records(records) => self.records(records),
        }
    }

    /// What stands for `*` in the names of the service's files, joined by commas.
    fn files(&self, pattern: &str) -> String {
        let names = self.context.service.files.keys();
        names.filter_map(|name| of_pattern(pattern, name)).collect::<Vec<_>>().join(",")
    }

    pub(super) fn text(&self, pieces: &[Piece], sink: &mut Sink) -> Outcome {
        let mut result = Evaluated::default();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => result.line.parts.push(Part::Public(text.clone())),
                Piece::Reference(reference) => {
                    let inner = self.reference(reference, sink)?;
                    result.line.parts.extend(inner.line.parts);
                    result.from.extend(inner.from);
                }
            }
        }
        result.line.parts.retain(|part| *part != Part::Public(String::new()));
        Ok(result)
    }

    fn endpoint(&self, part: EndpointPart, id: &str, interface: Interface) -> Outcome {
        let known =
            self.model.endpoints.get(id).ok_or_else(|| format!("no service of the site serves the endpoint `{id}`"))?;
        let address = match interface {
            Interface::Public => public_address(self.model, known),
            Interface::Internal | Interface::Admin => internal_address(self.model, known),
        };
        let value = match part {
            EndpointPart::Url => format!("{}{}", address.root(), known.endpoint.path),
            EndpointPart::Root => address.root(),
            EndpointPart::Host => address.host,
            EndpointPart::Port => address.port.to_string(),
            EndpointPart::Scheme => address.scheme.to_owned(),
        };
        Ok(with(value, known.endpoint.span))
    }

    fn provider(&self, part: ProviderPart, capability: &str) -> Outcome {
        let known = self.provided(capability)?;
        let host = self.front(known);
        let value = match part {
            ProviderPart::Address => format!("{}:{}", bracketed(&host), known.port),
            ProviderPart::Host => host,
            ProviderPart::Port => known.port.to_string(),
            ProviderPart::Admin => return self.administrator(capability),
        };
        Ok(with(value, known.external.map_or(known.provide.span, |external| external.kind.span)))
    }

    /// The host in front of a provider.
    pub(super) fn front(&self, known: &ProviderUse<'_>) -> String {
        match known.external {
            Some(external) => external.hosts.first().map(|host| host.to_string()).unwrap_or_default(),
            None => self.model.cluster_host(&known.provide.service),
        }
    }

    /// The hosts of a provider, each for itself.
    pub(super) fn members(&self, known: &ProviderUse<'_>) -> Result<(Vec<String>, Span), String> {
        if let Some(external) = known.external {
            let span = external.hosts.first().map_or(external.kind.span, |host| host.span);
            return Ok((external.hosts.iter().map(|host| host.to_string()).collect(), span));
        }
        let id = format!("{}/{}", known.service.name, known.provide.component);
        let workload = self.model.workload(&id).ok_or_else(|| format!("unknown component `{id}`"))?;
        Ok((self.model.pod_hosts(workload), workload.replicas.1))
    }

    pub(super) fn provided(&self, capability: &str) -> Result<&ProviderUse<'_>, String> {
        self.model.providers.get(capability).ok_or_else(|| format!("no service of the site provides `{capability}`"))
    }

    fn provider_hosts(&self, capability: &str, listing: &Listing) -> Outcome {
        let known = self.provided(capability)?;
        let (hosts, span) = self.members(known)?;
        let names: Vec<String> = hosts.iter().map(|host| first_label(host)).collect();
        let hosts = listed((&names, &hosts, Some(known.port)), listing, prefix(listing, known.tls));
        let mut evaluated = with(hosts, known.provide.span);
        evaluated.from.push(span);
        Ok(evaluated)
    }

    pub(super) fn hosts(&self, id: &str, port: Option<i64>, listing: &Listing) -> Result<(String, Span), String> {
        let workload = self.model.workload(id).ok_or_else(|| format!("unknown component `{id}`"))?;
        let mut provided = self.model.providers.values();
        let is_tls =
            provided.any(|known| known.tls && format!("{}/{}", known.service.name, known.provide.component) == id);
        let (names, hosts) = (self.model.pod_names(workload), self.model.pod_hosts(workload));
        Ok((listed((&names, &hosts, port), listing, prefix(listing, is_tls)), workload.replicas.1))
    }

    pub(super) fn subject(&self) -> &Service {
        self.context.client.unwrap_or(self.context.service)
    }

    pub(super) fn secret(&self, name: &Qualified, key: Option<&str>) -> Outcome {
        let own = self.context.service.secrets.get(name.name.as_str());
        let of_site = self.model.site.secrets.get(name.name.as_str());
        if let (None, None, Some(secret)) = (&name.service, own, of_site) {
            let key = key.unwrap_or(secret.kind.kind().key()).to_owned();
            let id = SecretId::OfSite { secret: secret.name.value.clone(), key };
            let part = Part::Secret(SecretUse { id, quoting: Quoting::Format });
            return Ok(Evaluated { line: Line { parts: vec![part] }, from: vec![secret.name.span] });
        }
        let (owner, secret, declared) = declared_secret(self.model, self.context.service, name)?;
        let id = SecretId::declared(owner, secret, key.unwrap_or(declared.kind.key()));
        let part = Part::Secret(SecretUse { id, quoting: Quoting::Format });
        Ok(Evaluated { line: Line { parts: vec![part] }, from: vec![declared.span] })
    }

    pub(super) fn setting(&self, setting: &Qualified, sink: &mut Sink) -> Outcome {
        let (service, name) = (setting.service(&self.context.service.name), setting.name.as_str());
        let chosen = self
            .model
            .settings
            .get(&(service, name))
            .ok_or_else(|| format!("service `{service}` has no setting `{name}` on this site"))?;
        let owner = self.model.service(service).unwrap_or(self.context.service);
        let inner = Context { service: owner, client: None, trail: self.context.trail };
        let mut result = Evaluated::default();
        for (index, item) in chosen.value.values().enumerate() {
            let value = evaluate(self.model, inner, item, sink);
            if index > 0 {
                result.line.parts.push(Part::Public(",".to_owned()));
            }
            result.line.parts.extend(value.line.parts);
            result.from.extend(value.from);
        }
        result.from.extend(chosen.shadowed);
        Ok(result)
    }

    pub(super) fn option(&self, path: &OptionPath, default: Option<&str>, sink: &mut Sink) -> Outcome {
        let Some(found) = self.model.options.get(&self.context.service.name, path) else {
            let missing = || format!("`{}` has no option `{}` in `[{}]`", path.file, path.option, path.section);
            return default.ok_or_else(missing).and_then(text);
        };
        let values = found.values().iter().filter_map(|tree| tree.values().next());
        let mut result = Evaluated::default();
        for (index, value) in values.enumerate() {
            let value = evaluate(self.model, self.context, value, sink);
            if index > 0 {
                result.line.parts.push(Part::Public(found.join.unwrap_or(",").to_owned()));
            }
            result.line.parts.extend(value.line.parts);
            result.from.extend(value.from);
        }
        Ok(result)
    }
}

pub(super) fn with(value: String, span: Span) -> Evaluated {
    Evaluated { line: Line::public(value), from: vec![span] }
}

/// A declared secret: its service, its name and its declaration.
pub fn declared_secret<'n, 'a: 'n>(
    model: &Model<'a>,
    service: &'n Service,
    name: &'n Qualified,
) -> Result<(&'n str, &'n str, &'a Secret), String> {
    let (owner, name) = (name.service(&service.name), name.name.as_str());
    let known = model.service(owner).ok_or_else(|| format!("service `{owner}` is not on"))?;
    let declared = known.secrets.get(name).ok_or_else(|| format!("service `{owner}` declares no secret `{name}`"))?;
    Ok((owner, name, declared))
}
