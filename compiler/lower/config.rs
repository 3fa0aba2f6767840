//! Config files: fragments, extended files and the site's overrides to sections of options, public and secret apart.
//!
//! Invariant: an option with a secret in any of its values is in the drop-in and nowhere else.

mod document;

use indexmap::IndexMap;

use crate::catalog::service::{FileDeclaration, Fragment, OptionValue, Service};
use crate::config::file::{Content, Line, Opt, Part, SecretUse, Section, Syntax};
use crate::diag::Diagnostic;
use crate::kube::secret::SecretObject;
use crate::lower::Lowering;
use crate::origin::{Origin, OriginId};
use crate::resolve::reference::{Context, evaluate, public_text};
use crate::span::Span;
use crate::tree::node::{Entry, Node, Value};

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
}

impl ConfigFile {
    /// The secrets that it shows.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretUse> {
        let lines = self.secret.iter().flat_map(|section| &section.options).flat_map(|option| &option.values);
        lines.flat_map(|(line, _)| &line.parts).filter_map(|part| match part {
            Part::Secret(secret) => Some(secret),
            Part::Public(_) => None,
        })
    }
}

/// The file in that Secret.
pub const DROP_IN: &str = "secret.conf";

/// Values of an option before references are evaluated.
struct Slot<'a> {
    key: Span,
    values: Vec<&'a Node>,
    join: Option<&'a str>,
    enumerate: bool,
    shadowed: Vec<Span>,
}

type Slots<'a> = IndexMap<String, IndexMap<String, Slot<'a>>>;

/// Lowers one file of a service.
pub fn file(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str) -> Option<ConfigFile> {
    let declaration = service.files.get(name)?;
    let draft = lowering.draft(declaration.span);
    let mut secret = Vec::new();
    let public = match declaration.format.as_str() {
        "template" => template(lowering, service, name, declaration),
        "verbatim" => {
            let (text, span) = text_of(lowering, service, name, declaration.span)?;
            Content::Text(text, lowering.origins.written(span))
        }
        format => {
            let mut slots = Slots::new();
            stack(lowering, service, name, &mut slots);
            if matches!(format, "yaml" | "json") {
                let document = document::document(lowering, service, name, slots);
                if format == "yaml" { Content::Yaml(document) } else { Content::Json(document) }
            } else {
                let syntax = syntax(format);
                let (sections, hidden) = sections(lowering, service, syntax, slots);
                secret = hidden;
                Content::Sections(syntax, sections)
            }
        }
    };
    Some(ConfigFile {
        service: service.name.clone(),
        name: name.to_owned(),
        public,
        secret,
        mode: declaration.mode,
        reload: declaration.reload,
        origin: draft.0,
        group: None,
        secret_object: SecretObject::DropIn { service: service.name.clone(), file: name.to_owned(), group: None },
    })
}

fn syntax(format: &str) -> Syntax {
    match format {
        "mycnf" => Syntax::MyCnf,
        "ini" => Syntax::Ini,
        "properties" => Syntax::Properties,
        "directives" => Syntax::Directives,
        "environment" => Syntax::Environment,
        _ => Syntax::Oslo,
    }
}

fn text_of(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, span: Span) -> Option<(String, Span)> {
    let found = service.texts.get(name).map(|(text, span)| (text.to_string(), *span));
    if found.is_none() {
        let message = format!("service `{}` has no text `files/{name}`", service.name);
        lowering.sink.push(Diagnostic::error("TG0504", span, message));
    }
    found
}

fn template(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, declaration: &FileDeclaration) -> Content {
    let source = format!("{name}.j2");
    let Some((text, span)) = text_of(lowering, service, &source, declaration.span) else {
        return Content::Text(String::new(), OriginId::BUILTIN);
    };
    let mut variables = serde_json::Map::new();
    let mut from = vec![span];
    for (variable, node) in &declaration.variables {
        let context = Context { service, client: None };
        let (value, spans) = public_text(lowering.model, context, node, &mut lowering.sink);
        from.extend(spans);
        variables.insert(variable.clone(), serde_json::Value::String(value));
    }
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_fuel(Some(1_000_000));
    let context = minijinja::Value::from(minijinja::value::Serde(serde_json::Value::Object(variables)));
    let rendered = environment.render_named_str(&source, &text, context);
    let text = rendered.unwrap_or_else(|error| {
        lowering.sink.push(Diagnostic::error("TG0512", declaration.span, format!("template `{source}`: {error}")));
        String::new()
    });
    Content::Text(text, lowering.derived("template", &from))
}

