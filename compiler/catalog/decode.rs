//! Checked service trees to typed services.
//!
//! Invariant: decoding cannot fail; what a shape check would refuse is left out.

use indexmap::IndexMap;

use super::service::*;
use super::view::{View, plain};
use crate::spec::site::Patch;
use crate::tree::node::Node;

/// A service from its tree, without fragments and texts.
pub fn service(node: &Node) -> Service {
    let view = View(node);
    let name = view.text_or("name", "");
    Service {
        span: view.span(),
        bounds: view.bounds(),
        summary: view.text_or("summary", ""),
        default_on: view.text("default").is_none_or(|word| word == "on"),
        requires: view.words("requires"),
        unit: view.text_or("unit", &name),
        image: view.text_or("image", &name),
        user: view.integer("user"),
        settings: view.table("setting", |_, view| setting(view)),
        databases: view.table("database", |id, view| Database {
            bounds: view.bounds(),
            name: view.text_or("name", id),
            span: view.span(),
        }),
        vhost: view.node("queue").and_then(|queue| Some((View(queue).text("vhost")?, queue.span))),
        identities: view.table("identity", |_, view| identity(view)),
        endpoints: view.table("endpoint", |_, view| endpoint(view)),
        provides: view.table("provides", |_, view| provide(view)),
        secrets: view.table("secret", |_, view| Secret {
            bounds: view.bounds(),
            kind: view.text_or("kind", "password"),
            length: view.integer("length").and_then(|length| usize::try_from(length).ok()),
            fixed: view.flag("fixed"),
            services: view.words("services"),
            span: view.span(),
        }),
        files: view.table("file", |_, view| file(view)),
        components: view.table("component", |id, view| component(&name, id, view)),
        jobs: view.table("job", |_, view| job(view)),
        fragments: IndexMap::new(),
        patches: Vec::new(),
        rules: Vec::new(),
        texts: IndexMap::new(),
        name,
    }
}

/// A fragment from its tree.
pub fn fragment(node: &Node) -> Fragment {
    let sections = node.as_map().into_iter().flatten();
    sections
        .map(|(section, entry)| {
            let options = entry.node.as_map().into_iter().flatten();
            let options = options.filter_map(|(name, entry)| {
                let view = View(&entry.node);
                let value = view.0.get("value")?.clone();
                Some((
                    name.to_string(),
                    OptionValue {
                        bounds: view.bounds(),
                        key: entry.key,
                        value,
                        join: view.text("join"),
                        enumerate: view.flag("enumerate"),
                    },
                ))
            });
            (section.to_string(), options.collect())
        })
        .collect()
}

/// Patches from their tree.
pub fn patches(node: &Node) -> Vec<(Bounds, Patch)> {
    let items = View(node).items("patch").iter();
    items.filter_map(|node| Some((View(node).bounds(), crate::spec::decode::patch(View(node))?))).collect()
}

fn setting(view: View<'_>) -> Setting {
    Setting {
        kind: view.text_or("type", "text"),
        default: view.node("default").cloned(),
        choices: view.words("choices"),
        minimum: view.integer("minimum"),
        maximum: view.integer("maximum"),
        doc: view.text_or("doc", ""),
    }
}

fn identity(view: View<'_>) -> Identity {
    let mut roles = view.words("roles");
    if roles.is_empty() {
        roles = vec!["admin".to_owned(), "service".to_owned()];
    }
    Identity {
        bounds: view.bounds(),
        roles,
        project: view.text_or("project", "service"),
        domain: view.text_or("domain", "Default"),
        sole: view.flag("sole"),
        span: view.span(),
    }
}

fn tls(view: View<'_>) -> Option<Tls> {
    let view = View(view.node("tls")?);
    Some(Tls { bounds: view.bounds(), port: view.integer("port") })
}

fn endpoint(view: View<'_>) -> Endpoint {
    Endpoint {
        bounds: view.bounds(),
        span: view.span(),
        port: view.integer("port").unwrap_or(0),
        tls: tls(view),
        path: view.text_or("path", ""),
        service: view.text("service"),
        kind: view.text("type"),
        also: view.table("also", |_, view| view.bounds()),
        title: view.text("title"),
        public: view.text("public"),
        node_port: view.integer("node-port"),
        body_size: view.text("body-size"),
        timeout: view.text("timeout"),
    }
}

