//! Config files: the resolved options to sections of lines, public and secret apart; templates to text.
//!
//! Invariant: an option with a secret in any of its values is in the drop-in and nowhere else.

mod document;
mod resources;
mod text;
mod tree;

use crate::catalog::expr::Branch;
use crate::catalog::file::is_pattern;
use crate::catalog::service::{File, Format, Service};
use crate::config::file::{ConfigOption, Content, Line, Part, SecretUse, Section, Syntax};
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::lowering::Lowering;
use crate::model::Model;
use crate::model::options::{FileOptions, OptionLayers, Rank};
use crate::origin::{Origin, OriginId};
use crate::resolve::reference::{Context, evaluate_each};
use crate::span::Span;

/// A config file of a service.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The service.
    pub service: String,
    /// The file's name.
    pub name: String,
    /// The public text.
    pub public: Content,
    /// The options with secrets, of the drop-in.
    pub secret: Vec<Section>,
    /// The mode in the pod.
    pub mode: u32,
    /// The program reads changes by itself.
    pub reload: bool,
    /// What the file as a whole comes from.
    pub origin: OriginId,
    /// The host group whose nodes read it, where theirs differs.
    pub group: Option<String>,
    /// The Kubernetes Secret of the drop-in.
    pub secret_object: SecretObject,
    /// The Secret is the whole file.
    pub is_whole: bool,
}

impl ConfigFile {
    /// Which it is.
    pub fn key(&self) -> FileKey {
        FileKey { service: self.service.clone(), name: self.name.clone(), group: self.group.clone() }
    }

    /// The secrets that it shows.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretUse> {
        let lines = self.secret.iter().flat_map(|section| &section.options).flat_map(|option| &option.values);
        lines.flat_map(|(line, _)| &line.parts).filter_map(|part| match part {
            Part::Secret(secret) => Some(secret),
            Part::Public(_) => None,
        })
    }
}

/// Which config file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileKey {
    /// The service.
    pub service: String,
    /// The file's name.
    pub name: String,
    /// The host group whose nodes read it, where theirs differs.
    pub group: Option<String>,
}

/// The file in that Secret.
pub const DROP_IN: &str = "secret.conf";

/// The file of that service and name.
pub fn find<'f>(files: &'f [ConfigFile], service: &str, name: &str) -> Option<&'f ConfigFile> {
    files.iter().find(|file| file.service == service && file.name == name)
}

/// Lowers every config file that a workload of the site mounts.
pub fn files(lowering: &mut Lowering<'_, '_>) -> Vec<ConfigFile> {
    let mut files = Vec::new();
    for service in lowering.model.services.clone() {
        let names: Vec<String> = service.files.keys().map(ToString::to_string).collect();
        for name in names
            .iter()
            .filter(|name| !is_pattern(name) && is_mounted(lowering.model, &service.name, name))
            .collect::<Vec<_>>()
        {
            files.extend(file(lowering, service, name));
        }
    }
    files
}

fn is_mounted(model: &Model<'_>, service: &str, name: &str) -> bool {
    let Some(declared) = model.service(service).and_then(|service| service.files.get(name)) else { return false };
    model.holds(service, &declared.bounds)
        && model.workloads.iter().filter(|workload| workload.owner.name == *service).any(|workload| {
            let pod = workload.pod;
            let others = pod.init.iter().chain(&pod.sidecars).map(|(_, container)| container);
            let mut containers = others.chain([&pod.main]).filter(|container| model.holds(service, &container.bounds));
            containers
                .any(|container| container.mounts.get(name).is_some_and(|mount| model.holds(service, &mount.bounds)))
        })
}

