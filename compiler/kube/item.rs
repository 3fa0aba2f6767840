//! Output documents: the values of Kubernetes objects and of YAML and JSON config files.
//!
//! Invariant: equality ignores origins; entries keep the order in which a pass put them.

use std::borrow::Cow;

use crate::origin::OriginId;

/// Text of the output: a literal of the program or made at run time.
pub type Text = Cow<'static, str>;

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it comes from.
    pub origin: OriginId,
    /// The value.
    pub value: Value,
}

/// What an item holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with a fraction, as it was written.
    Decimal(Text),
    /// A string.
    Text(Text),
    /// Items in order.
    List(Vec<Item>),
    /// Items by key, in the order of insertion; keys are unique.
    Map(Vec<(Text, Item)>),
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Item {
    /// A value with its origin.
    pub fn new(origin: OriginId, value: impl Into<Value>) -> Self {
        Item { origin, value: value.into() }
    }

    /// The entry of that key.
    pub fn get(&self, key: &str) -> Option<&Item> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, item)| item),
            _ => None,
        }
    }

    /// The entry of that key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Item> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, item)| item),
            _ => None,
        }
    }

    /// The entry at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Item> {
        path.iter().try_fold(self, |item, key| item.get(key))
    }

    /// Puts an entry, in place of one of the same key; nothing where this is no map.
    pub fn set(&mut self, key: impl Into<Text>, item: Item) {
        let key = key.into();
        if let Value::Map(entries) = &mut self.value {
            match entries.iter_mut().find(|(name, _)| *name == key) {
                Some((_, old)) => *old = item,
                None => entries.push((key, item)),
            }
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; empty for anything else.
    pub fn list(&self) -> &[Item] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(Cow::Owned(value))
    }
}

impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Value::Text(value)
    }
}

impl From<Vec<Item>> for Value {
    fn from(value: Vec<Item>) -> Self {
        Value::List(value)
    }
}

impl From<Vec<(Text, Item)>> for Value {
    fn from(value: Vec<(Text, Item)>) -> Self {
        Value::Map(value)
    }
}