/// Stacks a file's layers: the file it extends, shared fragments, its own fragment, the site's overrides.
fn stack<'a>(lowering: &mut Lowering<'_, 'a>, service: &Service, name: &str, slots: &mut Slots<'a>) {
    let model = lowering.model;
    let Some(service) = model.service(&service.name) else { return };
    let Some(declaration) = service.files.get(name) else { return };
    if let Some(base) = &declaration.extends {
        stack(lowering, service, base, slots);
        slots.retain(|section, _| !declaration.without.contains(section));
    }
    for fragment in &declaration.fragments {
        match service.fragments.get(fragment).or_else(|| model.catalog.fragments.get(fragment)) {
            Some(options) => put(lowering, service, options, slots),
            None => {
                let message = format!("unknown fragment `{fragment}` of file `{name}`");
                lowering.sink.push(Diagnostic::error("TG0507", declaration.span, message));
            }
        }
    }
    if let Some(options) = service.fragments.get(name) {
        put(lowering, service, options, slots);
    }
    for tree in model.specs(&service.name).filter_map(|spec| spec.config.get(name)) {
        overrides(lowering, service, &tree.value, slots);
    }
}

fn put<'a>(lowering: &Lowering<'_, 'a>, service: &Service, fragment: &'a Fragment, slots: &mut Slots<'a>) {
    for (section, options) in fragment {
        for (name, option) in options.iter().filter(|(_, option)| lowering.model.holds(&service.name, &option.bounds)) {
            let target = slots.entry(section.clone()).or_default();
            match &option.value.value {
                Value::Null => drop(target.shift_remove(name)),
                _ => drop(target.insert(name.clone(), slot(option))),
            }
        }
    }
}

fn slot(option: &OptionValue) -> Slot<'_> {
    Slot {
        key: option.key,
        values: option.value.items().iter().collect(),
        join: option.join.as_deref(),
        enumerate: option.enumerate,
        shadowed: Vec::new(),
    }
}

fn overrides<'a>(lowering: &mut Lowering<'_, 'a>, service: &Service, tree: &'a Node, slots: &mut Slots<'a>) {
    let Some(map) = tree.as_map() else {
        let message = format!(
            "options of service `{}` stand by section and name, or by name; found a list or value",
            service.name
        );
        lowering.sink.push(Diagnostic::error("TG0307", tree.span, message));
        return;
    };
    for (section, entry) in map {
        match &entry.node.value {
            Value::Map(options) => {
                for (name, entry) in options {
                    one_override(lowering, service, (section, name), entry, slots);
                }
            }
            _ => one_override(lowering, service, ("-", section), entry, slots),
        }
    }
}

fn one_override<'a>(
    lowering: &mut Lowering<'_, 'a>,
    service: &Service,
    path: (&str, &str),
    entry: &'a Entry,
    slots: &mut Slots<'a>,
) {
    let (section, name) = path;
    let (key, node) = (entry.key, &entry.node);
    let old = slots.get(section).and_then(|options| options.get(name));
    let old_span = old.and_then(|slot| slot.values.first()).map(|node| node.span);
    let was_secret = old.is_some_and(|slot| slot.values.iter().any(|node| is_secret(node)));
    if was_secret && node.value != Value::Null && !is_secret(node) {
        let message =
            format!("`{name}` in `[{section}]` of service `{}` is a secret; found a value in clear", service.name);
        lowering.sink.push(
            Diagnostic::error("TG0510", node.span, message).hint("remove it: the value comes from the password store"),
        );
        return;
    }
    if node.value == Value::Null {
        let removed = slots.get_mut(section).and_then(|options| options.shift_remove(name));
        if removed.is_none() {
            let message = format!("`{name}` in `[{section}]` is unset here, and nothing sets it");
            let known = slots.get(section).into_iter().flat_map(|options| options.keys().map(String::as_str));
            let near = crate::diag::nearest(name, known);
            let finding = Diagnostic::error("TG0306", node.span, message);
            lowering.sink.push(near.map_or(finding.clone(), |near| finding.hint(format!("did you mean `{near}`?"))));
        }
        return;
    }
    let values: Vec<&Node> = node.items().iter().collect();
    if let Some(old) = old.filter(|old| same(&old.values, &values)) {
        let message = format!("`{name}` in `[{section}]` of service `{}` is that already", service.name);
        let finding = Diagnostic::error("TG0303", node.span, message).hint("remove the override");
        let place = old.values.first().map(|node| node.span);
        lowering.sink.push(place.map_or(finding.clone(), |span| finding.also(span, "the value it has without it")));
    }
    let mut shadowed: Vec<Span> = old.map(|slot| slot.shadowed.clone()).unwrap_or_default();
    shadowed.extend(old_span);
    let join = old.and_then(|slot| slot.join);
    let enumerate = old.is_some_and(|slot| slot.enumerate);
    slots
        .entry(section.to_owned())
        .or_default()
        .insert(name.to_owned(), Slot { key, values, join, enumerate, shadowed });
}

