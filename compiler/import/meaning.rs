//! Two values of an option: whether they differ, and what that means.
//!
//! Invariant: a secret is compared where its value is known; the answer never holds it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::ini::{Options, Said, plain};
use super::known::Known;
use super::mapping::Mapping;
use super::pattern::glob;
use crate::options::scope::{Found, Scope};
use crate::secret::value::SecretValue;
use crate::words;

words! {
    /// What kind of difference it is.
    pub enum Kind {
        /// The same thing, found at another address.
        Place = "place",
        /// The same thing, with other parameters in its URL.
        Parameters = "parameters",
        /// A secret, of which both have one.
        Secret = "secret",
        /// The tool's table has the reason.
        Known = "known",
        /// One of them says it, the other has the default.
        Default = "default",
        /// The release has no such option here.
        Gone = "gone",
        /// Both say it.
        Value = "value",
    }
}

/// What a difference means.
#[derive(Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Its kind.
    pub kind: Kind,
    /// In words.
    pub text: String,
}

/// What is known beside the two files.
pub struct Beside<'b> {
    /// The table of the tool whose files they are.
    pub mapping: Option<&'b Mapping>,
    /// The values of the site's store, by OBJECT/KEY.
    pub secrets: Option<&'b BTreeMap<String, SecretValue>>,
}

/// An option, in the other file and in the site's.
pub struct Pair<'p> {
    /// The other file, `PROGRAM/FILE`.
    pub file: &'p str,
    /// The section and the option.
    pub name: &'p (String, String),
    /// The other file's value.
    pub theirs: Option<&'p Said>,
    /// The site's.
    pub ours: Option<&'p Said>,
}

impl Pair<'_> {
    /// What the difference means; none where there is none.
    pub fn meaning(&self, beside: &Beside<'_>, scope: Option<&Scope<'_>>, all: &Options) -> Option<Meaning> {
        let found = scope.map(|scope| scope.find(&[&self.name.0], &self.name.1, None));
        let default = match &found {
            Some(Found::Here(record)) => record.default().map(|value| plain(&text(&value))),
            _ => None,
        };
        let both = self.theirs.zip(self.ours);
        let meaning = match both {
            Some((theirs, ours)) => judged(theirs, ours, beside.secrets)?,
            None => self.alone(default.as_deref(), found, all)?,
        };
        let known = beside
            .mapping
            .filter(|_| meaning.kind != Kind::Place)
            .and_then(|mapping| self.known(mapping, meaning.kind));
        Some(known.map_or(meaning, |known| Meaning { kind: Kind::Known, text: known.reason.clone() }))
    }

    /// One of them says it.
    fn alone(&self, default: Option<&str>, found: Option<Found<'_>>, all: &Options) -> Option<Meaning> {
        let known = default.map_or_else(|| "nothing".to_owned(), |default| format!("`{default}`"));
        let (kind, text) = match (self.theirs, self.ours, found) {
            (Some((their, _)), None, Some(Found::Renamed(new, name, _))) => {
                let place = (new.unwrap_or(&self.name.0).to_owned(), name.to_owned());
                let same = all.get(&place).is_some_and(|(our, _)| plain(our) == plain(their));
                (!same).then(|| (Kind::Gone, format!("its name is now `[{}] {}`", place.0, place.1)))?
            }
            (Some(_), None, Some(Found::Removed(removed))) => {
                (Kind::Gone, format!("removed after release {}", removed.last))
            }
            (Some(_), None, Some(Found::Later(release))) => (Kind::Gone, format!("comes with release {release}")),
            (Some(_), None, Some(Found::Unknown)) => (Kind::Gone, "no table of the release knows it".to_owned()),
            (Some((value, _)), None, _) | (None, Some((value, _)), _) if default == Some(plain(value).as_str()) => {
                return None;
            }
            (Some(_), None, _) => (Kind::Default, format!("not said here: the default is {known}")),
            (None, Some(_), _) => (Kind::Default, format!("not said there: the default is {known}")),
            (None, None, _) | (Some(_), Some(_), _) => return None,
        };
        Some(Meaning { kind, text })
    }

    /// The table's reason: of those that match, the one with the most letters.
    fn known<'m>(&self, mapping: &'m Mapping, kind: Kind) -> Option<&'m Known> {
        let ours = self.ours.map_or("", |(text, _)| text);
        let is_alone = self.theirs.is_none() || self.ours.is_none();
        let fits = |pattern: &str, known: &Known| {
            if kind == Kind::Secret && !known.secret || known.alone && !is_alone {
                return None;
            }
            let parts: Vec<&str> = pattern.split(" > ").collect();
            let program = parts.first().is_some_and(|part| part.contains('/'));
            let file = if program { self.file } else { self.file.rsplit('/').next()? };
            let path = [file, &self.name.0, &self.name.1];
            let path = path.get(path.len().checked_sub(parts.len())?..)?;
            let mut pairs = parts.iter().zip(path);
            let value = known.ours.as_ref().is_none_or(|wanted| is_like(wanted, ours));
            (value && pairs.all(|(wanted, part)| is_like(wanted, part))).then_some(pattern.replace('*', "").len())
        };
        let found = mapping.differences.iter().filter_map(|(name, known)| Some((fits(name.as_str(), known)?, known)));
        found.max_by_key(|(letters, _)| *letters).map(|(_, known)| known)
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    glob(pattern, text, &mut Vec::new()).is_some()
}

