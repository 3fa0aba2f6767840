//! References to values: the closed set of forms that service data and specs may use.
//!
//! Invariant: a reference gives the same parts wherever it stands; secrets stay names.

mod account;
mod address;
mod client;
mod count;

pub use address::{Address, internal_address, public_address};
pub use client::{client_field, client_fields};

use crate::catalog::service::Service;
use crate::catalog::view::plain;
use crate::config::file::{Line, Part, Quoting, SecretUse};
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::SecretId;
use crate::model::{Evaluated, Model};
use crate::span::Span;
use crate::tree::node::{Node, Value};

/// Where the certificates are mounted that clients trust.
pub const TRUST: &str = "/run/taco/trust/ca.crt";

/// Whose data a reference stands in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The service whose data it is.
    pub service: &'a Service,
    /// The client, in jobs under `provides`.
    pub client: Option<&'a Service>,
}

/// The value of a scalar, reference or not.
pub fn evaluate(model: &Model<'_>, context: Context<'_>, node: &Node, sink: &mut Sink) -> Evaluated {
    let Some(form) = node.tag.as_deref() else {
        let text = plain(node).unwrap_or_default();
        return Evaluated { line: Line::public(text), from: vec![node.span] };
    };
    let argument = plain(node).unwrap_or_default();
    let evaluator = Evaluator { model, context, span: node.span };
    match evaluator.form(form, &argument, sink) {
        Ok(mut evaluated) => {
            evaluated.from.insert(0, node.span);
            evaluated
        }
        Err(message) => {
            sink.push(Diagnostic::error("TG0507", node.span, message));
            Evaluated { line: Line::public(""), from: vec![node.span] }
        }
    }
}

/// The public text of a scalar; a secret is a finding.
pub fn public_text(model: &Model<'_>, context: Context<'_>, node: &Node, sink: &mut Sink) -> (String, Vec<Span>) {
    let evaluated = evaluate(model, context, node, sink);
    if evaluated.line.is_secret() {
        let message = "a secret may not stand in a public place";
        sink.push(Diagnostic::error("TG0511", node.span, message).hint("mount the secret as a file instead"));
    }
    (text_of(&evaluated.line), evaluated.from)
}

fn text_of(line: &Line) -> String {
    let public = line.parts.iter().filter_map(|part| match part {
        Part::Public(text) => Some(text.as_str()),
        Part::Secret(_) => None,
    });
    public.collect()
}

type Outcome = Result<Evaluated, String>;

fn text(text: impl Into<String>) -> Outcome {
    Ok(Evaluated { line: Line::public(text), from: Vec::new() })
}

struct Evaluator<'m, 'a> {
    model: &'m Model<'a>,
    context: Context<'m>,
    span: Span,
}

impl Evaluator<'_, '_> {
    fn form(&self, form: &str, argument: &str, sink: &mut Sink) -> Outcome {
        match form {
            "text" => self.woven(argument, sink),
            "endpoint" | "endpoint-root" | "endpoint-host" | "endpoint-port" | "endpoint-scheme" => {
                self.endpoint(form, argument)
            }
            "provider" | "provider-host" | "provider-port" | "provider-hosts" => self.provider(form, argument),
            "database-url" => self.database(argument),
            "queue-url" => self.queue(),
            "secret" => self.secret(argument),
            "identity-password" => self.identity_password(argument),
            "self" => self.own(argument),
            "client" => self.client(argument),
            "site" => self.site(argument),
            "setting" => self.setting(argument, sink),
            "replicas" => self.workload(argument).map(|(workload, span)| with(workload.to_string(), span)),
            "pods" => self.pods(argument),
            "nodes" => self.nodes(argument),
            "memory-limit" => self.memory_limit(argument, sink),
            "nodes-labelled" => {
                text(self.model.labelled.get(argument).map(|names| names.join(",")).unwrap_or_default())
            }
            "image" => image(self.model, argument)
                .map(|(reference, span)| with(reference, span))
                .ok_or_else(|| format!("unknown image `{argument}`")),
            "option" => self.option(argument, sink),
            "trust" => text(TRUST),
            "keys-for" => self.keys(argument, sink),
            _ => Err(format!("unknown form of reference `({form})`")),
        }
    }

