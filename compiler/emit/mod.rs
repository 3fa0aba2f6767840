//! A finished site to files: paths, bytes, and the origin of every line.
//!
//! Invariant: paths are made of checked names only.

mod machine;
mod playbook;
mod rendered;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::config::file::Content;
pub use crate::emit::rendered::Rendered;
use crate::link::Linked;
use crate::lower::object::{Object, PlacedObject, template};
use crate::origin::OriginId;
use crate::print::comment::Comments;
use crate::print::{self, Printed, yaml};

/// All files of a site but the index; `placed` are objects of delivery. With the comments of the site's sources where these
/// are given.
pub fn artifacts(linked: &Linked, placed: &[PlacedObject], mut comments: Option<Comments<'_>>) -> Vec<Rendered> {
    let mut files =
        Vec::with_capacity(linked.objects.len() + linked.files.len() + linked.hosts.len() + placed.len() + 2);
    objects(linked, comments.as_mut(), &mut files);
    configs(linked, comments.as_mut(), &mut files);
    hosts(linked, &mut files);
    files.extend(machine::files(linked));
    files.extend(playbook::files(linked));
    for object in placed {
        files.push(Rendered { path: object.path.clone(), printed: yaml::print(&object.item) });
    }
    files.push(Rendered { path: "digests".to_owned(), printed: digests(linked) });
    files.push(Rendered { path: "secrets".to_owned(), printed: secrets(linked) });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The objects. Those that run pods have the comments of their components; what belongs to them does not repeat these.
fn objects(linked: &Linked, mut comments: Option<&mut Comments<'_>>, files: &mut Vec<Rendered>) {
    let (running, others): (Vec<&Object>, Vec<&Object>) =
        linked.objects.iter().partition(|object| template(&object.item).is_some());
    for object in &running {
        files.push(rendered(object, comments.as_deref_mut()));
    }
    if let Some(comments) = comments.as_deref_mut() {
        comments.keep_out();
    }
    for object in &others {
        files.push(rendered(object, comments.as_deref_mut()));
    }
    if let Some(comments) = comments {
        comments.let_in();
    }
}

fn rendered(object: &Object, comments: Option<&mut Comments<'_>>) -> Rendered {
    match comments {
        Some(comments) => Rendered { path: path(object), printed: yaml::print_with(&object.item, comments.begin()) },
        None => plain(object),
    }
}

/// The file of an object, as it is without comments of the site.
pub fn plain(object: &Object) -> Rendered {
    Rendered { path: path(object), printed: yaml::print(&object.item) }
}

/// The path of an object's file.
pub fn path(object: &Object) -> String {
    format!("kubernetes/{}/{}-{}.yaml", object.unit, object.kind().to_lowercase(), object.name())
}

/// The copies of the config files.
fn configs(linked: &Linked, mut comments: Option<&mut Comments<'_>>, files: &mut Vec<Rendered>) {
    for file in &linked.files {
        let group = file.file.group.as_ref().map(|group| format!("@{group}")).unwrap_or_default();
        let path = format!("config/{}{group}/{}", file.file.service, file.file.name);
        if let Some(drop_in) = &file.drop_in {
            let printed = match comments.as_deref_mut() {
                Some(comments) => comments.begin().annotate(drop_in),
                None => drop_in.clone(),
            };
            files.push(Rendered { path: format!("{path}.d/secret.conf"), printed });
        }
        let printed = match (comments.as_deref_mut(), &file.file.public) {
            (Some(comments), Content::Sections(..)) => comments.begin().annotate(&file.printed),
            (Some(comments), Content::Yaml(item)) => yaml::print_with(item, comments.begin()),
            _ => file.printed.clone(),
        };
        files.push(Rendered { path, printed });
    }
}

/// The files of hosts; those of a host that is not set up from them are parts of its check list.
fn hosts(linked: &Linked, files: &mut Vec<Rendered>) {
    let mut lists: BTreeMap<&str, Printed> = BTreeMap::new();
    for host in &linked.hosts {
        let printed = print::content(&host.file.public);
        let Some(node) = &host.listed else {
            files.push(Rendered { path: host.path.clone(), printed });
            continue;
        };
        let list = lists.entry(node).or_insert_with(|| line(&format!("What host {node} needs.")));
        let place = host.path.strip_prefix(&format!("hosts/{node}")).unwrap_or(&host.path);
        list.append(line(&format!("\n## {place}\n")));
        for (text, origin) in printed.text.lines().zip(&printed.lines) {
            let box_of = if text.trim().is_empty() || text.starts_with('#') { "" } else { "- [ ] " };
            list.append(Printed { text: format!("{box_of}{text}\n"), lines: vec![*origin] });
        }
    }
    files.extend(
        lists.into_iter().map(|(node, printed)| Rendered { path: format!("hosts/{node}/check-list.md"), printed }),
    );
}

fn line(text: &str) -> Printed {
    table(text.lines().map(str::to_owned))
}

/// How many objects and config files there are among the files of a site.
pub fn counts(linked: &Linked, placed: &[PlacedObject]) -> (usize, usize) {
    let references = placed.iter().filter(|object| object.path.starts_with("kubernetes/")).count();
    let drop_ins = linked.files.iter().filter(|file| file.drop_in.is_some()).count();
    (linked.objects.len() + references, linked.files.len() + drop_ins)
}

fn table(lines: impl Iterator<Item = String>) -> Printed {
    let mut printed = Printed::default();
    for line in lines {
        let _ = writeln!(printed.text, "{line}");
        printed.lines.push(OriginId::BUILTIN);
    }
    printed
}

fn digests(linked: &Linked) -> Printed {
    table(linked.digests.iter().map(|(consumer, digest)| format!("{consumer} sha256:{digest}")))
}

/// Which Secret objects and keys the site needs, and who uses each.
fn secrets(linked: &Linked) -> Printed {
    let mut rows: Vec<_> = linked.reads.iter().map(|(read, users)| (read.columns(), users)).collect();
    rows.sort();
    let lines = rows.into_iter().map(|((object, key), users)| {
        format!("{object} {key} {}", users.iter().map(String::as_str).collect::<Vec<_>>().join(","))
    });
    table(lines)
}
