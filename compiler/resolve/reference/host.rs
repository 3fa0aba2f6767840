//! Records of what a node's host has: arguments of its kernel, limits, rules, packages; and of the site's proxy.
//!
//! Invariant: what is said twice counts where it is said last.

use indexmap::IndexMap;
use serde_json::Value;

use super::record::Record;
use crate::catalog::expr::Source;
use crate::catalog::overlay::HostSpec;
use crate::span::Span;
use crate::spec::features::of_node;
use crate::spec::site::{Node, Site};

/// The records of one of the sources that a node's host has.
pub fn features(site: &Site, node: &Node, source: Source) -> Vec<Record> {
    let said = || of_node(site, node);
    match source {
        Source::KernelArguments => arguments(site, node),
        Source::ModuleParameters => {
            let all = said().flat_map(|said| said.module_parameters.iter());
            let last: IndexMap<String, (String, Span)> =
                all.map(|(name, text)| (name.to_string(), (text.0.clone(), name.span))).collect();
            let one = |(name, (text, span))| record([("module", name), ("parameters", text)], span);
            last.into_iter().map(one).collect()
        }
        Source::UdevRules => {
            let all = said().flat_map(|said| HostSpec::texts(&said.udev_rules));
            all.map(|(text, span)| record([("rule", text)], span)).collect()
        }
        Source::Limits => limits(site, node),
        Source::Packages => {
            let all = said().flat_map(|said| &said.packages);
            all.map(|name| record([("name", name.to_string())], name.span)).collect()
        }
        _ => Vec::new(),
    }
}

fn record<const N: usize>(fields: [(&'static str, String); N], span: Span) -> Record {
    Record::new(fields.map(|(name, text)| (name, Some(Value::from(text)))), span)
}

/// The arguments that are said, and those of huge pages and CPUs (Linux, Documentation/admin-guide/kernel-parameters.txt).
fn arguments(site: &Site, node: &Node) -> Vec<Record> {
    let all = of_node(site, node).flat_map(|said| HostSpec::texts(&said.kernel_arguments));
    let mut found: Vec<Record> = all.map(|(text, span)| record([("argument", text)], span)).collect();
    let pages = of_node(site, node).flat_map(|said| said.hugepages.values());
    let last: IndexMap<String, (i64, Span)> =
        pages.map(|pages| (pages.size.to_string(), (pages.count.value.0, pages.count.span))).collect();
    // The number belongs to the size before it.
    for (size, (count, span)) in last {
        found.push(record([("argument", format!("hugepagesz={size} hugepages={count}"))], span));
    }
    if let Some(cpus) = of_node(site, node).filter_map(|said| said.isolated_cpus.as_ref()).last() {
        for argument in
            [format!("isolcpus=managed_irq,domain,{cpus}"), format!("nohz_full={cpus}"), format!("rcu_nocbs={cpus}")]
        {
            found.push(record([("argument", argument)], cpus.span));
        }
    }
    found
}

fn limits(site: &Site, node: &Node) -> Vec<Record> {
    let mut last: IndexMap<(String, String), (String, Span)> = IndexMap::new();
    for limit in of_node(site, node).flat_map(|said| said.limits.values()) {
        for (item, value) in &limit.items {
            last.insert((limit.domain.to_string(), item.to_string()), (value.0.clone(), item.span));
        }
    }
    let one = |((domain, item), (value, span))| record([("domain", domain), ("item", item), ("value", value)], span);
    last.into_iter().map(one).collect()
}

/// The variables that programs read for a proxy, in the two spellings that there are.
pub fn proxies(site: &Site) -> Vec<Record> {
    let Some(proxy) = &site.proxy else { return Vec::new() };
    let https = proxy.https.as_ref().unwrap_or(&proxy.url);
    let around = without_proxy(site);
    let variables = [
        ("http_proxy", "http", proxy.url.to_string(), proxy.url.span),
        ("https_proxy", "https", https.to_string(), https.span),
        ("no_proxy", "none", around, proxy.span),
    ];
    let one = |(name, scheme, value, span): (&str, &str, String, Span)| {
        let of = |variable: String| {
            record([("variable", variable), ("scheme", scheme.to_owned()), ("value", value.clone())], span)
        };
        [of(name.to_owned()), of(name.to_uppercase())]
    };
    variables.into_iter().flat_map(one).collect()
}

/// What is reached without the proxy: the host itself, the cluster, the site's networks, and what is said.
fn without_proxy(site: &Site) -> String {
    let mut around = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), ".svc".to_owned()];
    around.push(format!(".{}", site.cluster_domain.value));
    around.push(format!(".{}", site.domain.value));
    around.extend(site.networks.values().filter_map(|network| Some(network.cidr.as_ref()?.value.to_string())));
    around.extend(site.cni.pods.iter().map(|pods| pods.value.to_string()));
    if let Some(proxy) = &site.proxy {
        around.extend(proxy.no_proxy.iter().map(|word| word.value.clone()));
    }
    around.join(",")
}