    fn woven(&self, argument: &str, sink: &mut Sink) -> Outcome {
        let mut result = Evaluated::default();
        let mut literal = String::new();
        let mut rest = argument;
        while let Some(index) = rest.find('{') {
            let (before, after) = rest.split_at(index);
            literal.push_str(before);
            if let Some(after) = after.strip_prefix("{{") {
                literal.push('{');
                rest = after;
                continue;
            }
            let Some((reference, after)) = after.trim_start_matches('{').split_once('}') else {
                return Err(format!("`{argument}` has `{{` without `}}`"));
            };
            let (form, inner) = reference.split_once(':').unwrap_or((reference, ""));
            let inner = self.form(form, inner, sink)?;
            result.line.parts.push(Part::Public(std::mem::take(&mut literal)));
            result.line.parts.extend(inner.line.parts);
            result.from.extend(inner.from);
            rest = after;
        }
        literal.push_str(rest);
        result.line.parts.push(Part::Public(literal));
        result.line.parts.retain(|part| *part != Part::Public(String::new()));
        Ok(result)
    }

    fn endpoint(&self, form: &str, argument: &str) -> Outcome {
        let (id, interface) = argument.split_once(' ').unwrap_or((argument, "internal"));
        let known =
            self.model.endpoints.get(id).ok_or_else(|| format!("no service of the site serves the endpoint `{id}`"))?;
        let address = match interface {
            "public" => public_address(self.model, known),
            "internal" | "admin" => internal_address(self.model, known),
            _ => return Err(format!("expected `internal` or `public`, found `{interface}`")),
        };
        let value = match form {
            "endpoint" => format!("{}{}", address.root(), known.endpoint.path),
            "endpoint-root" => address.root(),
            "endpoint-host" => address.host,
            "endpoint-port" => address.port.to_string(),
            _ => address.scheme.to_owned(),
        };
        Ok(with(value, known.endpoint.span))
    }

    fn provider(&self, form: &str, argument: &str) -> Outcome {
        let mut words = argument.split_whitespace();
        let capability = words.next().unwrap_or_default();
        let known = self
            .model
            .providers
            .get(capability)
            .ok_or_else(|| format!("no service of the site provides `{capability}`"))?;
        let host = self.model.cluster_host(&known.provide.service);
        let port = known.port;
        let value = match form {
            "provider" => format!("{host}:{port}"),
            "provider-host" => host,
            "provider-port" => port.to_string(),
            _ => {
                let id = format!("{}/{}", known.service.name, known.provide.component);
                let (hosts, span) = self.hosts(&id, Some(port), words)?;
                let mut evaluated = with(hosts, known.provide.span);
                evaluated.from.push(span);
                return Ok(evaluated);
            }
        };
        Ok(with(value, known.provide.span))
    }

