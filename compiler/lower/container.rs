//! Containers: image, command, environment, resources, probes, security context.
//!
//! Invariant: no secret is in a command or the environment.

use crate::catalog::egress::Egress;
use crate::catalog::expr::{EnvValue, Expr, Kind, PodField, Reference};
use crate::catalog::overlay::{ProbeTimes, Rollout};
use crate::catalog::scalar::NO_LIMIT;
use crate::catalog::service::{Container, Probe, ProbeAction, Resource};
use crate::diag::Diagnostic;
use crate::kube::item::{Item, Text};
use crate::kube::{json, quantity};
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::mount::mounts;
pub use crate::lower::place::{FileUse, Place, PodRequirements, SCRIPTS, SecretUse};
use crate::lower::rollout;
use crate::resolve::reference::{image_at, proxies, public_text};
use crate::tree::record::Int;

/// Lowers a container.
pub fn container(
    lowering: &mut Lowering<'_, '_>,
    place: &Place<'_, '_>,
    container: &Container,
    wants: &mut PodRequirements,
) -> Item {
    let draft = lowering.draft(container.span);
    let command = command(lowering, place, container, draft, wants);
    let image = image_of(lowering, place, container);
    let env = env(lowering, place, container);
    let ports = ports(lowering, place, container, draft);
    let mounts = mounts(lowering, place, container, draft, wants);
    let resources = resources(lowering, place, container, draft);
    let mut item = draft.some([
        ("name", Some(draft.text(place.name.clone()))),
        ("image", Some(image)),
        ("imagePullPolicy", Some(draft.text("IfNotPresent"))),
        ("command", draft.list_or_none(command)),
        ("env", draft.list_or_none(env)),
        ("ports", draft.list_or_none(ports)),
        ("resources", Some(resources)),
    ]);
    probes(lowering, place, container, &mut item);
    if !container.stop.is_empty() {
        let words = words(lowering, place, &container.stop);
        item.set(
            "lifecycle",
            draft.map([("preStop", draft.map([("exec", draft.map([("command", draft.list(words))]))]))]),
        );
    }
    item.set("securityContext", security(lowering, draft, container));
    if !mounts.is_empty() {
        item.set("volumeMounts", draft.list(mounts));
    }
    item
}

/// The variables of the site's proxy, for a pod that may go anywhere: no other reaches it.
fn proxy(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, container: &Container) -> Vec<Item> {
    if !place.workload.pod.egress.contains(&Egress::Any) {
        return Vec::new();
    }
    let records = proxies(lowering.model.site);
    let mut env = Vec::new();
    for record in records {
        let draft = lowering.draft(record.span);
        let (Some(name), Some(value)) = (record.text("variable"), record.text("value")) else { continue };
        if !container.env.contains_key(name.as_str()) {
            env.push(draft.map([("name", draft.text(name)), ("value", draft.text(value))]));
        }
    }
    env
}

