//! Files of other tools to keys: which reader reads which file, and what a document of it is.
//!
//! Invariant: every value of every file becomes a key, whatever is wrong with others.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use super::dump::{self, Dump};
use super::ini;
use super::inventory::Inventory;
use super::key::{Data, Key, Role, Tree, keys};
use super::long::{self, Mark};
use super::vault;
use super::yaml;
use crate::diag::{Diagnostic, Sink};
use crate::review::live;
use crate::secret::value::SecretValue;
use crate::span::{FileId, Span};
use crate::world::Sources;

/// A file of another tool.
#[derive(Debug)]
pub struct Input {
    /// How messages name it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it is read for.
    pub role: Role,
    /// What stands before its keys: the chart whose values it has, or the path of a file with options.
    pub prefix: Option<String>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The keys, in the order of files and lines.
    pub keys: Vec<Key>,
    /// Hosts and groups.
    pub inventory: Inventory,
    /// The charts of a manifest, each with its name's place.
    pub charts: Vec<(String, Span)>,
    /// The files, and what each is read for.
    pub files: Vec<(FileId, Role)>,
}

/// Reads files, those that are encrypted with a password. `dumps`: those with values are dumps of clusters, whose images name one of these releases.
pub fn read(
    (inputs, password): (Vec<Input>, Option<&SecretValue>),
    dumps: Option<&[String]>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Read {
    let mut read = Read::default();
    let mut inputs = VecDeque::from(inputs);
    while let Some(mut input) = inputs.pop_front() {
        let is_sealed = input.text.trim_start().starts_with(vault::HEAD);
        let opened = password.filter(|_| is_sealed).and_then(|password| vault::open(&input.text, password));
        if let Some(text) = &opened {
            text.reveal().clone_into(&mut input.text);
        }
        let is_dump = dumps.is_some() && input.role == Role::Values;
        let cut = long::cut(&input.text, if is_dump { Mark::Nothing } else { Mark::Shown });
        let cuts = cut.map(|(text, cuts)| {
            input.text = text;
            cuts
        });
        let file = sources.add(input.path.clone(), Cow::Owned(input.text.clone()));
        long::told(&cuts.unwrap_or_default(), file, sink);
        if let Some(releases) = dumps.filter(|_| input.role == Role::Values) {
            // Secrets are in it, whole.
            read.files.push((file, Role::Secrets));
            inputs.extend(read.dump(&input, (file, &mut *sources), releases, sink));
            continue;
        }
        // Of what was encrypted nothing is shown.
        read.files.push((file, if is_sealed { Role::Secrets } else { input.role }));
        if is_sealed && opened.is_none() {
            sink.push(sealed(Span::new(file, 0, 14), "the file", password));
            continue;
        }
        let is_yaml = [".yml", ".yaml", ".json", ".example"].iter().any(|end| input.path.ends_with(end));
        match input.role {
            Role::Inventory if !is_yaml => read.inventory.read_ini(&input.text, file, sink),
            Role::Override if !is_yaml => {
                read.keys.extend(ini::options(&input.text, file, input.prefix.as_deref().unwrap_or(""), sink));
            }
            _ => read.yaml(&input, file, sink),
        }
    }
    read.inventory.check(sink);
    read.keys.extend(std::mem::take(&mut read.inventory.keys));
    long::take(&mut read.keys, sink);
    if let Some(password) = password {
        vault::open_values(&mut read.keys, password, sources);
    }
    tell_sealed(&read.keys, password, sink);
    read
}

/// What is encrypted, and why it stays so.
fn sealed(span: Span, what: &str, password: Option<&SecretValue>) -> Diagnostic {
    let message = format!("{what} is encrypted with Ansible Vault");
    match password {
        None => Diagnostic::error("TG0936", span, message).hint("`--vault-password FILE` opens it"),
        Some(_) => Diagnostic::error("TG0936", span, message + ", and the password does not open it")
            .hint("formats 1.1 and 1.2 with AES256 are read; several passwords take several imports, or `ansible-vault rekey`"),
    }
}

/// Says where the first encrypted value of each file stands.
fn tell_sealed(keys: &[Key], password: Option<&SecretValue>, sink: &mut Sink) {
    let mut told: Vec<FileId> = Vec::new();
    for key in keys.iter().filter(|key| key.data == Data::Sealed) {
        if !told.contains(&key.span.file) {
            told.push(key.span.file);
            sink.push(sealed(key.span, &format!("`{}`", key.name()), password));
        }
    }
}

impl Read {
    /// A dump of a cluster: its keys are taken, the files in its objects are the answer.
    fn dump(
        &mut self,
        input: &Input,
        (file, sources): (FileId, &mut Sources),
        releases: &[String],
        sink: &mut Sink,
    ) -> Vec<Input> {
        let objects = live::objects(&input.text).unwrap_or_else(|why| {
            let hint =
                "`kubectl get nodes,deployments,statefulsets,daemonsets,configmaps,secrets -A -o json` prints one";
            let before = dump::before_cut(&input.text).and_then(|text| live::objects(&text).ok());
            let message = match &before {
                None => format!("`{}` is not a dump of objects: {why}", input.path),
                Some(objects) => format!("{why}: the {} objects before that are read", objects.len()),
            };
            let at = if before.is_some() { u32::try_from(input.text.trim_end().len()).unwrap_or(u32::MAX) } else { 0 };
            sink.push(Diagnostic::error("TG0933", Span::new(file, at, at), message).hint(hint));
            before.unwrap_or_default()
        });
        let dump = Dump::read(&objects, (file, sources), releases, &mut self.inventory);
        self.keys.extend(dump.keys);
        let input =
            |(path, text): (String, String)| Input { prefix: Some(path.clone()), path, text, role: Role::Override };
        dump.files.into_iter().map(input).collect()
    }

    fn yaml(&mut self, input: &Input, file: FileId, sink: &mut Sink) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for document in yaml::documents(&input.text, file, sink) {
            let Data::Map(entries) = &document.data else {
                if input.role == Role::Override {
                    let prefix: Vec<String> = input.prefix.iter().cloned().collect();
                    self.keys.extend(keys(&document, input.role, &prefix));
                } else if !document.data.is_empty() {
                    sink.push(Diagnostic::error(
                        "TG0939",
                        document.span,
                        "expected names and values, found another thing",
                    ));
                }
                continue;
            };
            let text = |name: &str| field(entries, name).and_then(|tree| tree.data.text()).unwrap_or_default();
            let title = match (text("schema"), text("kind")) {
                (schema, _) if schema.starts_with("armada/") => {
                    let name = field(entries, "metadata").and_then(|tree| child(tree, "name"));
                    format!("{} {}", schema, name.and_then(|tree| tree.data.text()).unwrap_or_default())
                }
                (_, kind) if !kind.is_empty() => {
                    let name = field(entries, "metadata").and_then(|tree| child(tree, "name"));
                    format!("{kind} {}", name.and_then(|tree| tree.data.text()).unwrap_or_default())
                }
                _ => String::new(),
            };
            if let Some(first) = seen.get(&title) {
                let message = match title.is_empty() {
                    true => "a second document, where the tool reads one: the first one counts".to_owned(),
                    false => format!("`{title}` is a duplicate document, the first one counts"),
                };
                sink.push(
                    Diagnostic::error("TG0937", short(document.span), message).also(short(*first), "the first one"),
                );
                continue;
            }
            seen.insert(title.clone(), document.span);
            if let Some(owner) = owner(&input.path).filter(|_| input.role != Role::Override) {
                self.inventory.read_variables(owner, &document, sink);
            } else if title.starts_with("armada/Chart/") {
                self.chart(&document, sink);
            } else if title.starts_with("armada/") {
                let kind = title.split('/').nth(1).unwrap_or("").to_owned();
                self.keys.extend(keys(&document, input.role, &["armada".to_owned(), kind]));
            } else if title.starts_with("ConfigMap ") {
                for (name, _, value) in entries {
                    let prefix = if name == "data" { vec![] } else { vec!["object".to_owned(), name.clone()] };
                    self.keys.extend(keys(value, input.role, &prefix));
                }
            } else if input.role == Role::Inventory {
                entries.iter().for_each(|(group, _, tree)| self.inventory.read_yaml(group, tree, sink));
            } else {
                let prefix: Vec<String> = input.prefix.iter().cloned().collect();
                self.keys.extend(keys(&document, input.role, &prefix));
            }
        }
    }

    /// A chart of a manifest: its values stand below its name, all else below `armada`.
    fn chart(&mut self, document: &Tree, sink: &mut Sink) {
        let data = child(document, "data");
        let named = data.and_then(|data| child(data, "chart_name")).or_else(|| {
            let metadata = child(document, "metadata")?;
            child(metadata, "name")
        });
        let Some((name, span)) = named.and_then(|tree| Some((tree.data.text()?, tree.span))) else {
            return sink.push(Diagnostic::error("TG0938", short(document.span), "a chart without a name"));
        };
        self.charts.push((name.clone(), span));
        let mut rest = document.clone();
        if let Data::Map(entries) = &mut rest.data {
            for (_, _, tree) in entries.iter_mut().filter(|(name, ..)| name == "data") {
                if let Data::Map(inner) = &mut tree.data {
                    for (_, _, values) in inner.iter().filter(|(field, ..)| field == "values") {
                        if !values.data.is_empty() {
                            self.keys.extend(keys(values, Role::Values, std::slice::from_ref(&name)));
                        }
                    }
                    inner.retain(|(field, ..)| field != "values");
                }
            }
        }
        self.keys.extend(keys(&rest, Role::Values, &["armada".to_owned(), "Chart".to_owned(), name]));
    }
}

/// The group or the host whose variables a file has, by Ansible's folders; and whether it is a host.
fn owner(path: &str) -> Option<(&str, bool)> {
    let mut parts = path.split('/').skip_while(|part| !matches!(*part, "group_vars" | "host_vars"));
    let is_host = parts.next()? == "host_vars";
    let name = parts.next()?;
    Some((name.split_once('.').filter(|_| parts.next().is_none()).map_or(name, |(name, _)| name), is_host))
}

fn field<'t>(entries: &'t [(String, Span, Tree)], name: &str) -> Option<&'t Tree> {
    entries.iter().find(|(known, ..)| known == name).map(|(_, _, tree)| tree)
}

fn child<'t>(tree: &'t Tree, name: &str) -> Option<&'t Tree> {
    match &tree.data {
        Data::Map(entries) => field(entries, name),
        _ => None,
    }
}

/// The beginning of a long place.
fn short(span: Span) -> Span {
    Span::new(span.file, span.start, span.end.min(span.start.saturating_add(1)))
}