    fn hosts<'w>(
        &self,
        id: &str,
        port: Option<i64>,
        words: impl Iterator<Item = &'w str>,
    ) -> Result<(String, Span), String> {
        let workload = self.model.workload(id).ok_or_else(|| format!("unknown component `{id}`"))?;
        let (mut prefix, mut separator, mut named) = ("", ",", false);
        for word in words {
            match word.split_once('=') {
                Some(("prefix", value)) => prefix = value,
                Some(("named", value)) => (prefix, named) = (value, true),
                Some(("separator", value)) => separator = if value == "space" { " " } else { value },
                _ => return Err(format!("expected `prefix=`, `named=` or `separator=`, found `{word}`")),
            }
        }
        let hosts = self.model.pod_hosts(workload).into_iter().map(|host| {
            let pod = if named { host.split('.').next().map(|pod| format!("{pod}=")) } else { None };
            let pod = pod.unwrap_or_default();
            port.map_or_else(|| format!("{pod}{prefix}{host}"), |port| format!("{pod}{prefix}{host}:{port}"))
        });
        Ok((hosts.collect::<Vec<_>>().join(separator), workload.replicas.1))
    }

    fn pods(&self, argument: &str) -> Outcome {
        let mut words = argument.split_whitespace().peekable();
        let id = self.qualified(words.next().unwrap_or_default(), '/');
        let port = words.peek().and_then(|word| word.parse().ok());
        if port.is_some() {
            words.next();
        }
        let (hosts, span) = self.hosts(&id, port, words)?;
        Ok(with(hosts, span))
    }

    fn qualified(&self, name: &str, separator: char) -> String {
        if name.contains(separator) {
            name.to_owned()
        } else {
            format!("{}{separator}{name}", self.context.service.name)
        }
    }

    fn workload(&self, argument: &str) -> Result<(i64, Span), String> {
        let id = self.qualified(argument, '/');
        let workload = self.model.workload(&id).ok_or_else(|| format!("unknown component `{id}`"))?;
        Ok(workload.replicas)
    }

    fn subject(&self) -> &Service {
        self.context.client.unwrap_or(self.context.service)
    }

    fn secret(&self, argument: &str) -> Outcome {
        let (name, key) = argument.split_once('.').map_or((argument, None), |(name, key)| (name, Some(key)));
        let (owner, secret, declared) = declared_secret(self.model, self.context.service, name)?;
        let id = match key {
            None => SecretId::declared(&owner, &secret, &declared.kind),
            Some(key) => SecretId::Declared { service: owner, secret, key: key.to_owned() },
        };
        let part = Part::Secret(SecretUse { id, quoting: Quoting::Format });
        Ok(Evaluated { line: Line { parts: vec![part] }, from: vec![declared.span] })
    }

    fn client(&self, argument: &str) -> Outcome {
        let client = self.context.client.ok_or("a `(client)` stands outside of `provides`")?;
        let (value, span) =
            client_field(self.model, client, argument).ok_or_else(|| format!("unknown client field `{argument}`"))?;
        Ok(with(value, span))
    }

    fn site(&self, argument: &str) -> Outcome {
        let (value, span) = super::workloads::site_field(self.model, argument)
            .ok_or_else(|| format!("unknown site field `{argument}`"))?;
        Ok(with(value, span))
    }

    fn setting(&self, argument: &str, sink: &mut Sink) -> Outcome {
        let (service, name) = argument.split_once('.').unwrap_or((&self.context.service.name, argument));
        let chosen = self
            .model
            .settings
            .get(&(service, name))
            .ok_or_else(|| format!("service `{service}` has no setting `{name}` on this site"))?;
        let owner = self.model.service(service).unwrap_or(self.context.service);
        let inner = Context { service: owner, client: None };
        let mut result = Evaluated::default();
        for (index, item) in chosen.node.items().iter().enumerate() {
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

    fn option(&self, argument: &str, sink: &mut Sink) -> Outcome {
        let mut words = argument.split_whitespace();
        let mut word = || words.next();
        let (Some(file), Some(section), Some(option), default, None) = (word(), word(), word(), word(), word()) else {
            return Err("expected `FILE SECTION OPTION [DEFAULT]`".to_owned());
        };
        let node = option_node(self.model, self.context.service, (file, section, option));
        match (node.filter(|node| node.value != Value::Null), default) {
            (Some(node), _) => Ok(evaluate(self.model, self.context, node, sink)),
            (None, Some(default)) => text(default),
            (None, None) => Err(format!("`{file}` has no option `{option}` in `[{section}]`")),
        }
    }

    fn keys(&self, argument: &str, sink: &mut Sink) -> Outcome {
        let (lifetimes, hours) = argument.split_once(" every ").ok_or("expected `SECONDS... every HOURS`")?;
        let mut from = Vec::new();
        let mut number = |word: &str| -> Result<i64, String> {
            if let Ok(number) = word.parse() {
                return Ok(number);
            }
            let value = match word.split('|').collect::<Vec<_>>()[..] {
                [file, section, option] => self.option(&format!("{file} {section} {option}"), sink)?,
                _ => self.setting(word, sink)?,
            };
            from.extend(&value.from);
            let text = text_of(&value.line);
            match (text.parse(), word.split('|').collect::<Vec<_>>().as_slice(), value.from.first()) {
                (Ok(number), ..) => Ok(number),
                // In the words of the check by the option tables, so that it is said once.
                (Err(_), [_, section, option], Some(span)) => {
                    let message = format!("`{option}` in `[{section}]` is `{text}`, expected a whole number");
                    sink.push(Diagnostic::error("TG0523", *span, message));
                    Ok(0)
                }
                _ => Err(format!("`{word}` is no whole number")),
            }
        };
        let mut seconds = 0_i64;
        for word in lifetimes.split_whitespace() {
            seconds = seconds.saturating_add(number(word)?);
        }
        let period = number(hours.trim())?.saturating_mul(3600).max(1);
        let keys = seconds.saturating_add(period - 1) / period + 2;
        Ok(Evaluated { line: Line::public(keys.to_string()), from: vec![self.span].into_iter().chain(from).collect() })
    }
}

fn with(value: String, span: Span) -> Evaluated {
    Evaluated { line: Line::public(value), from: vec![span] }
}

/// A declared secret, `NAME` or `SERVICE/NAME`: its service, its name and its declaration.
pub fn declared_secret<'a>(
    model: &Model<'a>,
    service: &Service,
    name: &str,
) -> Result<(String, String, &'a crate::catalog::service::Secret), String> {
    let (owner, name) = name.split_once('/').unwrap_or((&service.name, name));
    let known = model.service(owner).ok_or_else(|| format!("service `{owner}` is not on"))?;
    let declared = known.secrets.get(name).ok_or_else(|| format!("service `{owner}` declares no secret `{name}`"))?;
    Ok((owner.to_owned(), name.to_owned(), declared))
}

