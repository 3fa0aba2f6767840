//! Config files as texts.
//!
//! Invariant: a secret is shown by its name, `<SECRET/KEY>`, never by its value.

use crate::config::file::{Content, SecretUse};
use crate::emit::{self, Printed};
use crate::link::LinkedFile;
use crate::lower::{Lowering, config};
use crate::origin::OriginId;

/// Lowers and prints every config file that a workload of the site mounts.
pub fn files(lowering: &mut Lowering<'_, '_>) -> Vec<LinkedFile> {
    let mut files = Vec::new();
    for service in lowering.model.services.clone() {
        let names: Vec<String> = service.files.keys().cloned().collect();
        for name in names {
            if !is_mounted(lowering, &service.name, &name) {
                continue;
            }
            let Some(file) = config::file(lowering, service, &name) else { continue };
            let printed = print(&file.public);
            let drop_in = (!file.secret.is_empty()).then(|| drop_in(&file));
            files.push(LinkedFile { printed, drop_in, file });
        }
    }
    files
}

fn is_mounted(lowering: &Lowering<'_, '_>, service: &str, name: &str) -> bool {
    let model = lowering.model;
    let Some(declared) = model.service(service).and_then(|service| service.files.get(name)) else { return false };
    model.holds(service, &declared.bounds)
        && model.workloads.iter().filter(|workload| workload.owner.name == service).any(|workload| {
            let pod = workload.pod;
            let others = pod.init.iter().chain(&pod.sidecars).map(|(_, container)| container);
            let mut containers = others.chain([&pod.main]).filter(|container| model.holds(service, &container.bounds));
            containers.any(|container| {
                container.mounts.iter().any(|mount| mount.file == name && model.holds(service, &mount.bounds))
            })
        })
}

fn mask(secret: &SecretUse) -> String {
    secret.id.mask()
}

/// The text of a content.
pub fn print(content: &Content) -> Printed {
    match content {
        Content::Sections(syntax, sections) => emit::config::print(*syntax, sections, &mask),
        Content::Yaml(item) => emit::yaml::print(item),
        Content::Json(item) => emit::json::print(item),
        Content::Text(text, origin) => plain(text, *origin),
    }
}

fn plain(text: &str, origin: OriginId) -> Printed {
    Printed { text: text.to_owned(), lines: text.lines().map(|_| origin).collect() }
}

fn drop_in(file: &config::ConfigFile) -> Printed {
    let syntax = match &file.public {
        Content::Sections(syntax, _) => *syntax,
        _ => crate::config::file::Syntax::Oslo,
    };
    emit::config::print(syntax, &file.secret, &mask)
}
