//! Patches on finished objects: strategic merge, and JSON patch (RFC 6902).
//!
//! Invariant: a patch that cannot be applied says which path it wanted and what is there; it never does something else.

use crate::diag::nearest;
use crate::kube::item::{Item, Text, Value};
use crate::origin::OriginId;
use crate::span::Span;
use crate::tree::node::{Node, Value as Tree};

/// Why a patch fails.
#[derive(Debug)]
pub struct PatchError {
    /// The place in the patch.
    pub span: Span,
    /// What was found and what was expected.
    pub message: String,
}

fn error(span: Span, message: String) -> PatchError {
    PatchError { span, message }
}

type Enter<'e> = &'e mut dyn FnMut(Span) -> OriginId;

/// Lists that are merged by a key (`x-kubernetes-patch-merge-key` of the API); all others are replaced.
const MERGE_KEYS: [(&str, &str); 8] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("imagePullSecrets", "name"),
    ("volumeMounts", "mountPath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
];

/// A tree as an output item.
pub fn item(node: &Node, enter: Enter<'_>) -> Item {
    let value = match &node.value {
        Tree::Null => Value::Null,
        Tree::Bool(flag) => Value::Bool(*flag),
        Tree::Integer(number) => Value::Integer(*number),
        Tree::Decimal(text) => Value::Decimal(text.clone()),
        Tree::Text(text) => Value::Text(text.clone()),
        Tree::List(items) => Value::List(items.iter().map(|node| item(node, enter)).collect()),
        Tree::Map(map) => Value::Map(
            map.iter().map(|(key, entry)| (Text::Owned(key.to_string()), item(&entry.node, enter))).collect(),
        ),
    };
    Item { origin: enter(node.span), value }
}

/// Merges a strategic merge patch into an object. Tells whether it changed anything.
pub fn merge(target: &mut Item, patch: &Node, enter: Enter<'_>) -> Result<bool, PatchError> {
    let Tree::Map(entries) = &patch.value else { return replace(target, patch, enter) };
    let Value::Map(known) = &mut target.value else { return replace(target, patch, enter) };
    let mut changed = false;
    if let Some(directive) = entries.get("$patch") {
        if directive.node.as_text() != Some("replace") {
            return Err(error(directive.key, "expected `$patch` to be `replace` here; null removes a key".to_owned()));
        }
        let mut rest = patch.clone();
        if let Tree::Map(rest) = &mut rest.value {
            rest.shift_remove("$patch");
        }
        return replace(target, &rest, enter);
    }
    for (key, entry) in entries {
        let at = known.iter().position(|(name, _)| name == key);
        match (&entry.node.value, at) {
            (Tree::Null, Some(at)) => {
                known.remove(at);
                changed = true;
            }
            (Tree::Null, None) => {
                let message = format!("`{key}` is removed and not there{}", hint(key, known));
                return Err(error(entry.node.span, message));
            }
            (Tree::List(items), Some(at)) => {
                let Some((_, target)) = known.get_mut(at) else { continue };
                match MERGE_KEYS.iter().find(|(list, _)| list == key) {
                    Some((_, by)) => changed |= list(target, items, by, enter)?,
                    None => changed |= replace(target, &entry.node, enter)?,
                }
            }
            (_, Some(at)) => {
                if let Some((_, target)) = known.get_mut(at) {
                    changed |= merge(target, &entry.node, enter)?;
                }
            }
            (_, None) => {
                let added = item(&entry.node, enter);
                known.push((Text::Owned(key.to_string()), added));
                changed = true;
            }
        }
    }
    Ok(changed)
}

fn hint(key: &str, known: &[(Text, Item)]) -> String {
    let near = nearest(key, known.iter().map(|(name, _)| name.as_ref()));
    near.map_or(String::new(), |near| format!("; there is `{near}`"))
}

fn replace(target: &mut Item, patch: &Node, enter: Enter<'_>) -> Result<bool, PatchError> {
    let new = item(patch, enter);
    let changed = *target != new;
    if changed {
        *target = new;
    }
    Ok(changed)
}

fn list(target: &mut Item, items: &[Node], by: &str, enter: Enter<'_>) -> Result<bool, PatchError> {
    let Value::List(known) = &mut target.value else {
        return Err(error(
            items.first().map_or(Span::new(crate::span::FileId(0), 0, 0), |node| node.span),
            "the target is not a list".to_owned(),
        ));
    };
    let mut changed = false;
    for patch in items {
        let Some(key) = patch.get(by).and_then(Node::as_text) else {
            return Err(error(
                patch.span,
                format!("items of this list are told apart by `{by}`, which is missing here"),
            ));
        };
        let at = known.iter().position(|item| item.get(by).and_then(Item::text) == Some(key));
        let delete = patch.get("$patch").and_then(Node::as_text) == Some("delete");
        match (at, delete) {
            (Some(at), true) => {
                known.remove(at);
                changed = true;
            }
            (None, true) => return Err(error(patch.span, format!("no item has the {by} `{key}`"))),
            (Some(at), false) => {
                if let Some(item) = known.get_mut(at) {
                    changed |= merge(item, patch, enter)?;
                }
            }
            (None, false) => {
                known.push(item(patch, enter));
                changed = true;
            }
        }
    }
    Ok(changed)
}

