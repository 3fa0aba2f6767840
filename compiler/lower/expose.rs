//! Exposure: how public endpoints are reached from outside, by Gateway API, Ingress, NodePort or LoadBalancer.
//!
//! Invariant: the host and port here are those of the URL in the identity catalog.

use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::container::port_name;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::mark::Marks;
use crate::lower::object::{Object, labels, object, selector};
use crate::model::{EndpointUse, Workload};
use crate::resolve::reference::{public_address, public_names};
use crate::span::Span;
use crate::spec::site::ExposeKind;
use crate::tree::word::Word;

/// The delivery unit of what belongs to the whole site.
pub const BASE_UNIT: &str = "base";
/// The delivery unit of definitions of kinds, which everything else waits for.
pub const DEFINITIONS_UNIT: &str = "definitions";

/// Objects that expose the site's public endpoints.
pub fn expose(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    let model = lowering.model;
    let kind = model.site.expose.kind.value;
    let public: Vec<(&str, EndpointUse<'_>)> = model
        .endpoints
        .iter()
        .filter(|(_, known)| known.endpoint.public.is_some() && !model.is_elsewhere(&known.service.name))
        .map(|(id, known)| (*id, known.clone()))
        .collect();
    if kind == ExposeKind::Gateway && !public.is_empty() {
        let item = gateway(lowering, &public);
        objects.push(exposing(BASE_UNIT, item));
    }
    let expose = &model.site.expose;
    if let (Some(issuer), Some(name)) = (&expose.issuer, &expose.tls)
        && matches!(kind, ExposeKind::Gateway | ExposeKind::Ingress)
    {
        let item = certificate(lowering, issuer, name);
        objects.push(exposing(BASE_UNIT, item));
    }
    for (id, known) in public {
        let item = match kind {
            ExposeKind::Gateway => Some(route(lowering, id, &known)),
            ExposeKind::Ingress => Some(ingress(lowering, id, &known)),
            ExposeKind::NodePort => {
                known.node_port().map(|port| outside_service(lowering, id, &known, ("NodePort", Some(port))))
            }
            ExposeKind::LoadBalancer => Some(outside_service(lowering, id, &known, ("LoadBalancer", None))),
            ExposeKind::None => None,
        };
        let unit = known.component.unit.as_ref().map_or_else(|| known.service.unit().to_owned(), ToString::to_string);
        objects.extend(item.map(|item| exposing(&unit, item)));
        if kind == ExposeKind::Gateway && known.tls {
            let item = backend_tls(lowering, id, &known);
            objects.push(exposing(&unit, item));
        }
    }
}

/// An object that is ready when a controller outside the site says so: not all of them ever do.
fn exposing(unit: &str, item: Item) -> Object {
    let marks = Marks { ready_in_its_own_time: Some(item.origin), ..Marks::default() };
    Object { marks, ..Object::new(unit, item) }
}

/// What cert-manager makes the certificate of the public endpoints from (https://cert-manager.io/docs/usage/certificate/).
fn certificate(lowering: &mut Lowering<'_, '_>, issuer: &Word, secret: &Word) -> Item {
    let model = lowering.model;
    let (draft, named) = (lowering.draft(issuer.span), lowering.draft(secret.span));
    let kind = ("cert-manager.io/v1", "Certificate");
    let mut item = object(draft, model, kind, secret, labels(draft, "public", None));
    let reference = draft.map([
        ("group", draft.text("cert-manager.io")),
        ("kind", draft.text(model.site.expose.issuer_kind.word())),
        ("name", draft.text(issuer.value.clone())),
    ]);
    let names = public_names(model).into_iter().map(|(_, name)| name);
    let spec = draft.map([
        ("secretName", named.text(secret.value.clone())),
        ("dnsNames", draft.texts(names)),
        ("issuerRef", reference),
    ]);
    item.set("spec", spec);
    item
}

fn gateway(lowering: &mut Lowering<'_, '_>, public: &[(&str, EndpointUse<'_>)]) -> Item {
    let site = lowering.model.site;
    let draft = lowering.draft(site.expose.kind.span);
    let class = match &site.expose.class {
        Some(class) => lowering.draft(class.span).text(class.value.clone()),
        None => draft.text("envoy"),
    };
    let mut listeners = vec![listener(lowering, draft, ("", Some(format!("*.{}", site.domain.value))))];
    // A name outside the domain is heard on a listener of its own.
    let mut heard: Vec<String> = Vec::new();
    for (id, known) in public {
        let address = public_address(lowering.model, known);
        let is_name = address.host.parse::<std::net::IpAddr>().is_err();
        let is_in_domain =
            address.host.strip_suffix(site.domain.value.as_str()).is_some_and(|rest| rest.ends_with('.'));
        if !is_in_domain && !heard.contains(&address.host) {
            heard.push(address.host.clone());
            let span = known.said.map_or(known.endpoint.span, |said| said.span);
            let draft = lowering.draft(span);
            let host = is_name.then_some(address.host);
            listeners.push(listener(lowering, draft, (id, host)));
        }
    }
    let kind = ("gateway.networking.k8s.io/v1", "Gateway");
    let mut item = object(draft, lowering.model, kind, "public", labels(draft, "public", None));
    item.set("spec", draft.map([("gatewayClassName", class), ("listeners", draft.list(listeners))]));
    item
}

/// A listener of the Gateway for a host name, or for any; that of the domain has no id.
fn listener(lowering: &mut Lowering<'_, '_>, draft: ItemBuilder, (id, host): (&str, Option<String>)) -> Item {
    let name = |scheme: &str| if id.is_empty() { scheme.to_owned() } else { format!("{scheme}-{id}") };
    let routes = draft.map([("namespaces", draft.map([("from", draft.text("Same"))]))]);
    let mut listener = draft.some([
        ("name", Some(draft.text(name("http")))),
        ("hostname", host.map(|host| draft.text(host))),
        ("port", Some(draft.integer(80))),
        ("protocol", Some(draft.text("HTTP"))),
        ("allowedRoutes", Some(routes)),
    ]);
    if let Some(tls) = &lowering.model.site.expose.tls {
        let draft = lowering.draft(tls.span);
        listener.set("name", draft.text(name("https")));
        listener.set("port", draft.integer(443));
        listener.set("protocol", draft.text("HTTPS"));
        let certificate = draft.map([
            ("group", draft.text("")),
            ("kind", draft.text("Secret")),
            ("name", draft.text(tls.value.clone())),
        ]);
        listener.set(
            "tls",
            draft.map([("mode", draft.text("Terminate")), ("certificateRefs", draft.list(vec![certificate]))]),
        );
    }
    listener
}

/// The host name that a proxy asks for; none for an address.
fn host(lowering: &mut Lowering<'_, '_>, draft: ItemBuilder, known: &EndpointUse<'_>) -> Option<Item> {
    let host = public_address(lowering.model, known).host;
    let said = known.said.filter(|said| said.public_host.is_some() || said.public_url.is_some());
    let draft = said.map_or(draft, |said| lowering.draft(said.span));
    host.parse::<std::net::IpAddr>().is_err().then(|| draft.text(host))
}

fn route(lowering: &mut Lowering<'_, '_>, id: &str, known: &EndpointUse<'_>) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let kind = ("gateway.networking.k8s.io/v1", "HTTPRoute");
    let mut item = object(
        draft,
        lowering.model,
        kind,
        &format!("{}-{id}", known.service.name),
        labels(draft, &known.service.name, None),
    );
    let gateway = draft.map([
        ("group", draft.text("gateway.networking.k8s.io")),
        ("kind", draft.text("Gateway")),
        ("name", draft.text("public")),
    ]);
    let backend = draft.map([
        ("group", draft.text("")),
        ("kind", draft.text("Service")),
        ("name", draft.text(known.object.clone())),
        ("port", draft.integer(known.port)),
        ("weight", draft.integer(1)),
    ]);
    // A path of the URL outside tells the endpoint apart, and is no part of what the program is asked for.
    let prefix = public_address(lowering.model, known).prefix;
    let matched = if prefix.is_empty() { "/".to_owned() } else { prefix.clone() };
    let path = draft.map([("type", draft.text("PathPrefix")), ("value", draft.text(matched))]);
    let rewrite = (!prefix.is_empty()).then(|| {
        let path = [("type", draft.text("ReplacePrefixMatch")), ("replacePrefixMatch", draft.text("/"))];
        let filter = [("type", draft.text("URLRewrite")), ("urlRewrite", draft.map([("path", draft.map(path))]))];
        draft.list(vec![draft.map(filter)])
    });
    let timeout = known.endpoint.timeout.as_ref().map(|timeout| draft.map([("request", draft.text(timeout.clone()))]));
    let rule = draft.some([
        ("matches", Some(draft.list(vec![draft.map([("path", path)])]))),
        ("filters", rewrite),
        ("backendRefs", Some(draft.list(vec![backend]))),
        ("timeouts", timeout),
    ]);
    let hosts = host(lowering, draft, known).map(|host| draft.list(vec![host]));
    let spec = draft.some([
        ("parentRefs", Some(draft.list(vec![gateway]))),
        ("hostnames", hosts),
        ("rules", Some(draft.list(vec![rule]))),
    ]);
    item.set("spec", spec);
    item
}

/// Tells the Gateway that an endpoint speaks TLS, which name its certificate has, and whom to trust
/// (https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/; a Secret in place of a ConfigMap is up to the implementation).
fn backend_tls(lowering: &mut Lowering<'_, '_>, id: &str, known: &EndpointUse<'_>) -> Item {
    let span = known.endpoint.tls.as_ref().map_or(known.endpoint.span, |tls| tls.span);
    let draft = lowering.draft(span);
    let kind = ("gateway.networking.k8s.io/v1", "BackendTLSPolicy");
    let name = format!("{}-{id}", known.service.name);
    let mut item = object(draft, lowering.model, kind, &name, labels(draft, &known.service.name, None));
    let target = draft.map([
        ("group", draft.text("")),
        ("kind", draft.text("Service")),
        ("name", draft.text(known.object.clone())),
        ("sectionName", draft.text(port_name(id))),
    ]);
    let trust = draft.map([
        ("group", draft.text("")),
        ("kind", draft.text("Secret")),
        ("name", draft.text(SecretObject::Trust.name())),
    ]);
    let validation = draft.map([
        ("caCertificateRefs", draft.list(vec![trust])),
        ("hostname", draft.text(lowering.model.cluster_host(&known.object))),
    ]);
    item.set("spec", draft.map([("targetRefs", draft.list(vec![target])), ("validation", validation)]));
    item
}

fn ingress(lowering: &mut Lowering<'_, '_>, id: &str, known: &EndpointUse<'_>) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let expose = &lowering.model.site.expose;
    let kind = ("networking.k8s.io/v1", "Ingress");
    let mut item = object(
        draft,
        lowering.model,
        kind,
        &format!("{}-{id}", known.service.name),
        labels(draft, &known.service.name, None),
    );
    let annotation = |name: &'static str, value: &Option<String>| {
        value.as_ref().map(|value| (name.into(), draft.text(value.clone())))
    };
    let seconds = known.endpoint.timeout.as_ref().map(|timeout| timeout.trim_end_matches('s').to_owned());
    let prefix = public_address(lowering.model, known).prefix;
    let rewrite = (!prefix.is_empty()).then(|| "/$2".to_owned());
    let annotations: Vec<_> = [
        annotation("nginx.ingress.kubernetes.io/rewrite-target", &rewrite),
        known.tls.then(|| ("nginx.ingress.kubernetes.io/backend-protocol".into(), draft.text("HTTPS"))),
        annotation("nginx.ingress.kubernetes.io/proxy-body-size", &known.endpoint.body_size),
        annotation("nginx.ingress.kubernetes.io/proxy-read-timeout", &seconds),
        annotation("nginx.ingress.kubernetes.io/proxy-send-timeout", &seconds),
        // Without a bound on bodies they are passed on as they come: nginx would keep each on its disk first.
        known
            .endpoint
            .body_size
            .as_deref()
            .filter(|size| *size == "0")
            .map(|_| ("nginx.ingress.kubernetes.io/proxy-request-buffering".into(), draft.text("off"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(metadata) = item.get_mut("metadata").filter(|_| !annotations.is_empty()) {
        metadata.set("annotations", draft.named(annotations));
    }
    let host = host(lowering, draft, known);
    let port = draft.map([("number", draft.integer(known.port))]);
    let service = draft.map([("name", draft.text(known.object.clone())), ("port", port)]);
    let (matched, kind) = match prefix.is_empty() {
        true => ("/".to_owned(), "Prefix"),
        false => (format!("{prefix}(/|$)(.*)"), "ImplementationSpecific"),
    };
    let path = draft.map([
        ("path", draft.text(matched)),
        ("pathType", draft.text(kind)),
        ("backend", draft.map([("service", service)])),
    ]);
    let rule = draft.some([("host", host.clone()), ("http", Some(draft.map([("paths", draft.list(vec![path]))])))]);
    let tls = expose.tls.as_ref().map(|tls| {
        let hosts = host.map(|host| draft.list(vec![host]));
        draft.list(vec![draft.some([("hosts", hosts), ("secretName", Some(draft.text(tls.value.clone())))])])
    });
    let class = expose.class.as_ref().map(|class| draft.text(class.value.clone()));
    item.set("spec", draft.some([("ingressClassName", class), ("tls", tls), ("rules", Some(draft.list(vec![rule])))]));
    item
}

fn outside_service(
    lowering: &mut Lowering<'_, '_>,
    id: &str,
    known: &EndpointUse<'_>,
    kind: (&'static str, Option<(i64, Span)>),
) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let model = lowering.model;
    let name = format!("{}-public", known.object);
    let mut item = object(draft, model, ("v1", "Service"), &name, labels(draft, &known.service.name, None));
    let port = draft.some([
        ("name", Some(draft.text(port_name(id)))),
        ("port", Some(draft.integer(known.port))),
        ("protocol", Some(draft.text("TCP"))),
        ("targetPort", Some(draft.text(port_name(id)))),
        ("nodePort", kind.1.map(|(port, span)| lowering.draft(span).integer(port))),
    ]);
    let is_behind = |workload: &&Workload<'_>| {
        workload.component().is_some_and(|component| std::ptr::eq(component, known.component))
    };
    let selector = model.workloads.iter().find(is_behind).map(|workload| selector(draft, workload));
    let class = model
        .site
        .expose
        .class
        .as_ref()
        .filter(|_| kind.0 == "LoadBalancer")
        .map(|class| draft.text(class.value.clone()));
    let spec = draft.some([
        ("type", Some(draft.text(kind.0))),
        ("loadBalancerClass", class),
        ("ports", Some(draft.list(vec![port]))),
        ("selector", selector),
    ]);
    item.set("spec", spec);
    item
}
