//! The files of nodes without Kubernetes: the tree with real paths, and what stands beside it for those who bring it there.
//!
//! Invariant: a manifest names every file of its node but sealed ones, with the digest of its bytes.

use std::fmt::Write as _;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::emit::rendered::Rendered;
use crate::link::Linked;
use crate::link::digest::hex;
use crate::link::machine::{LinkedMachine, OWN, PlacedFile};
use crate::origin::OriginId;
use crate::print::{self, Printed};

/// The program that writes secrets on a host.
const UNSEAL: &str = include_str!("unseal.py");

/// A file of a node as an installer sees it.
pub struct Placed<'l> {
    /// The absolute path.
    pub path: String,
    /// The group that reads it.
    pub group: &'l str,
    /// The mode.
    pub mode: u32,
    /// The text.
    pub printed: Printed,
    /// The command after a change.
    pub on_change: Option<&'l str>,
}

/// All files of a node: what it runs is made of, and what lies on any host of the site.
pub fn placed<'l>(linked: &'l Linked, machine: &'l LinkedMachine) -> Vec<Placed<'l>> {
    let of_run = |file: &'l PlacedFile| Placed {
        path: file.path.clone(),
        group: &file.group,
        mode: file.mode,
        printed: file.printed.clone(),
        on_change: None,
    };
    let mut files: Vec<Placed<'_>> = machine.files.iter().map(of_run).collect();
    let folder = format!("hosts/{}", machine.node);
    for host in linked.hosts.iter().filter(|host| host.listed.is_none()) {
        let Some(path) = host.path.strip_prefix(&folder).filter(|path| path.starts_with('/')) else { continue };
        let (path, printed) = (path.to_owned(), print::content(&host.file.public));
        files.push(Placed { path, group: "root", mode: 0o644, printed, on_change: host.on_change.as_deref() });
    }
    if !machine.secrets.is_empty() {
        let own = |name: &str, mode, text: String| Placed {
            path: format!("{OWN}/{name}"),
            group: "root",
            mode,
            printed: plain(text),
            on_change: None,
        };
        files.push(own("unseal", 0o755, UNSEAL.to_owned()));
        files.push(own("secrets.json", 0o644, table(machine)));
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// The files of all nodes. Those that lie on any host of a site are emitted where these are.
pub fn files(linked: &Linked) -> Vec<Rendered> {
    let mut found = Vec::new();
    for machine in &linked.machines {
        let folder = format!("hosts/{}", machine.node);
        let placed = placed(linked, machine);
        let is_others = |path: &str| linked.hosts.iter().any(|host| host.path == format!("{folder}{path}"));
        found.push(Rendered { path: format!("{folder}/manifest"), printed: manifest(&placed) });
        let packages = machine.packages.iter();
        let printed = Printed {
            text: packages.clone().fold(String::new(), |text, (name, _)| format!("{text}{name}\n")),
            lines: packages.map(|(_, origin)| *origin).collect(),
        };
        found.push(Rendered { path: format!("{folder}/packages"), printed });
        let own = placed.into_iter().filter(|file| !is_others(&file.path));
        found.extend(own.map(|file| Rendered { path: format!("{folder}{}", file.path), printed: file.printed }));
    }
    found
}

fn plain(text: String) -> Printed {
    let lines = vec![OriginId::BUILTIN; text.lines().count()];
    Printed { text, lines }
}

/// Mode, owner, group, SHA-256 and path of each file.
fn manifest(files: &[Placed<'_>]) -> Printed {
    let mut text = String::new();
    for file in files {
        let digest = hex(&Sha256::digest(file.printed.text.as_bytes()));
        let _ = writeln!(text, "{:04o} root {} {digest} {}", file.mode, file.group, file.path);
    }
    plain(text)
}

/// Which secret goes where.
fn table(machine: &LinkedMachine) -> String {
    let rows = machine.secrets.iter().map(|secret| {
        let (object, key, path, user) = (&secret.object, &secret.key, &secret.path, &secret.user);
        json!({"object": object, "key": key, "path": path, "user": user, "mode": format!("{:04o}", secret.mode)})
    });
    let rows: Vec<String> = rows.map(|row| format!("    {row}")).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}
