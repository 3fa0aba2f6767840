//! Files and mounts that a site gives its hosts itself.
//!
//! Invariant: a mount is a unit of systemd named by its path, as systemd demands (systemd.mount(5)).

use crate::catalog::overlay::{HostFileSpec, MountSpec};
use crate::config::file::{ConfigOption, Content, Line, Section, Syntax};
use crate::kube::secret::SecretObject;
use crate::lower::config::ConfigFile;
use crate::lower::lowering::Lowering;
use crate::origin::OriginId;
use crate::spec::features::of_node;
use crate::spec::site::{Node, Word};

use indexmap::IndexMap;

/// The mode that a host file has.
const MODE: u32 = 0o644;

/// The files of a node by path, the nearest of those that are said.
pub fn files(lowering: &mut Lowering<'_, '_>, node: &Node) -> Vec<(Word, ConfigFile)> {
    let site = lowering.model.site;
    let files: IndexMap<&Word, &HostFileSpec> = of_node(site, node).flat_map(|said| &said.files).collect();
    let mounts: IndexMap<&Word, &MountSpec> = of_node(site, node).flat_map(|said| &said.mounts).collect();
    let mut found = Vec::new();
    for (path, said) in files {
        let origin = lowering.draft(said.text.span).0;
        let mut text = said.text.value.clone();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        found.push((path.clone(), file(path, Content::Text(text, origin, Vec::new()), origin)));
    }
    for (path, said) in mounts {
        let origin = lowering.draft(path.span).0;
        let place = Word::new(format!("/etc/systemd/system/{}.mount", unit(path)), path.span);
        let content = Content::Sections(Syntax::Ini, mount(lowering, path, said));
        found.push((place, file(path, content, origin)));
    }
    found
}

fn file(name: &str, public: Content, origin: OriginId) -> ConfigFile {
    let object = SecretObject::DropIn { service: String::new(), file: name.to_owned(), group: None };
    ConfigFile {
        service: String::new(),
        name: name.to_owned(),
        public,
        secret: Vec::new(),
        is_whole: false,
        mode: MODE,
        reload: false,
        origin,
        group: None,
        secret_object: object,
    }
}

fn mount(lowering: &mut Lowering<'_, '_>, path: &Word, said: &MountSpec) -> Vec<Section> {
    let place = lowering.draft(path.span).0;
    let mut option = |name: &str, word: &Word| {
        let values = vec![(Line::public(word.value.clone()), lowering.draft(word.span).0)];
        ConfigOption::new(name, Some(word.span), values)
    };
    let mut what = vec![option("What", &said.device), option("Where", path)];
    what.extend(said.kind.as_ref().map(|kind| option("Type", kind)));
    what.extend(said.options.as_ref().map(|options| option("Options", options)));
    let fixed = |name: &str, text: String| ConfigOption::new(name, None, vec![(Line::public(text), place)]);
    let mut sections = Vec::new();
    if said.format.as_ref().is_some_and(|format| format.value) {
        let maker = format!("systemd-makefs@{}.service", unit(&said.device));
        let options = vec![fixed("Requires", maker.clone()), fixed("After", maker)];
        sections.push(Section { name: "Unit".to_owned(), options });
    }
    sections.push(Section { name: "Mount".to_owned(), options: what });
    let target = if is_remote(&said.device) { "remote-fs.target" } else { "local-fs.target" };
    let install = vec![fixed("WantedBy", target.to_owned())];
    sections.push(Section { name: "Install".to_owned(), options: install });
    sections
}

/// Is it a share of another host?
fn is_remote(device: &str) -> bool {
    device.contains(":/") || device.starts_with("//")
}

/// A path as systemd-escape(1) has it: `/` becomes `-`, what is not of letters, digits, `:`, `_` and `.` its bytes.
fn unit(path: &str) -> String {
    let mut out = String::new();
    for (index, byte) in path.trim_matches('/').bytes().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'.' if index == 0 => out.push_str("\\x2e"),
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b':' | b'_' | b'.' => out.push(char::from(byte)),
            other => out.push_str(&format!("\\x{other:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn a_path_is_escaped_as_systemd_does() {
        for (path, expected) in [
            ("/var/lib/nova", "var-lib-nova"),
            ("/dev/disk/by-id/a-b", "dev-disk-by\\x2did-a\\x2db"),
            ("/.hidden/a.b", "\\x2ehidden-a.b"),
        ] {
            assert_eq!(unit(path), expected);
        }
    }
}