fn same(old: &[&Node], new: &[&Node]) -> bool {
    let plain = |node: &&Node| (node.tag.clone(), crate::catalog::view::plain(node));
    old.iter().map(plain).eq(new.iter().map(plain))
}

fn is_secret(node: &Node) -> bool {
    match node.tag.as_deref() {
        Some("secret" | "database-url" | "queue-url" | "identity-password") => true,
        Some("text") => {
            node.as_text().is_some_and(|text| text.contains("{secret:") || text.contains("{identity-password:"))
        }
        _ => false,
    }
}

fn sections(
    lowering: &mut Lowering<'_, '_>,
    service: &Service,
    syntax: Syntax,
    slots: Slots<'_>,
) -> (Vec<Section>, Vec<Section>) {
    let (mut public, mut hidden) = (Vec::new(), Vec::new());
    for (section, options) in slots {
        let (mut open, mut secret) = (Vec::new(), Vec::new());
        for (name, slot) in options {
            let (enumerate, key) = (slot.enumerate, Some(slot.key));
            let values = values(lowering, service, syntax, slot);
            let is_secret = values.iter().any(|(line, _)| line.is_secret());
            if is_secret && (enumerate || !matches!(syntax, Syntax::Oslo | Syntax::MyCnf)) {
                let message = "a secret cannot stand here: the file is public, and its reader looks for no drop-in";
                let span = key.unwrap_or(service.span);
                lowering
                    .sink
                    .push(Diagnostic::error("TG0511", span, message).hint("mount the secret as a file instead"));
            }
            if enumerate {
                open.extend(enumerated(&name, key, &values));
                continue;
            }
            let target = if is_secret { &mut secret } else { &mut open };
            target.push(Opt { name, key, values });
        }
        if !open.is_empty() {
            public.push(Section { name: section.clone(), options: open });
        }
        if !secret.is_empty() {
            hidden.push(Section { name: section, options: secret });
        }
    }
    (public, hidden)
}

/// One option for each item of a public value.
fn enumerated(name: &str, key: Option<Span>, values: &[(Line, OriginId)]) -> Vec<Opt> {
    let parts = values.iter().flat_map(|(line, origin)| line.parts.iter().map(move |part| (part, *origin)));
    let items = parts.filter_map(|(part, origin)| match part {
        Part::Public(text) => Some(text.split(',').map(move |item| (item.to_owned(), origin)).collect::<Vec<_>>()),
        Part::Secret(_) => None,
    });
    let one = |(index, (item, origin)): (usize, (String, OriginId))| Opt {
        name: name.replace('*', &(index + 1).to_string()),
        key,
        values: vec![(Line::public(item), origin)],
    };
    items.flatten().enumerate().map(one).collect()
}

fn values(lowering: &mut Lowering<'_, '_>, service: &Service, syntax: Syntax, slot: Slot<'_>) -> Vec<(Line, OriginId)> {
    let context = Context { service, client: None };
    let mut values = Vec::new();
    for node in slot.values {
        let evaluated = evaluate(lowering.model, context, node, &mut lowering.sink);
        let mut origin = lowering.derived("reference", &evaluated.from);
        if let Some(shadowed) = slot.shadowed.last() {
            let shadowed = lowering.origins.written(*shadowed);
            origin = lowering.origins.add(Origin::Merged { winner: origin, shadowed });
        }
        for part in &evaluated.line.parts {
            if let Part::Public(text) = part
                && let Err(reason) = crate::config::quote::check_value(syntax, text)
            {
                let message = format!("this value cannot be written in this format: {reason}");
                lowering.sink.push(Diagnostic::error("TG0512", node.span, message));
            }
        }
        values.push((evaluated.line, origin));
    }
    match (slot.join, values.first().map(|(_, origin)| *origin)) {
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