/// What it means that both set it.
fn judged(theirs: &Said, ours: &Said, secrets: Option<&BTreeMap<String, SecretValue>>) -> Option<Meaning> {
    let is_hidden = theirs.1 || ours.1;
    let filled = filled(&ours.0, secrets);
    let (their, our) = (plain(&theirs.0), plain(&filled));
    if bare(&their) == bare(&our) {
        return None;
    }
    let (their, first) = parameters(&their);
    let (our, second) = parameters(&our);
    let ((their, from), (our, to)) = (places(their), places(our));
    let is_moved = !from.is_empty() && !to.is_empty() && their == our;
    let kind = match is_hidden {
        _ if is_moved && first == second => Kind::Place,
        _ if is_moved => Kind::Parameters,
        true => Kind::Secret,
        false => Kind::Value,
    };
    let text = match kind {
        Kind::Place => format!("the same at another place: {} there, {} here", joined(&from), joined(&to)),
        Kind::Parameters => "the same but for parameters of its URL".to_owned(),
        Kind::Secret if secrets.is_some() => "a secret: the store's value differs".to_owned(),
        Kind::Secret => "a secret: both have one, the store's is used here".to_owned(),
        _ => "both set it".to_owned(),
    };
    Some(Meaning { kind, text })
}

/// A URL and the parameters behind it.
fn parameters(text: &str) -> (&str, &str) {
    let is_url = text.contains("://");
    text.split_once('?').filter(|_| is_url).unwrap_or((text, ""))
}

fn joined(places: &BTreeSet<String>) -> String {
    places.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// A value of the site with the secrets that it names, `<OBJECT/KEY>`; in a URL they are escaped.
fn filled<'t>(text: &'t str, secrets: Option<&BTreeMap<String, SecretValue>>) -> Cow<'t, str> {
    let Some(secrets) = secrets.filter(|_| text.contains('<')) else { return Cow::Borrowed(text) };
    let is_url = text.contains("://");
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let named = behind.split_once('>').and_then(|(name, after)| Some((secrets.get(name)?, after)));
        match named {
            Some((secret, after)) => {
                match is_url {
                    true => out.extend(utf8_percent_encode(secret.reveal(), NON_ALPHANUMERIC)),
                    false => out.push_str(secret.reveal()),
                }
                rest = after;
            }
            None => {
                out.push('<');
                rest = behind;
            }
        }
    }
    Cow::Owned(out + rest)
}

/// A URL without what is escaped in it.
fn bare(text: &str) -> Cow<'_, str> {
    match text.contains("://") {
        true => percent_decode_str(text).decode_utf8_lossy(),
        false => Cow::Borrowed(text),
    }
}

