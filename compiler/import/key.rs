//! What another tool was told, as keys: a path, a value, and where it stands.
//!
//! Invariant: a value that nobody is to see is marked when it is read, and never unmarked.

use std::fmt::Write as _;

use crate::span::Span;

/// A value of another tool's file and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub data: Data,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, in decimal.
    Number(String),
    /// A text.
    Text(String),
    /// A text that is encrypted, and whose key is not here.
    Sealed,
    /// Values in order.
    List(Vec<Tree>),
    /// Values by name; each with the name's place.
    Map(Vec<(String, Span, Tree)>),
}

impl Data {
    /// A scalar as text; none where it is a collection or nothing.
    pub fn text(&self) -> Option<String> {
        match self {
            Data::Bool(true) => Some("yes".to_owned()),
            Data::Bool(false) => Some("no".to_owned()),
            Data::Number(text) | Data::Text(text) => Some(text.clone()),
            Data::Null | Data::Sealed | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// The word that cases of a mapping compare: booleans in every spelling are `yes` and `no`.
    pub fn word(&self) -> String {
        let text = self.text().unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => "yes".to_owned(),
            "false" | "no" | "off" => "no".to_owned(),
            _ => text,
        }
    }

    /// Is it empty: nothing, or a collection of nothing?
    pub fn is_empty(&self) -> bool {
        match self {
            Data::Null => true,
            Data::List(items) => items.is_empty(),
            Data::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }
}

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Values by name.
    Values,
    /// Passwords by name.
    Secrets,
    /// Hosts and their groups.
    Inventory,
    /// Options that replace those of a service's file.
    Override,
}

/// A key of the input.
#[derive(Debug, Clone)]
pub struct Key {
    /// The names on the way to it; places in lists are `[0]`.
    pub path: Vec<String>,
    /// The value: a scalar, a list of scalars, or an empty collection.
    pub data: Data,
    /// Where its value stands.
    pub span: Span,
    /// What its file is read for.
    pub role: Role,
    /// Is its value nobody's to see?
    pub hidden: bool,
}

impl Key {
    /// The path as one text.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for part in &self.path {
            let dot = if name.is_empty() || part.starts_with('[') { "" } else { "." };
            let _ = write!(name, "{dot}{part}");
        }
        name
    }
}

/// Parts of a name that say that its value is a secret.
const SECRET: [&str; 8] = ["password", "passwd", "passphrase", "secret", "private_key", "token", "_pass", "_key"];

/// Names that have such a part and hold no secret.
const OPEN: [&str; 6] = ["_uuid", "secret_name", "public_key", "key_name", "tokens", "key_manager"];

/// Does the name say that its value is a secret?
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends =
        ["pass", "password", "secret", "key"].iter().any(|end| name.split(['_', '-', '.']).next_back() == Some(end));
    (ends || SECRET.iter().any(|part| name.contains(part))) && !OPEN.iter().any(|part| name.contains(part))
}

/// Has the text a URL with a password in it?
pub fn has_login(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or("");
        authority.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
    })
}

/// The keys of a tree, in the order in which they stand.
pub fn keys(tree: &Tree, role: Role, prefix: &[String]) -> Vec<Key> {
    let mut found = Vec::new();
    flatten(tree, role, &mut prefix.to_vec(), &mut found);
    found
}

fn flatten(tree: &Tree, role: Role, path: &mut Vec<String>, found: &mut Vec<Key>) {
    match &tree.data {
        Data::Map(entries) if !entries.is_empty() => {
            for (name, _, value) in entries {
                path.push(name.clone());
                flatten(value, role, path, found);
                path.pop();
            }
        }
        Data::List(items) if items.iter().any(|item| matches!(item.data, Data::Map(_) | Data::List(_))) => {
            for (number, item) in items.iter().enumerate() {
                path.push(format!("[{number}]"));
                flatten(item, role, path, found);
                path.pop();
            }
        }
        data => {
            let text = data.text().unwrap_or_default();
            let named = path.iter().rev().find(|part| !part.starts_with('[')).is_some_and(|name| is_secret_name(name));
            // A reference to another variable, a boolean or a number is no secret.
            let named = named && matches!(data, Data::Text(_)) && !text.is_empty();
            let hidden = role == Role::Secrets || data == &Data::Sealed || named || has_login(&text);
            found.push(Key { path: path.clone(), data: data.clone(), span: tree.span, role, hidden });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls_tell_secrets() {
        for name in ["database_password", "rabbitmq_pass", "K8S_NOVA_DB_PASS", "metadata_secret", "private_key"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["debug", "rbd_secret_uuid", "public_key", "fernet_tokens", "bypass_x"] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(has_login("rabbit://a:b@host/x"));
        assert!(!has_login("http://host:5000/v3?x=a:b@c") && !has_login("http://user@host"));
    }
}
