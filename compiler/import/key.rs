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
    /// A text that is too long for any place, and was not kept.
    TooLong,
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
            Data::Null | Data::Sealed | Data::TooLong | Data::List(_) | Data::Map(_) => None,
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

/// Last parts of names that say that even a number is a secret.
const ENDS: [&str; 7] = ["pass", "password", "passwd", "passphrase", "secret", "token", "key"];

/// Ends of names that have such a part and hold no secret.
const OPEN: [&str; 6] = ["_uuid", "secret_name", "public_key", "key_name", "tokens", "key_manager"];

/// Does the name say that its value is a secret?
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_open = OPEN.iter().any(|end| name.ends_with(end));
    !is_open && (ends_secret(&name) || SECRET.iter().any(|part| name.contains(part)))
}

/// Is the last part of a name the word for a secret?
fn ends_secret(name: &str) -> bool {
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or("").to_ascii_lowercase();
    ENDS.contains(&last.as_str())
}

/// Is a value nobody's to see? The one answer for keys of every reader.
pub fn is_hidden(role: Role, path: &[String], data: &Data) -> bool {
    let names: Vec<&str> = path.iter().rev().map(String::as_str).filter(|part| !part.starts_with('[')).collect();
    let name = names.first().copied().unwrap_or("");
    let held_in_passwords = names.get(1).is_some_and(|above| above.to_ascii_lowercase().ends_with("passwords"));
    let numbers = ends_secret(name);
    // A boolean is no secret; a number is one where the end of the name says so.
    let is_secret = |data: &Data| match data {
        Data::Number(_) => numbers,
        Data::Text(text) => !text.is_empty() && (numbers || text.parse::<f64>().is_err()),
        _ => false,
    };
    let is_named = (is_secret_name(name) || held_in_passwords) && any(data, &is_secret);
    let is_login = |data: &Data| matches!(data, Data::Text(text) if has_login(text));
    role == Role::Secrets || data == &Data::Sealed || is_named || any(data, &is_login)
}

/// Is a value, or one in it, such a one?
fn any(data: &Data, is_such: &dyn Fn(&Data) -> bool) -> bool {
    match data {
        Data::List(items) => items.iter().any(|item| any(&item.data, is_such)),
        Data::Map(entries) => entries.iter().any(|(_, _, value)| any(&value.data, is_such)),
        data => is_such(data),
    }
}

/// May a text of one line hold a secret: a word that names one, or a URL with a login?
pub fn is_telling(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c));
    has_login(line) || words.any(is_secret_name)
}

/// A text for a message, without what may be a secret in it.
pub fn shown(text: &str) -> &str {
    if is_telling(text) { "…" } else { text }
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
            let hidden = is_hidden(role, path, data);
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
        for name in ["key_manager_password", "public_key_pass", "tokens_secret", "rbd_secret_uuid_password"] {
            assert!(is_secret_name(name), "an exception is one at the end of a name: {name}");
        }
        for name in ["debug", "rbd_secret_uuid", "public_key", "fernet_tokens", "bypass_x"] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(has_login("rabbit://a:b@host/x"));
        assert!(!has_login("http://host:5000/v3?x=a:b@c") && !has_login("http://user@host"));
    }

    #[test]
    fn numbers_and_lists_are_hidden_where_their_name_says_so() {
        let text = |text: &str| Data::Text(text.to_owned());
        let list = |texts: &[&str]| {
            let tree = |item: &&str| Tree { span: Span::new(crate::span::FileId(0), 0, 0), data: text(item) };
            Data::List(texts.iter().map(tree).collect())
        };
        let hidden = |name: &str, data: &Data| is_hidden(Role::Values, &[name.to_owned()], data);
        assert!(hidden("admin_password", &Data::Number("123456".to_owned())) && hidden("db_pass", &text("123456")));
        assert!(hidden("cell_passwords", &list(&["a", "b"])) && hidden("transports", &list(&["rabbit://a:b@c"])));
        assert!(!hidden("fernet_token_expiry", &Data::Number("3600".to_owned())), "a time is no secret");
        assert!(!hidden("token_expiry", &text("3600")) && !hidden("use_password", &Data::Bool(true)));
        let below = ["passwords".to_owned(), "one".to_owned()];
        assert!(is_hidden(Role::Values, &below, &text("x")) && is_hidden(Role::Secrets, &["x".into()], &text("x")));
    }
}
