//! Features of hosts: which of them a node has, and rules about what is said of them.
//!
//! Invariant: of two answers the nearer one counts: a host group's before a role's, a role's before that of all hosts; two of one
//! rank that differ are an error.

use std::collections::BTreeMap;

use crate::catalog::overlay::HostSpec;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::site::{Node, Site, Word};
use crate::spec::wiring::samples;

/// The name that stands for all hosts.
const ALL: &str = "all";

/// What is said of a node's host, the farthest first.
pub fn of_node<'s>(site: &'s Site, node: &'s Node) -> impl Iterator<Item = &'s HostSpec> {
    ranks(site, node).map(|(_, said)| said)
}

/// What is said of a node's host, with its rank.
fn ranks<'s>(site: &'s Site, node: &'s Node) -> impl Iterator<Item = (u8, &'s HostSpec)> {
    let all = site.hosts.get(ALL).into_iter().map(|said| (0, said));
    let roles = node.roles.iter().filter_map(|role| site.hosts.get(role)).map(|said| (1, said));
    let groups = node.host_groups.iter().filter_map(|name| site.groups.get(name)?.host.as_ref());
    all.chain(roles).chain(groups.map(|said| (2, said)))
}

/// Everything that the site says of hosts.
pub fn all(site: &Site) -> impl Iterator<Item = &HostSpec> {
    site.hosts.values().chain(site.groups.values().filter_map(|group| group.host.as_ref()))
}

/// Pushes a diagnostic for what no host can have, and for two answers to one question.
pub fn features(site: &Site, roles: &[&str], sink: &mut Sink) {
    names(site, roles, sink);
    for said in all(site) {
        texts(said, sink);
        places(said, sink);
        limits(said, sink);
    }
    let mut told: Vec<Span> = Vec::new();
    for node in alike(site) {
        twice(site, node, &mut told, sink);
    }
}

/// A node of each kind: of one range, and in the same groups.
pub fn alike(site: &Site) -> Vec<&Node> {
    match site.groups.values().any(|group| group.host.is_some()) {
        true => site.nodes.iter().collect(),
        false => samples(site).collect(),
    }
}

fn names(site: &Site, roles: &[&str], sink: &mut Sink) {
    let known: Vec<&str> = roles.iter().copied().chain(site.roles.keys().map(Word::as_str)).chain([ALL]).collect();
    for said in site.hosts.values() {
        let name = &said.name;
        if !known.contains(&name.as_str()) {
            let diagnostic = Diagnostic::error("TG0408", name.span, format!("unknown role `{name}`"));
            let near = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("`host {ALL}` is for all hosts; roles are {}", known.join(", ")));
            sink.push(diagnostic.hint(hint));
        } else if *name != *ALL && !site.nodes.iter().any(|node| node.roles.iter().any(|role| role.value == name.value))
        {
            let message = format!("no node of the site has role `{name}`, so what is said of its hosts has no effect");
            sink.push(Diagnostic::error("TG0476", name.span, message).hint("remove it"));
        }
    }
}

/// Texts that would end their line, or mean something to a shell.
fn texts(said: &HostSpec, sink: &mut Sink) {
    for (text, span) in HostSpec::texts(&said.kernel_arguments) {
        if text.is_empty() || text.contains(|letter: char| letter.is_whitespace() || "\"\\$`'".contains(letter)) {
            let message = format!("expected an argument of the kernel such as `intel_iommu=on`, found `{text}`");
            sink.push(
                Diagnostic::error("TG0475", span, message)
                    .hint("write each argument as a separate value, without quotes"),
            );
        }
    }
    let parameters = said.module_parameters.iter().map(|(name, text)| (text.0.clone(), name.span));
    for (text, span) in HostSpec::texts(&said.udev_rules).chain(parameters) {
        if text.trim().is_empty() || text.contains(char::is_control) {
            sink.push(Diagnostic::error("TG0475", span, "expected the text of one line".to_owned()));
        }
    }
    for pages in said.hugepages.values() {
        let size = pages.size.as_str();
        let number = size.strip_suffix(['K', 'M', 'G']).and_then(|number| number.parse::<u32>().ok());
        if number.is_none_or(|number| !number.is_power_of_two()) {
            let message = format!("expected the size of a huge page such as `2M` or `1G`, found `{size}`");
            sink.push(Diagnostic::error("TG0475", pages.size.span, message));
        }
    }
}