/// The probes; those of the main container have the times that are said of the component.
fn probes(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, container: &Container, item: &mut Item) {
    type Ask = fn(&Rollout) -> Option<&ProbeTimes>;
    let probes: [(&'static str, &Option<Probe>, Ask); 3] = [
        ("readinessProbe", &container.readiness, |rollout| rollout.readiness.as_ref()),
        ("livenessProbe", &container.liveness, |rollout| rollout.liveness.as_ref()),
        ("startupProbe", &container.startup, |rollout| rollout.startup.as_ref()),
    ];
    let is_main = place.name == place.workload.container();
    for (field, declared, ask) in probes {
        let Some(declared) = declared else { continue };
        let mut probe = probe(lowering, place, declared);
        for (name, number) in rollout::times(lowering, place.workload, ask).into_iter().filter(|_| is_main) {
            probe.set(name, number);
        }
        item.set(field, probe);
    }
}

fn words(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, values: &[Expr]) -> Vec<Item> {
    let items = values.iter().map(|value| (value.is_conditional(), text(lowering, place, value)));
    items.filter(|(is_conditional, item)| !(*is_conditional && item.text() == Some(""))).map(|(_, item)| item).collect()
}

/// A public text with its origin.
pub fn text(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, value: &Expr) -> Item {
    let (text, from) = public_text(lowering.model, place.context(), value, &mut lowering.sink);
    Item { origin: lowering.derived("reference", &from), value: Text::Owned(text).into() }
}

fn command(
    lowering: &mut Lowering<'_, '_>,
    place: &Place<'_, '_>,
    container: &Container,
    draft: ItemBuilder,
    wants: &mut PodRequirements,
) -> Vec<Item> {
    let owner = place.workload.owner;
    for script in container.script.iter().chain(&container.scripts) {
        if owner.texts.contains_key(script.as_str()) {
            wants.scripts.push((owner.name.to_string(), script.to_string()));
        } else {
            let message = format!("service `{}` has no text `files/{script}`", owner.name);
            lowering.sink.push(Diagnostic::error("TG0504", script.span, message).unless_told());
        }
    }
    let mut command = Vec::new();
    if let Some(script) = &container.script {
        let interpreter = if script.ends_with(".py") { "python3" } else { "sh" };
        command.push(draft.text(interpreter));
        command.push(draft.text(format!("{SCRIPTS}/{script}")));
    }
    let is_main = std::ptr::eq(container, &place.workload.pod.main);
    let run = if is_main { lowering.model.command(place.workload) } else { &container.run };
    command.extend(words(lowering, place, run));
    command
}

fn image_of(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, container: &Container) -> Item {
    let key = container.image.as_deref().or(place.workload.pod.main.image.as_deref());
    let key = key.unwrap_or(place.workload.owner.image());
    match image_at(lowering.model, lowering.model.image_release(place.workload), key) {
        Some((reference, span)) => lowering.draft(span).text(reference),
        None => {
            let message = format!("the release has no image `{key}`");
            let span = container.image.as_ref().map_or(container.span, |key| key.span);
            lowering.sink.push(Diagnostic::error("TG0513", span, message).unless_told());
            lowering.draft(container.span).text("")
        }
    }
}

fn env(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, container: &Container) -> Vec<Item> {
    let mut env = proxy(lowering, place, container);
    for (name, value) in container.env.iter() {
        let draft = lowering.draft(value.span());
        let value = match value {
            EnvValue::Pod(field, _) => {
                let path = draft.text(field_path(*field));
                let field = draft.map([("apiVersion", draft.text("v1")), ("fieldPath", path)]);
                ("valueFrom", Some(draft.map([("fieldRef", field)])))
            }
            // An API server keeps no empty value: the variable is set, and empty, by its name alone.
            EnvValue::Value(value) if value.is_conditional() => {
                let item = variable(lowering, place, value);
                if item.text() == Some("") {
                    continue;
                }
                ("value", Some(item))
            }
            EnvValue::Value(value) => {
                ("value", Some(variable(lowering, place, value)).filter(|value| value.text() != Some("")))
            }
        };
        env.push(draft.some([("name", Some(draft.text(name.to_string()))), value]));
    }
    env
}

/// A list of records is JSON, whose reader skips white space: in a variable it stands one entry a line. In a config file it stays
/// one line, as options are.
fn variable(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, value: &Expr) -> Item {
    let mut item = text(lowering, place, value);
    if matches!(value.kind, Kind::Reference(Reference::Records(_)))
        && let Some(Ok(entries)) = item.text().map(serde_json::from_str::<Vec<serde_json::Value>>)
    {
        item.value = json::list(&entries).into();
    }
    item
}

/// The path of a field of the downward API.
fn field_path(field: PodField) -> &'static str {
    match field {
        PodField::Name => "metadata.name",
        PodField::Namespace => "metadata.namespace",
        PodField::Ip => "status.podIP",
        PodField::HostIp => "status.hostIP",
        PodField::Node => "spec.nodeName",
    }
}

fn ports(
    lowering: &mut Lowering<'_, '_>,
    place: &Place<'_, '_>,
    container: &Container,
    draft: ItemBuilder,
) -> Vec<Item> {
    let served = place.ports.iter().map(|(name, number)| (name.clone(), *number, "TCP", draft));
    let mut ports: Vec<_> = served.collect();
    for (name, port) in &container.ports {
        if lowering.model.holds(&place.workload.owner.name, &port.bounds) {
            let draft = lowering.draft(port.span);
            ports.push((name.to_string(), port.number.0, port.protocol.word(), draft));
        }
    }
    let host = place.workload.pod.host_network;
    let ports = ports.into_iter().map(|(name, number, protocol, draft)| {
        draft.some([
            ("name", Some(draft.text(port_name(&name)))),
            ("containerPort", Some(draft.integer(number))),
            ("hostPort", host.then(|| draft.integer(number))),
            ("protocol", Some(draft.text(protocol))),
        ])
    });
    ports.collect()
}

/// A port's name: at most 15 characters (IANA service name).
pub fn port_name(name: &str) -> String {
    name.chars().take(15).collect::<String>().trim_end_matches('-').to_owned()
}