/// An option of a service's file as the site or the catalog has it.
pub fn option_node<'a>(model: &Model<'a>, service: &Service, path: (&str, &str, &str)) -> Option<&'a Node> {
    let (file, section, option) = path;
    let mut written = model.specs(&service.name).rev().filter_map(|spec| spec.config.get(file));
    if let Some(node) = written.find_map(|tree| tree.value.get(section)?.get(option)) {
        return Some(node);
    }
    let service = model.service(&service.name)?;
    let declaration = service.files.get(file)?;
    let own = service.fragments.get(file).into_iter();
    let shared = declaration
        .fragments
        .iter()
        .rev()
        .filter_map(|name| service.fragments.get(name).or_else(|| model.catalog.fragments.get(name)));
    own.chain(shared).find_map(|fragment| {
        let option = fragment.get(section)?.get(option)?;
        model.holds(&service.name, &option.bounds).then_some(&option.value)
    })
}

/// An image of the site by key.
pub fn image(model: &Model<'_>, key: &str) -> Option<(String, Span)> {
    let release = model.catalog.releases.get(model.release);
    let written = model.site.images.get(key).map(|image| (image.value.clone(), image.span));
    let stock =
        || release.and_then(|release| release.images.get(key)).or_else(|| model.catalog.images.get(key)).cloned();
    let (reference, span) = written.or_else(stock)?;
    let Some(registry) = &model.site.registry else { return Some((reference, span)) };
    let path = match reference.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => &reference,
    };
    Some((format!("{}/{path}", registry.value.trim_end_matches('/')), registry.span))
}