/// Paths of mounts and files.
fn places(said: &HostSpec, sink: &mut Sink) {
    for path in said.mounts.keys().chain(said.files.keys()) {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let is_whole = path.len() > 1 && path.starts_with('/') && !path.ends_with('/');
        let is_plain = parts.iter().skip(1).all(|part| !part.is_empty() && *part != "." && *part != "..");
        if !is_whole || !is_plain || path.contains(|letter: char| letter.is_control()) {
            let message = format!("expected an absolute path such as `/var/lib/nova`, found `{path}`");
            sink.push(Diagnostic::error("TG0475", path.span, message));
        }
    }
    for mount in said.mounts.values() {
        let words = [Some(&mount.device), mount.kind.as_ref(), mount.options.as_ref()];
        for word in words.into_iter().flatten() {
            if word.is_empty() || word.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
                let message = format!("expected a word without blanks, found `{word}`");
                sink.push(Diagnostic::error("TG0475", word.span, message));
            }
        }
        let is_local = mount.device.starts_with("/dev/");
        if let Some(format) = mount.format.as_ref().filter(|format| format.value && !is_local) {
            let message = format!("`format` makes a file system on a device, and `{}` is none", mount.device);
            sink.push(Diagnostic::error("TG0475", format.span, message).hint("device=\"/dev/disk/by-id/...\""));
        }
    }
}

/// The items of limits.conf(5).
const ITEMS: [&str; 18] = [
    "core",
    "data",
    "fsize",
    "memlock",
    "nofile",
    "rss",
    "stack",
    "cpu",
    "nproc",
    "as",
    "maxlogins",
    "maxsyslogins",
    "priority",
    "locks",
    "sigpending",
    "msgqueue",
    "nice",
    "rtprio",
];

fn limits(said: &HostSpec, sink: &mut Sink) {
    for (name, value) in said.limits.values().flat_map(|limit| &limit.items) {
        if !ITEMS.contains(&name.as_str()) {
            let diagnostic = Diagnostic::error("TG0475", name.span, format!("unknown limit `{name}`"));
            let near = nearest(name, ITEMS).map(|near| format!("did you mean `{near}`?"));
            sink.push(diagnostic.hint(near.unwrap_or_else(|| format!("limits are {}", ITEMS.join(", ")))));
        } else if value.0 != "unlimited" && value.0 != "infinity" && value.0.parse::<i64>().is_err() {
            let message = format!("expected a number or `unlimited` for `{name}`, found `{}`", value.0);
            sink.push(Diagnostic::error("TG0475", name.span, message));
        }
    }
    for limit in said.limits.values().filter(|limit| limit.items.is_empty()) {
        let message = format!("`limit` of `{}` limits nothing", limit.domain);
        sink.push(Diagnostic::error("TG0475", limit.domain.span, message).hint("nofile=1048576"));
    }
}

/// Two answers of one rank that differ.
fn twice(site: &Site, node: &Node, told: &mut Vec<Span>, sink: &mut Sink) {
    let mut seen: BTreeMap<(u8, &'static str, String), (String, Span)> = BTreeMap::new();
    for (rank, said) in ranks(site, node) {
        let mut answers: Vec<(&'static str, &str, String, Span)> = Vec::new();
        answers.extend(
            said.sysctl.iter().map(|(name, value)| {
                ("kernel parameter", name.as_str(), value.literal().unwrap_or_default(), name.span)
            }),
        );
        let parameters = said.module_parameters.iter();
        answers.extend(parameters.map(|(name, text)| ("module", name.as_str(), text.0.clone(), name.span)));
        let pages = said.hugepages.values();
        answers
            .extend(pages.map(|it| ("huge page size", it.size.as_str(), it.count.value.0.to_string(), it.count.span)));
        let cpus = said.isolated_cpus.iter();
        answers.extend(cpus.map(|cpus| ("setting", "isolated-cpus", cpus.to_string(), cpus.span)));
        let switch = said.dpdk.iter();
        answers.extend(switch.map(|dpdk| ("setting", "dpdk", dpdk.answer(), dpdk.span)));
        let mounts = said.mounts.values();
        answers.extend(mounts.map(|it| ("mount", it.path.as_str(), it.device.to_string(), it.path.span)));
        let files = said.files.values();
        answers.extend(files.map(|it| ("file", it.path.as_str(), it.text.value.clone(), it.path.span)));
        for (what, name, answer, span) in answers {
            let key = (rank, what, name.to_owned());
            match seen.get(&key) {
                Some((other, place)) if *other != answer && !told.contains(&span) => {
                    told.push(span);
                    let message =
                        format!("node `{}` has two answers for {what} `{name}`, which differ", node.name.value);
                    let hint =
                        "set it in one place; a host group takes precedence over a role, and a role over `host all`";
                    sink.push(Diagnostic::error("TG0477", span, message).also(*place, "the other").hint(hint));
                }
                Some(_) => {}
                None => drop(seen.insert(key, (answer, span))),
            }
        }
    }
}
