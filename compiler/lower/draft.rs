//! Short ways to write output items that share one origin.
//!
//! Invariant: empty maps and lists are left out where `map` is given them as optional entries.

use crate::kube::item::{Item, Text, Value};
use crate::origin::OriginId;

/// A pen of one origin.
#[derive(Debug, Clone, Copy)]
pub struct ItemBuilder(pub OriginId);

impl ItemBuilder {
    /// A string.
    pub fn text(self, text: impl Into<Text>) -> Item {
        Item { origin: self.0, value: Value::Text(text.into()) }
    }

    /// A number.
    pub fn integer(self, number: i64) -> Item {
        Item { origin: self.0, value: Value::Integer(number) }
    }

    /// A boolean.
    #[allow(clippy::fn_params_excessive_bools, reason = "the value itself is one")]
    pub fn flag(self, flag: bool) -> Item {
        Item { origin: self.0, value: Value::Bool(flag) }
    }

    /// A list.
    pub fn list(self, items: Vec<Item>) -> Item {
        Item { origin: self.0, value: Value::List(items) }
    }

    /// A list of strings.
    pub fn texts<T: Into<Text>>(self, texts: impl IntoIterator<Item = T>) -> Item {
        self.list(texts.into_iter().map(|text| self.text(text)).collect())
    }

    /// A map.
    pub fn map<const N: usize>(self, entries: [(&'static str, Item); N]) -> Item {
        let entries = entries.into_iter().map(|(key, item)| (Text::Borrowed(key), item)).collect();
        Item { origin: self.0, value: Value::Map(entries) }
    }

    /// A map of what is there.
    pub fn some<const N: usize>(self, entries: [(&'static str, Option<Item>); N]) -> Item {
        let entries = entries.into_iter().filter_map(|(key, item)| Some((Text::Borrowed(key), item?))).collect();
        Item { origin: self.0, value: Value::Map(entries) }
    }

    /// A map with keys made at run time.
    pub fn named(self, entries: impl IntoIterator<Item = (Text, Item)>) -> Item {
        Item { origin: self.0, value: Value::Map(entries.into_iter().collect()) }
    }

    /// A list, unless it is empty.
    pub fn list_or_none(self, items: Vec<Item>) -> Option<Item> {
        (!items.is_empty()).then(|| self.list(items))
    }
}