/// Carries out JSON patch operations. Tells whether they changed anything.
pub fn apply(target: &mut Item, operations: &[Node], enter: Enter<'_>) -> Result<bool, PatchError> {
    let before = target.clone();
    for operation in operations {
        one(target, operation, enter)?;
    }
    Ok(*target != before)
}

fn one(target: &mut Item, operation: &Node, enter: Enter<'_>) -> Result<(), PatchError> {
    let text = |field: &str| operation.get(field).and_then(Node::as_text);
    let fail = |message: String| error(operation.span, message);
    let path = pointer(text("path").ok_or_else(|| fail("an operation needs `path`".to_owned()))?).map_err(fail)?;
    let value = || operation.get("value").ok_or_else(|| fail("the operation needs `value`".to_owned()));
    let from = || pointer(text("from").ok_or_else(|| fail("the operation needs `from`".to_owned()))?).map_err(fail);
    match text("op") {
        Some("add") => add(target, &path, item(value()?, enter)).map_err(fail),
        Some("remove") => remove(target, &path).map(|_| ()).map_err(fail),
        Some("replace") => {
            let new = item(value()?, enter);
            // In place: an entry that moved to the end of its map would change the printed bytes.
            *find(target, &path).map_err(fail)? = new;
            Ok(())
        }
        Some("move") => {
            let moved = remove(target, &from()?).map_err(fail)?;
            add(target, &path, moved).map_err(fail)
        }
        Some("copy") => {
            let copied = find(target, &from()?).map_err(fail)?.clone();
            add(target, &path, copied).map_err(fail)
        }
        Some("test") => {
            let wanted = item(value()?, enter);
            if *find(target, &path).map_err(fail)? == wanted {
                Ok(())
            } else {
                Err(fail(format!("the test of `/{}` fails", path.join("/"))))
            }
        }
        other => Err(fail(format!(
            "expected add, remove, replace, move, copy or test, found `{}`",
            other.unwrap_or("nothing")
        ))),
    }
}

fn pointer(text: &str) -> Result<Vec<String>, String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Err(format!("expected a path that starts with `/`, found `{text}`"));
    }
    Ok(text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

fn find<'i>(item: &'i mut Item, path: &[String]) -> Result<&'i mut Item, String> {
    let Some((first, rest)) = path.split_first() else { return Ok(item) };
    let next = match &mut item.value {
        Value::Map(entries) => {
            let near = hint(first, entries);
            entries
                .iter_mut()
                .find(|(key, _)| key == first)
                .map(|(_, item)| item)
                .ok_or_else(|| format!("there is no `{first}`{near}"))
        }
        Value::List(items) => {
            let count = items.len();
            first
                .parse()
                .ok()
                .and_then(|index: usize| items.get_mut(index))
                .ok_or_else(|| format!("there is no item `{first}` in a list of {count}"))
        }
        _ => Err(format!("there is no `{first}` in a single value")),
    };
    find(next?, rest)
}

fn add(target: &mut Item, path: &[String], value: Item) -> Result<(), String> {
    let Some((last, above)) = path.split_last() else {
        *target = value;
        return Ok(());
    };
    let parent = find(target, above)?;
    match &mut parent.value {
        Value::List(items) if last == "-" => items.push(value),
        Value::List(items) => {
            let index = last.parse().ok().filter(|index: &usize| *index <= items.len());
            items.insert(index.ok_or_else(|| format!("`{last}` is not a valid index of the list"))?, value);
        }
        Value::Map(_) => parent.set(Text::Owned(last.clone()), value),
        _ => return Err(format!("`{last}` cannot be added to a single value")),
    }
    Ok(())
}

fn remove(target: &mut Item, path: &[String]) -> Result<Item, String> {
    let Some((last, above)) = path.split_last() else { return Err("the whole object cannot be removed".to_owned()) };
    let parent = find(target, above)?;
    match &mut parent.value {
        Value::Map(entries) => {
            let near = hint(last, entries);
            let at =
                entries.iter().position(|(key, _)| key == last).ok_or_else(|| format!("there is no `{last}`{near}"))?;
            Ok(entries.remove(at).1)
        }
        Value::List(items) => {
            let at = last.parse().ok().filter(|index: &usize| *index < items.len());
            Ok(items.remove(at.ok_or_else(|| format!("there is no item `{last}`"))?))
        }
        _ => Err(format!("there is no `{last}` in a single value")),
    }
}
