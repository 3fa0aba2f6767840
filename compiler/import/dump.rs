//! A dump of a cluster as inputs: files of options out of ConfigMaps and Secrets, nodes with their labels, replicas and images of workloads.
//!
//! Invariant: what a Secret holds is never shown; every entry of an object becomes a file or a key.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::inventory::Inventory;
use super::key::{Data, Key, Role};
use crate::span::{FileId, Span};
use crate::world::Sources;

/// Endings of files that hold options.
const OPTIONS: [&str; 2] = [".conf", ".ini"];
/// Files that hold policies.
const POLICIES: [&str; 2] = ["policy.yaml", "policy.json"];

/// What a dump holds.
#[derive(Debug)]
pub struct Dump<'d> {
    /// The object that is read.
    file: FileId,
    /// The releases that there are.
    releases: &'d [String],
    /// The files of options in its objects, `OBJECT/FILE` and the text.
    pub files: Vec<(String, String)>,
    /// Everything else.
    pub keys: Vec<Key>,
    /// Which releases the images name, and how many do.
    named: BTreeMap<String, usize>,
}

impl<'d> Dump<'d> {
    /// Reads objects; nodes go to the inventory.
    pub fn read(
        objects: &[Json],
        (whole, sources): (FileId, &mut Sources),
        releases: &'d [String],
        inventory: &mut Inventory,
    ) -> Self {
        let mut dump = Dump { file: whole, releases, files: vec![], keys: vec![], named: BTreeMap::new() };
        for object in objects {
            let name = text(object, "/metadata/name");
            // An object is its own source: a line of a dump tells nobody anything.
            dump.file = sources.add(format!("{} {name}", text(object, "/kind")), Cow::Borrowed(""));
            match text(object, "/kind") {
                kind @ ("ConfigMap" | "Secret") => dump.take(kind, name, object),
                "Node" => dump.node(name, object, inventory),
                kind @ ("Deployment" | "StatefulSet" | "DaemonSet") => dump.workload(kind, name, object),
                kind => dump.key(&["object", kind, name], Data::Null),
            }
        }
        dump.file = whole;
        let most = dump.named.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(name.as_str())));
        if let Some(release) = most.map(|(name, _)| name.clone()) {
            dump.key(&["release"], Data::Text(release));
        }
        dump
    }

    fn span(&self) -> Span {
        Span::new(self.file, 0, 0)
    }

    fn key(&mut self, path: &[&str], data: Data) {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        self.keys.push(Key { path, data, span: self.span(), role: Role::Values, hidden: false });
    }

    /// A file that holds no options; nobody is to see what it holds.
    fn sealed(&mut self, path: &[&str]) {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        let data = Data::Text("...".to_owned());
        self.keys.push(Key { path, data, span: self.span(), role: Role::Values, hidden: true });
    }

    fn take(&mut self, kind: &str, name: &str, object: &Json) {
        for (file, held) in held(object) {
            let is_options = OPTIONS.iter().any(|end| file.ends_with(end)) || POLICIES.contains(&file);
            match held.filter(|_| is_options) {
                Some(text) => self.files.push((format!("{name}/{file}"), text)),
                None => self.sealed(&[kind, name, file]),
            }
        }
    }

    /// A node: its labels are groups, its address is a variable.
    fn node(&self, name: &str, object: &Json, inventory: &mut Inventory) {
        let addresses = object.pointer("/status/addresses").and_then(Json::as_array).into_iter().flatten();
        let addresses = addresses.map(|address| (text(address, "/type"), text(address, "/address")));
        let addresses: Vec<(&str, &str)> = addresses.filter(|(kind, _)| *kind != "Hostname").collect();
        for (kind, address) in &addresses {
            inventory.key(&[name, kind], Data::Text((*address).to_owned()), self.span());
        }
        let labels = object.pointer("/metadata/labels").and_then(Json::as_object).into_iter().flatten();
        for (label, value) in labels {
            let group = format!("{label}={}", value.as_str().unwrap_or_default());
            if !inventory.has(&group) {
                inventory.key(&[&group], Data::Null, self.span());
            }
            let variables = inventory.host(&group, name);
            variables.extend(addresses.iter().map(|(kind, address)| ((*kind).to_owned(), (*address).to_owned())));
        }
    }

    fn workload(&mut self, kind: &str, name: &str, object: &Json) {
        if let Some(replicas) = object.pointer("/spec/replicas").filter(|_| kind != "DaemonSet") {
            self.key(&["workload", name, "replicas"], Data::Number(replicas.to_string()));
        }
        let containers =
            object.pointer("/spec/template/spec/containers").and_then(Json::as_array).into_iter().flatten();
        for container in containers {
            let image = text(container, "/image");
            self.key(&["workload", name, "image", text(container, "/name")], Data::Text(image.to_owned()));
            let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
            let mut words = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            if let Some(release) = words.find(|word| self.releases.iter().any(|known| known == word)) {
                *self.named.entry(release.to_owned()).or_default() += 1;
            }
        }
    }
}

/// A list of objects that is cut off in the middle, up to its last whole object; none where there is none, or where nothing is cut.
pub fn before_cut(text: &str) -> Option<String> {
    let (mut open, mut is_text, mut is_escaped) = (Vec::new(), false, false);
    let mut whole = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => open.push(byte),
            b'}' | b']' if !is_text => {
                open.pop();
                // A whole item of the list in the outermost map.
                if open == [b'{', b'['] {
                    whole = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    let begins = text.get(..whole.filter(|_| !open.is_empty())?)?;
    Some(format!("{begins}], \"kind\": \"List\"}}"))
}

fn text<'j>(json: &'j Json, pointer: &str) -> &'j str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The files of a ConfigMap or a Secret; none of what is no text.
pub fn held(object: &Json) -> Vec<(&str, Option<String>)> {
    let data = object.get("data").and_then(Json::as_object).into_iter().flatten();
    let is_secret = text(object, "/kind") == "Secret";
    let value = |value: &Json| match value.as_str() {
        Some(value) if is_secret => decoded(value),
        value => value.map(str::to_owned),
    };
    data.map(|(file, json)| (file.as_str(), value(json))).collect()
}

fn decoded(text: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::live;

    #[test]
    fn a_list_that_is_cut_off_is_read_up_to_its_last_whole_object() {
        let object = |name: &str| {
            format!(r#"{{"kind": "ConfigMap", "metadata": {{"name": "{name}"}}, "data": {{"x": "}}]\""}}}}"#)
        };
        let whole = format!(r#"{{"apiVersion": "v1", "items": [{}, {}], "kind": "List"}}"#, object("a"), object("b"));
        assert_eq!(before_cut(&whole), None, "nothing is cut");
        for end in [whole.len() - 1, whole.len() - 20, whole.len() - 40] {
            let text = before_cut(&whole[..end]).expect("it has a whole object");
            let objects = live::objects(&text).expect("they are objects");
            assert_eq!(objects.len(), if end > whole.len() - 20 { 2 } else { 1 }, "{text}");
        }
        assert_eq!(before_cut(&whole[..40]), None);
    }
}
