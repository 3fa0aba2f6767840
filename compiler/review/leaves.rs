//! An object to its values by path.
//!
//! Invariant: an item of a list is named by what tells it from the others where there is such a key, so that an item more does
//! not look like a change of all that follow it. Where two items are compared, the items of their lists that have no such key
//! are found again by what they hold.

use std::collections::{BTreeMap, BTreeSet};

use similar::DiffOp;

use crate::kube::item::{Item, Value};
use crate::origin::OriginId;
use crate::review::steps::steps;

/// Values by path, for instance `spec.template.spec.containers[api].image`.
pub type Leaves = BTreeMap<String, String>;

/// Keys that tell the items of a list apart, in order of preference.
const KEYS: [&str; 8] = ["mountPath", "name", "key", "ip", "port", "containerPort", "topologyKey", "type"];

/// All values of an item.
pub fn leaves(item: &Item) -> Leaves {
    let mut found = Leaves::new();
    below(String::new(), item, &mut |path, value, _| drop(found.insert(path, value)));
    found
}

/// All values of two items that are compared, the same things under the same path. A path in a list that has no key is that of the
/// new item; what only the old one has stands under `[old N]`.
pub fn pair(old: &Item, new: &Item) -> (Leaves, Leaves) {
    let mut found = Pair::default();
    found.both(String::new(), old, new);
    (found.old, found.new)
}

/// The values of two items.
#[derive(Default)]
struct Pair {
    old: Leaves,
    new: Leaves,
}

impl Pair {
    fn both(&mut self, path: String, old: &Item, new: &Item) {
        match (&old.value, &new.value) {
            (Value::Map(before), Value::Map(after)) if !before.is_empty() && !after.is_empty() => {
                for (key, entry) in before {
                    match new.get(key) {
                        Some(now) => self.both(joined(&path, key), entry, now),
                        None => self.gone(joined(&path, key), entry),
                    }
                }
                for (key, entry) in after.iter().filter(|(key, _)| old.get(key).is_none()) {
                    self.come(joined(&path, key), entry);
                }
            }
            (Value::List(before), Value::List(after)) if has_parts(before) && has_parts(after) => {
                match KEYS.iter().find_map(|key| named(before, key).zip(named(after, key))) {
                    Some(names) => self.by_name(&path, (names.0, before), (names.1, after)),
                    None => self.by_content(&path, before, after),
                }
            }
            _ => {
                self.gone(path.clone(), old);
                self.come(path, new);
            }
        }
    }

    fn gone(&mut self, path: String, old: &Item) {
        below(path, old, &mut |path, value, _| drop(self.old.insert(path, value)));
    }

    fn come(&mut self, path: String, new: &Item) {
        below(path, new, &mut |path, value, _| drop(self.new.insert(path, value)));
    }

    fn by_name(&mut self, path: &str, old: (Vec<String>, &[Item]), new: (Vec<String>, &[Item])) {
        let after: BTreeMap<&String, &Item> = new.0.iter().zip(new.1).collect();
        for (name, item) in old.0.iter().zip(old.1) {
            match after.get(name) {
                Some(now) => self.both(format!("{path}[{name}]"), item, now),
                None => self.gone(format!("{path}[{name}]"), item),
            }
        }
        let before: BTreeSet<&String> = old.0.iter().collect();
        for (name, item) in after.into_iter().filter(|(name, _)| !before.contains(name)) {
            self.come(format!("{path}[{name}]"), item);
        }
    }