/// Lowers one file of a service.
pub fn file(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str) -> Option<ConfigFile> {
    let declaration = service.files.get(name)?;
    let draft = lowering.draft(declaration.span);
    let (mut secret, mut is_whole) = (Vec::new(), false);
    let public = match syntax(declaration.format) {
        Err(Written::Text) => text::text(lowering, service, name, declaration),
        Err(Written::Document(wrap)) => {
            let options = lowering.model.options.file(&service.name, name)?;
            wrap(document::document(lowering, (service, name, declaration), options)?)
        }
        Ok(syntax) => {
            let options = lowering.model.options.file(&service.name, name)?;
            let (sections, hidden) = sections(lowering, (service, declaration), syntax, options);
            is_whole = declaration.whole && !hidden.is_empty();
            let (sections, hidden) = if is_whole { (Vec::new(), joined(sections, hidden)) } else { (sections, hidden) };
            secret = hidden;
            Content::Sections(syntax, sections)
        }
    };
    Some(ConfigFile {
        service: service.name.to_string(),
        name: name.to_owned(),
        public,
        secret,
        mode: declaration.mode.0,
        reload: declaration.reload,
        origin: draft.0,
        group: None,
        secret_object: SecretObject::DropIn { service: service.name.to_string(), file: name.to_owned(), group: None },
        is_whole,
    })
}

/// Public and secret options of a file as one, by section.
fn joined(public: Vec<Section>, secret: Vec<Section>) -> Vec<Section> {
    let mut whole = public;
    for section in secret {
        match whole.iter_mut().find(|known| known.name == section.name) {
            Some(known) => known.options.extend(section.options),
            None => whole.push(section),
        }
    }
    whole
}

/// How a file is written that is not made of lines of options.
enum Written {
    Text,
    Document(fn(Item) -> Content),
}

fn syntax(format: Format) -> Result<Syntax, Written> {
    match format {
        Format::Oslo => Ok(Syntax::Oslo),
        Format::MyCnf => Ok(Syntax::MyCnf),
        Format::Ini => Ok(Syntax::Ini),
        Format::Properties => Ok(Syntax::Properties),
        Format::Directives => Ok(Syntax::Directives),
        Format::Environment => Ok(Syntax::Environment),
        Format::Lines => Ok(Syntax::Lines),
        Format::Yaml => Err(Written::Document(Content::Yaml)),
        Format::Json => Err(Written::Document(Content::Json)),
        Format::Template | Format::Verbatim => Err(Written::Text),
    }
}

fn sections(
    lowering: &mut Lowering<'_, '_>,
    place: (&Service, &File),
    syntax: Syntax,
    file: &FileOptions<'_>,
) -> (Vec<Section>, Vec<Section>) {
    let (service, declaration) = place;
    // A file that is a Secret as a whole needs no reader of drop-ins.
    let takes_secrets = declaration.whole || matches!(syntax, Syntax::Oslo | Syntax::MyCnf);
    let (mut public, mut hidden) = (Vec::new(), Vec::new());
    for section in file.sections.keys() {
        let (mut open, mut secret) = (Vec::new(), Vec::new());
        for (name, option) in file.set(section) {
            let (enumerate, key) = (option.enumerate, option.winner().map(|layer| layer.key));
            let values = values(lowering, service, syntax, option);
            if values.is_empty() {
                continue;
            }
            let is_secret = values.iter().any(|(line, _)| line.is_secret());
            if is_secret && (enumerate || !takes_secrets) {
                let message = "a secret cannot stand here: the file is public, and its reader looks for no drop-in";
                let span = key.unwrap_or(service.span);
                lowering
                    .sink
                    .push(Diagnostic::error("TG0511", span, message).hint("mount the secret as a file instead"));
            }
            if enumerate {
                open.extend(enumerated(name, key, &values));
                continue;
            }
            let of_jobs = of_jobs(lowering, service, syntax, (section, name, option));
            let target = if is_secret { &mut secret } else { &mut open };
            target.push(ConfigOption { name: name.to_owned(), key, values, of_jobs });
        }
        if !open.is_empty() {
            public.push(Section { name: (*section).to_owned(), options: open });
        }
        if !secret.is_empty() {
            hidden.push(Section { name: (*section).to_owned(), options: secret });
        }
    }
    (public, hidden)
}

