//! The layers of a config file to one value an option: the file it extends, fragments, the site's overrides.
//!
//! Invariant: a later layer wins, and an option knows what it shadows.

use indexmap::IndexMap;

use crate::catalog::expr::{Branch, Expr, Tree};
use crate::catalog::service::{Fragment, OptionValue, Service};
use crate::diag::Diagnostic;
use crate::lower::lowering::Lowering;
use crate::span::Span;
use crate::tree::word::Word;

/// Values of an option before references are evaluated.
pub struct Slot<'a> {
    /// Where the name was written.
    pub key: Span,
    /// The values.
    pub values: Vec<&'a Tree>,
    /// What joins several values to one.
    pub join: Option<&'a str>,
    /// Is each item of the value an option of its own?
    pub enumerate: bool,
    /// The values that these take the place of.
    pub shadowed: Vec<Span>,
}

/// Options by section and name.
pub type Slots<'a> = IndexMap<String, IndexMap<String, Slot<'a>>>;

/// Applies a file's layers in order: the file it extends, shared fragments, its own fragment, the site's overrides.
pub fn apply_layers<'a>(lowering: &mut Lowering<'_, 'a>, service: &Service, name: &str, slots: &mut Slots<'a>) {
    let model = lowering.model;
    let Some(service) = model.service(&service.name) else { return };
    let Some(declaration) = service.files.get(name) else { return };
    if let Some(base) = &declaration.extends {
        apply_layers(lowering, service, base, slots);
        slots.retain(|section, _| !declaration.without.iter().any(|without| without == section));
    }
    for fragment in &declaration.fragments {
        let found = service.fragments.get(fragment.as_str());
        match found.or_else(|| model.catalog.fragments.get(fragment.as_str())) {
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
    // What a pass makes is not in the slots: overrides of it come when it is there.
    let written = model.specs(&service.name).filter(|_| declaration.document.is_none());
    for tree in written.filter_map(|spec| spec.config.get(name)) {
        overrides(lowering, service, tree, slots);
    }
}

fn put<'a>(lowering: &Lowering<'_, 'a>, service: &Service, fragment: &'a Fragment, slots: &mut Slots<'a>) {
    for (section, options) in fragment.iter() {
        for (name, option) in options.iter().filter(|(_, option)| lowering.model.holds(&service.name, &option.bounds)) {
            let target = slots.entry(section.to_string()).or_default();
            match &option.value.branch {
                Branch::Unset => drop(target.shift_remove(name.as_str())),
                Branch::One(_) | Branch::List(_) | Branch::Map(_) => {
                    drop(target.insert(name.to_string(), slot(name.span, option)));
                }
            }
        }
    }
}

fn slot(key: Span, option: &OptionValue) -> Slot<'_> {
    Slot {
        key,
        values: option.value.items().iter().collect(),
        join: option.join.as_deref(),
        enumerate: option.enumerate,
        shadowed: Vec::new(),
    }
}

fn overrides<'a>(lowering: &mut Lowering<'_, 'a>, service: &Service, tree: &'a Tree, slots: &mut Slots<'a>) {
    let Some(map) = tree.as_map() else {
        let message = format!(
            "options of service `{}` stand by section and name, or by name; found a list or value",
            service.name
        );
        lowering.sink.push(Diagnostic::error("TG0307", tree.span, message));
        return;
    };
    for (section, entry) in map {
        match &entry.branch {
            Branch::Map(options) => {
                for (name, tree) in options {
                    apply_override(lowering, service, (section, name), tree, slots);
                }
            }
            Branch::Unset | Branch::One(_) | Branch::List(_) => {
                apply_override(lowering, service, ("-", section), entry, slots);
            }
        }
    }
}

fn apply_override<'a>(
    lowering: &mut Lowering<'_, 'a>,
    service: &Service,
    path: (&str, &Word),
    node: &'a Tree,
    slots: &mut Slots<'a>,
) {
    let (section, key, name) = (path.0, path.1.span, path.1.as_str());
    let old = slots.get(section).and_then(|options| options.get(name));
    let old_span = old.and_then(|slot| slot.values.first()).map(|node| node.span);
    let was_secret = old.is_some_and(|slot| slot.values.iter().any(|node| is_secret(node)));
    let is_unset = node.branch == Branch::Unset;
    if was_secret && !is_unset && !is_secret(node) {
        let message =
            format!("`{name}` in `[{section}]` of service `{}` is a secret; found a value in clear", service.name);
        lowering.sink.push(
            Diagnostic::error("TG0510", node.span, message).hint("remove it: the value comes from the password store"),
        );
        return;
    }
    if is_unset {
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
    let values: Vec<&Tree> = node.items().iter().collect();
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

fn same(old: &[&Tree], new: &[&Tree]) -> bool {
    // `5` and `"5"` are one text in a file of options.
    let shown = |tree: &&Tree| tree.literal();
    let alike = |(old, new): (&&Tree, &&Tree)| old == new || shown(old).is_some_and(|text| shown(new) == Some(text));
    old.len() == new.len() && old.iter().zip(new).all(alike)
}

fn is_secret(tree: &Tree) -> bool {
    tree.leaves().into_iter().any(Expr::is_secret)
}
