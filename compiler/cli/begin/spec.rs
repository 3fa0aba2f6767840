//! The flags of `init` to the text of a spec.
//!
//! Invariant: every value is quoted, so that no flag can say more than its value.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::cli::args::{Init, NodeFlag, SettingFlag};

/// Name and text of a spec.
pub fn text(arguments: &Init) -> Result<(&'static str, String), String> {
    let nodes = nodes(arguments)?;
    Ok(match arguments.yaml {
        true => ("site.yaml", yaml(arguments, &nodes)),
        false => ("site.kdl", kdl(arguments, &nodes)),
    })
}

/// The nodes, each with its roles; where no flag names one, a node that does everything.
fn nodes(arguments: &Init) -> Result<Vec<NodeFlag>, String> {
    let with_roles = |node: &NodeFlag| match node.roles.is_empty() {
        true => NodeFlag { roles: arguments.roles.clone(), ..node.clone() },
        false => node.clone(),
    };
    if !arguments.nodes.is_empty() {
        return Ok(arguments.nodes.iter().map(with_roles).collect());
    }
    let address = arguments.network.hosts().nth(10).map(|address| address.to_string());
    let too_small = || format!("`{}` has no eleventh address; name the node with --node", arguments.network);
    let address = address.ok_or_else(too_small)?;
    Ok(vec![NodeFlag { name: "aio".to_owned(), address, roles: arguments.roles.clone() }])
}

/// A text between quotes, as KDL 2 and YAML both read it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A word of the spec: bare where that reads the same.
fn word(text: &str) -> String {
    let is_bare = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text);
    if is_bare { text.to_owned() } else { quoted(text) }
}

fn words(texts: &[String], between: &str) -> String {
    texts.iter().map(|text| word(text)).collect::<Vec<_>>().join(between)
}

/// The release and the version that are said.
fn releases(arguments: &Init) -> Vec<(&'static str, String)> {
    let said = [("openstack", &arguments.release), ("kubernetes", &arguments.kubernetes)];
    said.into_iter().filter_map(|(name, value)| Some((name, quoted(value.as_deref()?)))).collect()
}

/// The value of a setting; `yes` and `no` are the two booleans of the form.
fn value(text: &str, (yes, no): (&str, &str)) -> String {
    match text {
        "true" => yes.to_owned(),
        "false" => no.to_owned(),
        _ if text.parse::<i64>().is_ok_and(|number| number.to_string() == text) => text.to_owned(),
        _ => word(text),
    }
}

/// The settings by service, in the order in which they are said.
fn services(arguments: &Init) -> IndexMap<&str, Vec<&SettingFlag>> {
    let mut services: IndexMap<&str, Vec<&SettingFlag>> = IndexMap::new();
    for flag in &arguments.settings {
        services.entry(flag.service.as_str()).or_default().push(flag);
    }
    services
}

fn kdl(arguments: &Init, nodes: &[NodeFlag]) -> String {
    let mut text = format!(
        "// What can be said here: `taco-gen explain site`; what a service can be told: `taco-gen services NAME`.\nsite {} {{\n",
        word(&arguments.name)
    );
    if let Some(domain) = &arguments.domain {
        let _ = writeln!(text, "    domain {}", quoted(domain));
    }
    let releases = releases(arguments);
    if !releases.is_empty() {
        let said: String = releases.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        let _ = writeln!(text, "    release{said}");
    }
    if !arguments.overlays.is_empty() {
        let _ = writeln!(text, "    overlays {}", words(&arguments.overlays, " "));
    }
    let vip = arguments.vip.as_ref().map(|vip| format!(" vip={}", quoted(vip))).unwrap_or_default();
    let ntp = arguments.ntp.as_ref().map(|server| format!(" {{ ntp {} }}", quoted(server))).unwrap_or_default();
    let _ = writeln!(text, "    network management cidr={}{vip}{ntp}", quoted(&arguments.network.to_string()));
    for node in nodes {
        let (name, address, roles) = (word(&node.name), quoted(&node.address), words(&node.roles, " "));
        let _ = writeln!(text, "    node {name} management={address} {{ roles {roles} }}");
    }
    for (service, settings) in services(arguments) {
        let said =
            settings.iter().map(|flag| format!("{} {}", word(&flag.setting), value(&flag.value, ("#true", "#false"))));
        let _ = writeln!(text, "    service {} {{ {} }}", word(service), said.collect::<Vec<_>>().join("; "));
    }
    text.push_str("    // Passwords, encrypted in the site's folder: `taco-gen passwords init --help`.\n");
    text.push_str("    // passwords \"passwords.sops.yaml\"\n");
    text.push_str("    // The repository that `taco-gen publish` pushes to, for Argo CD or Flux.\n");
    let _ =
        writeln!(text, "    // deliver flux repo=\"ssh://git@git.example.com/clusters.git\" path={}", arguments.name);
    text + "}\n"
}

fn yaml(arguments: &Init, nodes: &[NodeFlag]) -> String {
    let mut text = String::from("# yaml-language-server: $schema=../../.vscode/site.schema.json\n");
    text.push_str(
        "# What can be said here: `taco-gen explain site`; what a service can be told: `taco-gen services NAME`.\n",
    );
    let _ = writeln!(text, "name: {}", word(&arguments.name));
    if let Some(domain) = &arguments.domain {
        let _ = writeln!(text, "domain: {}", quoted(domain));
    }
    let releases = releases(arguments);
    if !releases.is_empty() {
        text.push_str("release:\n");
        releases.iter().for_each(|(name, value)| text.push_str(&format!("  {name}: {value}\n")));
    }
    if !arguments.overlays.is_empty() {
        let _ = writeln!(text, "overlays: [{}]", words(&arguments.overlays, ", "));
    }
    let _ = writeln!(text, "network:\n  management:\n    cidr: {}", quoted(&arguments.network.to_string()));
    if let Some(vip) = &arguments.vip {
        let _ = writeln!(text, "    vip: {}", quoted(vip));
    }
    if let Some(server) = &arguments.ntp {
        let _ = writeln!(text, "    ntp: [{}]", quoted(server));
    }
    text.push_str("node:\n");
    for node in nodes {
        let (name, address, roles) = (word(&node.name), quoted(&node.address), words(&node.roles, ", "));
        let _ = writeln!(text, "  {name}:\n    management: {address}\n    roles: [{roles}]");
    }
    let services = services(arguments);
    if !services.is_empty() {
        text.push_str("service:\n");
    }
    for (service, settings) in services {
        let _ = writeln!(text, "  {}:", word(service));
        for flag in settings {
            let _ = writeln!(text, "    {}: {}", word(&flag.setting), value(&flag.value, ("true", "false")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_its_quotes_do() {
        assert_eq!(quoted("a\"b\\c\nd\u{1b}"), "\"a\\\"b\\\\c\\nd\u{fffd}\"");
        assert_eq!(word("ovs"), "ovs");
        assert_eq!(word("ovs } x {"), "\"ovs } x {\"");
        assert_eq!(word("yes"), "\"yes\"");
        assert_eq!(["7", "true", "07"].map(|text| value(text, ("#true", "#false"))), ["7", "#true", "\"07\""]);
    }
}