    /// Equal items are found first; between them, one is the next state of the other as they follow.
    fn by_content(&mut self, path: &str, old: &[Item], new: &[Item]) {
        let contents = |items: &[Item]| -> Vec<Leaves> { items.iter().map(leaves).collect() };
        for step in steps(&contents(old), &contents(new)) {
            let (before, after) = (step.old_range(), step.new_range());
            let both = if matches!(step, DiffOp::Replace { .. } | DiffOp::Equal { .. }) {
                before.len().min(after.len())
            } else {
                0
            };
            for (was, is) in before.clone().zip(after.clone()).take(both) {
                if let (Some(was), Some(now)) = (old.get(was), new.get(is)) {
                    self.both(format!("{path}[{is}]"), was, now);
                }
            }
            for was in before.skip(both) {
                old.get(was).into_iter().for_each(|item| self.gone(format!("{path}[old {was}]"), item));
            }
            for is in after.skip(both) {
                new.get(is).into_iter().for_each(|item| self.come(format!("{path}[{is}]"), item));
            }
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn has_parts(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item.value, Value::Map(_) | Value::List(_)))
}

/// Where all values of an item come from.
pub fn origins(item: &Item) -> BTreeMap<String, OriginId> {
    let mut found = BTreeMap::new();
    below(String::new(), item, &mut |path, _, origin| {
        found.insert(path, origin);
    });
    found
}

fn below(path: String, item: &Item, found: &mut dyn FnMut(String, String, OriginId)) {
    match &item.value {
        Value::Map(entries) if !entries.is_empty() => {
            for (key, entry) in entries {
                below(joined(&path, key), entry, found);
            }
        }
        Value::List(items) if has_parts(items) => {
            let names = names(items);
            for (name, item) in names.iter().zip(items) {
                below(format!("{path}[{name}]"), item, found);
            }
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            found(path, format!("[{}]", items.join(", ")), item.origin);
        }
        _ => found(path, scalar(item), item.origin),
    }
}

fn scalar(item: &Item) -> String {
    match &item.value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(text) | Value::Text(text) => text.to_string(),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
    }
}

fn names(items: &[Item]) -> Vec<String> {
    let keys = || KEYS.iter().find_map(|key| named(items, key));
    keys().unwrap_or_else(|| (0..items.len()).map(|index| index.to_string()).collect())
}

/// The items' values of a key, where each has one of its own.
fn named(items: &[Item], key: &str) -> Option<Vec<String>> {
    let values: Option<Vec<String>> = items
        .iter()
        .map(|item| item.get(key).or_else(|| item.at(&["metadata", key])))
        .map(|value| value.filter(|value| !matches!(value.value, Value::Map(_) | Value::List(_))).map(scalar))
        .collect();
    values.filter(|values| values.iter().collect::<BTreeSet<_>>().len() == values.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::state::object;

    /// What differs between two lists of a NetworkPolicy's peers.
    fn check(old: &[&str], new: &[&str], expected: &[(&str, Option<&str>, Option<&str>)]) {
        let item = |peers: &[&str]| {
            let lines: String = peers
                .iter()
                .map(|peer| format!("      - podSelector:\n          matchLabels:\n            app: {peer}\n"))
                .collect();
            let text = format!("kind: NetworkPolicy\nmetadata:\n  name: a\nspec:\n  ingress:\n    - from:\n{lines}");
            object("kubernetes/a/networkpolicy-a.yaml", &text).unwrap()
        };
        let (before, after) = pair(&item(old), &item(new));
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differing = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
        let found: Vec<_> = differing
            .map(|path| {
                let short = path.replace("spec.ingress[0].from", "").replace(".podSelector.matchLabels.app", "");
                (short, before.get(path).map(String::as_str), after.get(path).map(String::as_str))
            })
            .collect();
        let found: Vec<_> = found.iter().map(|(path, old, new)| (path.as_str(), *old, *new)).collect();
        assert_eq!(found, expected, "{old:?} {new:?}");
    }

    #[test]
    fn an_item_without_a_key_is_found_again_by_what_it_holds() {
        check(&["b", "c", "d"], &["a", "b", "c", "d"], &[("[0]", None, Some("a"))]);
        check(&["a", "b", "c"], &["a", "c"], &[("[old 1]", Some("b"), None)]);
        check(&["a", "b", "c"], &["a", "x", "c"], &[("[1]", Some("b"), Some("x"))]);
        check(
            &["a", "b"],
            &["b", "c", "d"],
            &[("[1]", None, Some("c")), ("[2]", None, Some("d")), ("[old 0]", Some("a"), None)],
        );
        check(&["a"], &["a"], &[]);
    }
}
