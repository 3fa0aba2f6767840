//! The site's patches on finished objects.
//!
//! Invariant: a patch that matches no object or changes nothing is a diagnostic.

use crate::catalog::patch::Patch;
use crate::diag::{Diagnostic, Sink};
use crate::kube::patch;
use crate::lower::object::Object;
use crate::model::Model;
use crate::origin::OriginTable;

/// Patches with what became of them.
pub struct Patches<'m> {
    patches: Vec<(&'m Patch, PatchOutcome)>,
    names: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PatchOutcome {
    Unmatched,
    Idle,
    Applied,
}

impl<'m> Patches<'m> {
    /// The patches of a site: those of its services, then its own.
    pub fn new(model: &Model<'m>) -> Self {
        let own = model.services.iter().flat_map(|service| {
            let there = service.patches.iter().filter(|patch| model.holds(&service.name, &patch.bounds));
            there.map(|patch| &patch.change)
        });
        let patches: Vec<&Patch> = own.chain(&model.site.patches).collect();
        Patches {
            patches: patches.into_iter().map(|patch| (patch, PatchOutcome::Unmatched)).collect(),
            names: Vec::new(),
        }
    }

    /// Applies every patch that matches the object, or the name that it is a variant of.
    pub fn apply(&mut self, object: &mut Object, common: &str, origins: &mut OriginTable, sink: &mut Sink) {
        self.names.push(format!("{}/{}", object.kind(), object.name()));
        for (declared, outcome) in &mut self.patches {
            let named = [object.name(), common].iter().any(|name| matches(&declared.name.value, name));
            if object.kind() != declared.kind.value || !named {
                continue;
            }
            let mut enter = |span| origins.written(span);
            let merged =
                declared.merge.as_ref().map_or(Ok(false), |tree| patch::merge(&mut object.item, tree, &mut enter));
            let operated = patch::apply(&mut object.item, declared.operations(), &mut enter);
            for result in [merged, operated] {
                match result {
                    Ok(true) => *outcome = PatchOutcome::Applied,
                    Ok(false) if *outcome == PatchOutcome::Unmatched => *outcome = PatchOutcome::Idle,
                    Ok(false) => {}
                    Err(error) => {
                        *outcome = PatchOutcome::Applied;
                        let message =
                            format!("the patch of {} `{}` fails: {}", object.kind(), object.name(), error.message);
                        sink.push(Diagnostic::error("TG0703", error.span, message));
                    }
                }
            }
        }
    }

    /// Diagnostics about patches that did nothing.
    pub fn unmatched(&self, sink: &mut Sink) {
        for (declared, outcome) in &self.patches {
            let wanted = format!("{}/{}", declared.kind.value, declared.name.value);
            match outcome {
                PatchOutcome::Applied => {}
                PatchOutcome::Idle => {
                    let message =
                        format!("the patch of {} `{}` changes nothing", declared.kind.value, declared.name.value);
                    sink.push(Diagnostic::error("TG0702", declared.span, message));
                }
                PatchOutcome::Unmatched => {
                    let message = format!("no object is {} `{}`", declared.kind.value, declared.name.value);
                    let diagnostic = Diagnostic::error("TG0701", declared.name.span, message);
                    let near = crate::diag::nearest(&wanted, self.names.iter().map(String::as_str));
                    sink.push(near.map_or(diagnostic.clone(), |near| {
                        diagnostic.hint(format!("did you mean {}?", near.replacen('/', " `", 1) + "`"))
                    }));
                }
            }
        }
    }
}

/// Does a name match a pattern in which `*` stands for any text?
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(index) => rest = rest.get(index + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}