/// What the service data has of an option of the site's for which no Job runs again.
fn of_jobs(
    lowering: &mut Lowering<'_, '_>,
    service: &Service,
    syntax: Syntax,
    (section, name, option): (&str, &str, &OptionLayers<'_>),
) -> Option<Vec<(Line, OriginId)>> {
    let listed = lowering.model.catalog.no_rerun.get(section).filter(|_| syntax == Syntax::Oslo);
    let is_listed = listed.is_some_and(|names| names.iter().any(|known| known.as_str() == name));
    let is_sites = option.winner().is_some_and(|layer| layer.rank >= Rank::Site);
    if !is_listed || !is_sites {
        return None;
    }
    let layers = option.layers.iter().filter(|layer| layer.rank < Rank::Site).copied().collect();
    Some(values(lowering, service, syntax, &OptionLayers { layers, ..option.clone() }))
}

/// One option for each item of a public value.
fn enumerated(name: &str, key: Option<Span>, values: &[(Line, OriginId)]) -> Vec<ConfigOption> {
    let parts = values.iter().flat_map(|(line, origin)| line.parts.iter().map(move |part| (part, *origin)));
    let items = parts.filter_map(|(part, origin)| match part {
        Part::Public(text) => Some(text.split(',').map(move |item| (item.to_owned(), origin)).collect::<Vec<_>>()),
        Part::Secret(_) => None,
    });
    let one = |(index, (item, origin)): (usize, (String, OriginId))| {
        let name = name.replace('*', &(index + 1).to_string());
        ConfigOption::new(name, key, vec![(Line::public(item), origin)])
    };
    items.flatten().enumerate().map(one).collect()
}

fn values(
    lowering: &mut Lowering<'_, '_>,
    service: &Service,
    syntax: Syntax,
    option: &OptionLayers<'_>,
) -> Vec<(Line, OriginId)> {
    let context = Context::of(service);
    let mut values = Vec::new();
    let shadowed = shadowed(lowering, option);
    let first = option.values().first().map(|node| node.span);
    for node in option.values() {
        let Branch::One(value) = &node.branch else {
            let message = "expected a value, found a list or entries";
            lowering.sink.push(Diagnostic::error("TG0307", node.span, message));
            continue;
        };
        for evaluated in evaluate_each(lowering.model, context, value, &mut lowering.sink) {
            let mut origin = lowering.derived("reference", &evaluated.from);
            if let Some(shadowed) = &shadowed {
                origin = lowering.origins.add(Origin::Merged { winner: origin, shadowed: *shadowed });
            }
            writable(lowering, syntax, &evaluated.line, node.span);
            values.push((evaluated.line, origin));
        }
    }
    if let (Some(_), [], Some(span)) = (option.join, &values[..], first) {
        // A list of nothing is an empty value.
        values.push((Line::public(""), lowering.origins.written(span)));
    }
    match (option.join, values.first().map(|(_, origin)| *origin)) {
        (Some(join), Some(origin)) => {
            let mut parts = Vec::new();
            for (index, (line, _)) in values.into_iter().enumerate() {
                if index > 0 {
                    parts.push(Part::Public(join.to_owned()));
                }
                parts.extend(line.parts);
            }
            vec![(Line { parts }, origin)]
        }
        _ => values,
    }
}

/// The origin of what an option's winner takes the place of, each layer over the one below it.
fn shadowed(lowering: &mut Lowering<'_, '_>, option: &OptionLayers<'_>) -> Option<OriginId> {
    let mut below = None;
    for span in option.shadowed() {
        let winner = lowering.origins.written(span);
        below = Some(match below {
            Some(shadowed) => lowering.origins.add(Origin::Merged { winner, shadowed }),
            None => winner,
        });
    }
    below
}

fn writable(lowering: &mut Lowering<'_, '_>, syntax: Syntax, line: &Line, span: Span) {
    for part in &line.parts {
        if let Part::Public(text) = part
            && let Err(reason) = crate::config::quote::check_value(syntax, text)
        {
            let message = format!("this value cannot be written in this format: {reason}");
            lowering.sink.push(Diagnostic::error("TG0512", span, message));
        }
    }
}
