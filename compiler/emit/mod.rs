//! A finished site to files: paths, bytes, and the origin of every line.
//!
//! Invariant: paths are made of checked names only.

use std::fmt::Write as _;

use crate::link::Linked;
use crate::lower::object::PlacedObject;
use crate::origin::OriginId;
use crate::print::{self, Printed, yaml};

/// A file of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its path under `output/<site>/`.
    pub path: String,
    /// Its text and origins.
    pub printed: Printed,
}

/// All files of a site but the index; `placed` are objects of delivery.
pub fn artifacts(linked: &Linked, placed: &[PlacedObject]) -> Vec<Rendered> {
    let mut files =
        Vec::with_capacity(linked.objects.len() + linked.files.len() + linked.hosts.len() + placed.len() + 2);
    for object in &linked.objects {
        let path = format!("kubernetes/{}/{}-{}.yaml", object.unit, object.kind().to_lowercase(), object.name());
        files.push(Rendered { path, printed: yaml::print(&object.item) });
    }
    for file in &linked.files {
        let group = file.file.group.as_ref().map(|group| format!("@{group}")).unwrap_or_default();
        let path = format!("config/{}{group}/{}", file.file.service, file.file.name);
        if let Some(drop_in) = &file.drop_in {
            files.push(Rendered { path: format!("{path}.d/secret.conf"), printed: drop_in.clone() });
        }
        files.push(Rendered { path, printed: file.printed.clone() });
    }
    for host in &linked.hosts {
        files.push(Rendered { path: host.path.clone(), printed: print::content(&host.file.public) });
    }
    for object in placed {
        files.push(Rendered { path: object.path.clone(), printed: yaml::print(&object.item) });
    }
    files.push(Rendered { path: "digests".to_owned(), printed: digests(linked) });
    files.push(Rendered { path: "secrets".to_owned(), printed: secrets(linked) });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
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