fn provide(view: View<'_>) -> Provide {
    Provide {
        bounds: view.bounds(),
        component: view.text_or("component", ""),
        service: view.text_or("service", ""),
        port: view.integer("port").unwrap_or(0),
        tls: tls(view),
        urls: view.items("url").iter().map(|node| client_url(View(node))).collect(),
        connections: view.node("connections").map(|node| super::rule::connections(View(node))),
        jobs: view.table("job", |_, view| job(view)),
        span: view.span(),
    }
}

fn client_url(view: View<'_>) -> ClientUrl {
    let (text, member) = (view.text_or("text", ""), view.text_or("member", ""));
    ClientUrl { bounds: view.bounds(), text, member, span: view.span() }
}

fn mode(view: View<'_>, default: u32) -> u32 {
    view.text("mode").and_then(|text| u32::from_str_radix(&text, 8).ok()).unwrap_or(default)
}

fn file(view: View<'_>) -> FileDeclaration {
    FileDeclaration {
        bounds: view.bounds(),
        span: view.span(),
        format: view.text_or("format", "oslo"),
        fragments: view.words("fragments"),
        extends: view.text("extends"),
        without: view.words("without"),
        variables: view.table("variables", |_, view| view.0.clone()),
        host: view.text("host").map(HostPlace::Node).or_else(|| view.text("installer").map(HostPlace::Site)),
        document: view.text("document").map(|word| match word.as_str() {
            "interfaces" => HostDocument::Interfaces,
            _ => HostDocument::Inventory,
        }),
        mode: mode(view, 0o444),
        reload: view.flag("reload"),
        tables: view.words("tables"),
        extra: view.table("extra-options", |_, view| view.0.items().iter().filter_map(plain).collect()),
        sections: view.items("sections").iter().map(|node| sections(View(node))).collect(),
    }
}

fn sections(view: View<'_>) -> OpenSections {
    OpenSections { like: view.words("like"), named: view.words("named"), listed_in: view.text("listed-in") }
}

fn container(view: View<'_>) -> Container {
    let probes = [("readinessProbe", "ready"), ("livenessProbe", "live"), ("startupProbe", "started")];
    let resources = ["cpu", "cpu-limit", "memory", "memory-limit"];
    Container {
        bounds: view.bounds(),
        span: view.span(),
        image: view.text("image"),
        run: view.items("run").to_vec(),
        script: view.text("script"),
        scripts: view.words("scripts"),
        env: view.entries("env").into_iter().map(|(name, node)| (name, node.clone())).collect(),
        mounts: view.table("mount", mount).into_values().collect(),
        secrets: view.table("secret", secret_mount).into_values().collect(),
        volumes: view.table("volume", volume).into_values().collect(),
        ports: view.table("port", port).into_values().collect(),
        user: view.integer("user"),
        privileged: view.flag("privileged"),
        capabilities: view.words("capabilities"),
        writable_root: view.flag("writable-root"),
        resources: resources.into_iter().filter_map(|name| Some((name, view.node(name)?.clone()))).collect(),
        probes: probes.into_iter().filter_map(|(name, field)| Some((name, probe(View(view.node(field)?))))).collect(),
        stop: view.items("stop").to_vec(),
    }
}

fn mount(file: &str, view: View<'_>) -> Mount {
    let (at, drop_in) = (view.text_or("at", ""), view.text("drop-in"));
    Mount { bounds: view.bounds(), file: file.to_owned(), at, drop_in, span: view.span() }
}

fn secret_mount(secret: &str, view: View<'_>) -> SecretMount {
    SecretMount {
        bounds: view.bounds(),
        secret: secret.to_owned(),
        at: view.text_or("at", ""),
        mode: mode(view, 0o440),
        optional: view.flag("optional"),
        span: view.span(),
    }
}

fn volume(name: &str, view: View<'_>) -> Volume {
    Volume {
        bounds: view.bounds(),
        name: name.to_owned(),
        at: view.text_or("at", ""),
        kind: view.text("kind"),
        path: view.text("path"),
        host_type: view.text_or("host-type", "DirectoryOrCreate"),
        size: view.node("size").cloned(),
        class: view.node("class").cloned(),
        access: view.text_or("access", "ReadWriteOnce"),
        read_only: view.flag("read-only"),
        propagation: view.text("propagation"),
        sub_path: view.text("sub-path"),
        span: view.span(),
    }
}