/// A text of one or several URLs or addresses without their hosts and ports, each shape once; and these.
fn places(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut shapes, mut found) = (BTreeSet::new(), BTreeSet::new());
    // Of several hosts in a URL the first has the scheme, the last the path.
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let (authorities, path) = match (scheme, rest.find(['/', '?'])) {
        (Some(_), Some(at)) => rest.split_at(at),
        _ => (rest, ""),
    };
    // A part without an account, where others have one, may be a piece of a password.
    let has_login = authorities.contains('@');
    for part in authorities.split(',') {
        if has_login && !part.contains('@') {
            return (BTreeSet::from([text.to_owned()]), BTreeSet::new());
        }
        let (login, host) = part.rsplit_once('@').unwrap_or(("", part));
        let (kind, host) = match host.split_once(':') {
            Some((kind @ ("tcp" | "ssl"), host)) => (kind, host),
            _ => ("", host),
        };
        if scheme.is_none() && !is_address(host) {
            return (BTreeSet::from([text.to_owned()]), BTreeSet::new());
        }
        let login = percent_decode_str(login).decode_utf8_lossy();
        shapes.insert(format!("{} {login} {kind} {}", scheme.unwrap_or(""), path.trim_end_matches('/')));
        found.insert(host.to_owned());
    }
    (shapes, found)
}

/// Is it an IPv4 address, or a host with a port?
fn is_address(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_port = port.is_some_and(|port| port.parse::<u16>().is_ok());
    host.parse::<std::net::Ipv4Addr>().is_ok() && (port.is_none() || is_port) || is_port && host.contains('.')
}

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_by_its_place_alone_is_told_apart() {
        let store = BTreeMap::from([("nova-db/password".to_owned(), SecretValue::new("made@for".to_owned()))]);
        let kind = |their: &str, our: &str, hidden: bool| {
            let said = |text: &str| (text.to_owned(), hidden);
            judged(&said(their), &said(our), Some(&store)).map(|meaning| meaning.kind)
        };
        let url = "mysql+pymysql://nova:<nova-db/password>@db.cluster.local:3306/nova";
        assert_eq!(kind("mysql+pymysql://nova:made%40for@db.cluster.local:3306/nova", url, true), None);
        assert_eq!(kind("mysql+pymysql://nova:made%40for@10.0.0.9:3306/nova", url, true), Some(Kind::Place));
        for other in ["nova:other@10.0.0.9:3306/nova", "nova2:made%40for@10.0.0.9/nova", "nova:made%40for@10.0.0.9/b"] {
            assert_eq!(kind(&format!("mysql+pymysql://{other}"), url, true), Some(Kind::Secret), "{other}");
        }
        let url = "mysql+pymysql://nova:<nova-db/password>@db.cluster.local:3306/nova?charset=utf8";
        assert_eq!(kind("mysql+pymysql://nova:made%40for@10.0.0.9:3306/nova", url, true), Some(Kind::Parameters));
        assert_eq!(kind("10.0.0.1:11211,10.0.0.2:11211", "m-0.m:11211", false), Some(Kind::Place));
        assert_eq!(kind("tcp:10.0.0.1:6641", "ssl:n-0.n:6641", false), Some(Kind::Value));
        assert_eq!(kind("True", "true", false), None);
        assert_eq!(kind("qcow2", "rbd", false), Some(Kind::Value));
        let comma = judged(
            &("rabbit://u:12345,67@10.0.0.1:5672/v".to_owned(), true),
            &("rabbit://u:12345,67@10.0.0.2:5672/v".to_owned(), true),
            Some(&store),
        );
        assert!(comma.is_some_and(|told| told.kind == Kind::Secret && !told.text.contains("12345")));
        let told = judged(&("made-there".to_owned(), true), &("<nova-db/password>".to_owned(), true), Some(&store));
        assert!(told.is_some_and(|told| told.kind == Kind::Secret && !told.text.contains("made")));
    }
}
