//! What a service is, and what a site can set of it.
//!
//! Invariant: answers are made from the catalog that a build reads.

use std::fmt::Write as _;

use crate::catalog::expr::Values;
use crate::catalog::load::Library;
use crate::catalog::service::{Service, Setting, SettingType};
use crate::tree::record::Table;

/// `service.NAME`, `NAME`, `NAME.SETTING`, `NAME.COMPONENT` or `NAME.FILE`.
pub fn named(library: &Library, path: &str) -> Option<String> {
    let services = &library.catalog.services;
    let path = path.strip_prefix("service.").unwrap_or(path);
    if let Some(service) = services.get(path) {
        return Some(page(library, service));
    }
    let (name, part) = path.split_once('.')?;
    let service = services.get(name)?;
    let part = part.strip_prefix("component.").unwrap_or(part);
    if let Some(setting) = service.settings.get(part) {
        let default = setting.default.as_ref().map_or("none".to_owned(), |values| shown(library, values));
        return Some(format!(
            "{part} of service {name}: {}\n    {}\n    default   {default}\n",
            describe(setting),
            setting.doc
        ));
    }
    if let Some(component) = service.components.get(part) {
        let (kind, object) = (component.kind, &component.object);
        return Some(format!(
            "{part} of service {name}: {kind} {object}\n    set with `service {name} {{ component {part} {{ ... }} }}`\n"
        ));
    }
    let file = service.files.get(part)?;
    Some(format!(
        "{part} of service {name}: config file, {}\n    set with `service {name} {{ config \"{part}\" {{ ... }} }}`; \
         `explain {part}:SECTION.OPTION` shows an option\n",
        file.format
    ))
}

fn page(library: &Library, service: &Service) -> String {
    let mut answer = format!("service {}: {}\n", service.name, service.summary);
    let _ = writeln!(answer, "  settings:");
    settings(library, &service.settings, &mut answer);
    for (kind, known) in &service.back_ends {
        let _ = writeln!(answer, "  back-end NAME kind={kind}: {}", known.declared.summary);
        settings(library, &known.declared.settings, &mut answer);
    }
    let _ = writeln!(answer, "  components:");
    let width = service.components.keys().map(|name| name.as_str().len()).max().unwrap_or(0).max(20);
    for (name, component) in &service.components {
        let _ = writeln!(answer, "    {name:<width$} {} {}", component.kind, component.object);
    }
    resources(&mut answer, service);
    let lists = [
        ("jobs", service.jobs.keys().collect::<Vec<_>>()),
        ("files", service.files.keys().collect()),
        ("endpoints", service.endpoints.keys().collect()),
        ("databases", service.databases.keys().collect()),
        ("secrets", service.secrets.keys().collect()),
        ("provides", service.provides.keys().collect()),
        ("requires", service.requires.iter().collect()),
    ];
    for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        let names: Vec<&str> = names.into_iter().map(|name| name.as_str()).collect();
        let _ = writeln!(answer, "  {:<22} {}", format!("{what}:"), names.join(", "));
    }
    answer
}

fn settings(library: &Library, settings: &Table<Setting>, answer: &mut String) {
    let width = settings.keys().map(|name| name.as_str().len()).max().unwrap_or(0).max(20);
    for (name, setting) in settings {
        let default =
            setting.default.as_ref().map(|values| format!(" ({})", shown(library, values))).unwrap_or_default();
        let _ = writeln!(answer, "    {name:<width$} {}{default}: {}", describe(setting), setting.doc);
    }
}

/// The kinds of resources that a site may declare, with their fields; what a resource cannot be without is marked.
fn resources(answer: &mut String, service: &Service) {
    for (kind, declared) in &service.resources {
        let _ = writeln!(answer, "  resources {{ {kind} NAME }}: {}", declared.doc);
        let width = declared.fields.keys().map(|name| name.as_str().len()).max().unwrap_or(0).max(20);
        for (name, field) in &declared.fields {
            let of = field.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
            let mark = if field.required { ", required" } else { "" };
            let _ = writeln!(answer, "    {name:<width$} {}{of}{mark}: {}", field.kind, field.doc);
        }
    }
}

/// What a setting holds.
pub fn describe(setting: &Setting) -> String {
    if !setting.choices.is_empty() {
        let choices: Vec<&str> = setting.choices.iter().map(|word| word.as_str()).collect();
        return format!("one of {}", choices.join(", "));
    }
    let kind = if setting.kind == SettingType::Text { "string" } else { setting.kind.word() };
    match (setting.minimum.map(|low| low.0), setting.maximum.map(|high| high.0)) {
        (Some(low), Some(high)) => format!("{kind} from {low} to {high}"),
        (Some(low), None) => format!("{kind}, at least {low}"),
        (None, Some(high)) => format!("{kind}, at most {high}"),
        (None, None) => kind.to_owned(),
    }
}

/// A value as text, or the reference that gives it as the source has it.
pub fn shown(library: &Library, values: &Values) -> String {
    let literals: Option<Vec<String>> = values.0.values().map(|value| value.literal()).collect();
    let written = || {
        let span = values.0.span;
        let text = library.sources.get(span.file)?.text.get(span.start as usize..span.end as usize)?;
        Some(text.to_owned())
    };
    literals.map(|texts| texts.join(" ")).or_else(written).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::load::load;
    use crate::diag::Sink;
    use crate::world::memory::MemoryWorld;

    #[test]
    fn services_settings_components_and_files_are_explained() {
        let library = load(&MemoryWorld::default(), &mut Sink::default());
        for (path, text) in [
            ("service.nova", "virt-type"),
            ("service.nova", "components:"),
            ("service.cinder", "back-end NAME kind=nfs: "),
            ("nova.virt-type", "one of kvm, qemu"),
            ("service.nova.virt-type", "default   kvm"),
            ("nova.component.compute", "daemonset"),
            ("nova.nova.conf", "config file, oslo"),
        ] {
            let answer = named(&library, path).unwrap_or_default();
            assert!(answer.contains(text), "{path}: {answer}");
        }
        assert!(named(&library, "nova.virt-tpye").is_none() && named(&library, "network.mtu").is_none());
    }
}