fn resources(
    lowering: &mut Lowering<'_, '_>,
    place: &Place<'_, '_>,
    container: &Container,
    draft: ItemBuilder,
) -> Item {
    let workload = place.workload;
    let model = lowering.model;
    let specs = || model.specs(&workload.service.name).rev();
    let written = |name: Resource| specs().find_map(|spec| spec.components.get(workload.short())?.resource(name));
    let main = place.name == workload.container();
    let mut value = |name: Resource, default: Option<&'static str>| {
        if let Some(written) = written(name).filter(|_| main) {
            if *written == *NO_LIMIT {
                return None;
            }
            return Some((lowering.draft(written.span), written.value.clone(), written.span));
        }
        if let Some(node) = container.resource(name) {
            let (text, from) = public_text(model, place.context(), node, &mut lowering.sink);
            return Some((ItemBuilder(lowering.derived("reference", &from)), text, node.span));
        }
        default.map(|default| (draft, default.to_owned(), container.span))
    };
    let found = [
        value(Resource::Cpu, Some("100m")),
        value(Resource::Memory, Some("128Mi")),
        value(Resource::CpuLimit, None),
        value(Resource::MemoryLimit, Some("1Gi")),
        value(Resource::EphemeralStorage, None),
    ];
    let mut quantity = found.into_iter().map(|found| {
        let (draft, text, span) = found?;
        let canonical = quantity::canonical(&text);
        if canonical.is_none() {
            let message = format!("expected a quantity such as `500m` or `2Gi`, found `{text}`");
            lowering.sink.push(Diagnostic::error("TG0202", span, message));
        }
        // What is not a quantity was told here: any quantity does for the rest of the run.
        Some(draft.text(canonical.unwrap_or_else(|| "1Gi".to_owned())))
    });
    let (cpu, memory) = (quantity.next().flatten(), quantity.next().flatten());
    let (cpu_limit, memory_limit) = (quantity.next().flatten(), quantity.next().flatten());
    let storage = quantity.next().flatten();
    draft.map([
        ("requests", draft.some([("cpu", cpu), ("ephemeral-storage", storage), ("memory", memory)])),
        ("limits", draft.some([("cpu", cpu_limit), ("memory", memory_limit)])),
    ])
}

fn probe(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, probe: &Probe) -> Item {
    let draft = lowering.draft(probe.span);
    let port = probe.port.map(|port| port.0).or_else(|| place.ports.first().map(|(_, number)| *number)).unwrap_or(0);
    let action = match &probe.action {
        ProbeAction::Http(path) => {
            // The kubelet takes any certificate.
            let scheme = if speaks_tls(lowering, place, port) { "HTTPS" } else { "HTTP" };
            let get = draft.map([
                ("path", draft.text(path.clone())),
                ("port", draft.integer(port)),
                ("scheme", draft.text(scheme)),
            ]);
            ("httpGet", get)
        }
        ProbeAction::Tcp(_) => ("tcpSocket", draft.map([("port", draft.integer(port))])),
        ProbeAction::Exec(command) => {
            let command = words(lowering, place, command);
            ("exec", draft.map([("command", draft.list(command))]))
        }
    };
    let mut item = draft.map([action]);
    let numbers = [
        ("initialDelaySeconds", probe.delay.map(|number| number.0)),
        ("periodSeconds", probe.period.map(|number| number.0)),
        ("timeoutSeconds", probe.timeout.map(|number| number.0)),
        ("failureThreshold", probe.failures.map(|number| number.0)),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            item.set(name, draft.integer(number));
        }
    }
    item
}

/// Does the pod serve an endpoint on the port, over TLS?
fn speaks_tls(lowering: &Lowering<'_, '_>, place: &Place<'_, '_>, port: i64) -> bool {
    let served = place.workload.component().map(|component| &component.serves);
    let mut served = served.into_iter().flatten().filter_map(|id| lowering.model.endpoints.get(id.as_str()));
    let mut provided = lowering.model.providers.values();
    served.any(|known| known.port == port && known.tls)
        || provided.any(|known| {
            let is_own =
                known.service.name == place.workload.owner.name && *known.provide.component == *place.workload.short();
            is_own && known.port == port && known.tls
        })
}

fn security(lowering: &mut Lowering<'_, '_>, draft: ItemBuilder, container: &Container) -> Item {
    let writable = match &container.writable_root {
        Some(flag) => lowering.draft(flag.span).flag(!flag.value),
        None => draft.flag(true),
    };
    let root = container.user.as_ref().is_some_and(|user| user.value == Int(0));
    let user = container.user.as_ref().map(|user| lowering.draft(user.span).integer(user.value.0));
    if let Some(flag) = container.privileged.as_ref().filter(|flag| flag.value) {
        return draft.some([
            ("privileged", Some(lowering.draft(flag.span).flag(true))),
            ("readOnlyRootFilesystem", Some(writable)),
            ("runAsNonRoot", root.then(|| draft.flag(false))),
            ("runAsUser", user),
        ]);
    }
    let capabilities = draft.some([
        ("add", draft.list_or_none(container.capabilities.iter().map(|name| draft.text(name.0.clone())).collect())),
        ("drop", Some(draft.texts(["ALL"]))),
    ]);
    draft.some([
        ("allowPrivilegeEscalation", Some(draft.flag(false))),
        ("capabilities", Some(capabilities)),
        ("readOnlyRootFilesystem", Some(writable)),
        ("runAsNonRoot", root.then(|| draft.flag(false))),
        ("runAsUser", user),
    ])
}