fn port(name: &str, view: View<'_>) -> Port {
    Port {
        bounds: view.bounds(),
        name: name.to_owned(),
        number: view.integer("number").unwrap_or(0),
        protocol: view.text_or("protocol", "TCP"),
        span: view.span(),
    }
}

fn probe(view: View<'_>) -> Probe {
    let numbers = [
        ("initialDelaySeconds", "delay"),
        ("periodSeconds", "period"),
        ("timeoutSeconds", "timeout"),
        ("failureThreshold", "failures"),
    ];
    Probe {
        http: view.text("http"),
        tcp: view.flag("tcp"),
        exec: view.items("exec").to_vec(),
        port: view.integer("port"),
        numbers: numbers.into_iter().filter_map(|(name, field)| Some((name, view.integer(field)?))).collect(),
        span: view.span(),
    }
}

fn needs(view: View<'_>, field: &str) -> Vec<Need> {
    let items = view.items(field).iter();
    items
        .filter_map(|node| Some((node.as_text()?, node.span)))
        .flat_map(|(text, span)| text.split_whitespace().map(move |name| Need { name: name.to_owned(), span }))
        .collect()
}

fn after(view: View<'_>) -> Vec<After> {
    let kinds = ["job", "endpoint", "provider", "same-node", "component"];
    let items = view.items("after").iter().map(View);
    items
        .flat_map(|item| {
            kinds.into_iter().filter_map(move |kind| {
                Some(After { bounds: item.bounds(), kind, name: item.text(kind)?, span: item.span() })
            })
        })
        .collect()
}

fn pod(view: View<'_>) -> Pod {
    let containers = |field| view.table(field, |_, view| container(view)).into_iter().collect();
    Pod {
        main: container(view),
        on: (view.text_or("on", ""), view.node("on").map_or(view.span(), |node| node.span)),
        needs: needs(view, "needs"),
        talks: needs(view, "talks"),
        after: after(view),
        init: containers("init"),
        sidecars: containers("sidecar"),
        node_options: view.entries("node-options").into_iter().map(|(file, node)| (file, node.clone())).collect(),
        access: view
            .items("access")
            .iter()
            .map(View)
            .map(|view| Access {
                group: view.text_or("group", ""),
                resource: view.text_or("resource", ""),
                verbs: view.words("verbs"),
                names: view.words("names"),
                span: view.span(),
            })
            .collect(),
        host_network: view.flag("host-network"),
        host_pid: view.flag("host-pid"),
        host_ipc: view.flag("host-ipc"),
        grace: view.integer("grace").unwrap_or(30),
        open: view.words("open"),
        egress: view.words("egress"),
    }
}

fn service_object(name: &str, view: View<'_>) -> ServiceObject {
    ServiceObject {
        bounds: view.bounds(),
        name: name.to_owned(),
        ports: view.table("port", port).into_values().collect(),
        headless: view.flag("headless"),
        unready: view.flag("unready"),
        select: view.entries("select").into_iter().map(|(key, node)| (key, node.clone())).collect(),
        span: view.span(),
    }
}

fn component(service: &str, id: &str, view: View<'_>) -> Component {
    let kind = view.text_or("kind", "deployment");
    let spread = if kind == "statefulset" { "required" } else { "preferred" };
    Component {
        pod: pod(view),
        name: view.text("name").unwrap_or_else(|| format!("{service}-{id}")),
        serves: view.words("serves"),
        replicas: view.node("replicas").cloned(),
        processes: view.items("processes").to_vec(),
        single: view.flag("single"),
        services: view.table("service", service_object).into_values().collect(),
        headless: view.text("headless"),
        parallel: view.flag("parallel"),
        data_plane: view.flag("data-plane"),
        max_unavailable: view.node("max-unavailable").cloned(),
        spread: view.text_or("spread", spread),
        members: view.flag("members"),
        unit: view.text("unit"),
        kind,
    }
}

fn job(view: View<'_>) -> Job {
    Job {
        pod: pod(view),
        schedule: view.node("schedule").cloned(),
        retries: view.integer("retries").unwrap_or(1000),
        deadline: view.integer("deadline"),
        client_secret: view.text("client-secret"),
        unit: view.text("unit"),
    }
}
