//! Components, jobs and their containers.
//!
//! Invariant: as in [`super`].

use super::service::component_services;
use super::{Binder, Place, UNKNOWN};
use crate::catalog::egress::Egress;
use crate::catalog::expr::{EnvValue, NodeValue, Qualified};
use crate::catalog::pod::Access;
use crate::catalog::service::{
    After, Component, ComponentKind, Container, Job, Pod, Replicas, ServiceObject, Target, VolumeKind,
};
use crate::diag::{Diagnostic, nearest};
use crate::tree::word::Word;

/// What a Role may name in Kubernetes' own API groups (https://kubernetes.io/docs/reference/kubernetes-api/).
const RESOURCES: [(&str, &[&str]); 9] = [
    (
        "",
        &[
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
            "pods",
            "pods/eviction",
            "pods/exec",
            "pods/log",
            "pods/status",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        ],
    ),
    ("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
    ("batch", &["cronjobs", "jobs"]),
    ("coordination.k8s.io", &["leases"]),
    ("discovery.k8s.io", &["endpointslices"]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"]),
    ("policy", &["poddisruptionbudgets"]),
    ("storage.k8s.io", &["storageclasses", "volumeattachments"]),
];

impl<'c> Binder<'c, '_> {
    pub(super) fn declared_component(&mut self, place: Place<'c>, component: &'c Component) {
        let service = place.service;
        self.pod(place, &component.pod, component.serves.as_slice());
        let place = place.within(&component.pod.main.bounds);
        for id in &component.serves {
            if let Some(endpoint) = service.endpoints.get(id) {
                self.there(place, id.span, &format!("endpoint `{id}`"), [&service.bounds, &endpoint.bounds]);
            } else {
                let what = format!("endpoint of service `{}`", service.name);
                self.unknown(&what, id, service.endpoints.keys().map(Word::as_str));
            }
        }
        if let Some(Replicas::Count(value)) = &component.replicas {
            self.value(place, value);
        }
        component.processes.iter().chain(&component.max_unavailable).for_each(|value| self.value(place, value));
        for declared in component.services.values() {
            self.service_object(place, component, declared);
        }
        if let Some(headless) = component.headless.as_ref().filter(|_| component.kind == ComponentKind::StatefulSet) {
            let known: Vec<&str> = component_services(service, component).collect();
            if !known.contains(&headless.as_str()) {
                self.unknown("Kubernetes Service of the component", headless, known);
            }
        }
        self.fields(component);
    }

    /// Fields that have no effect on the component's kind.
    fn fields(&mut self, component: &Component) {
        let kind = component.kind;
        let span = component.pod.main.span;
        let (set, daemon) = (kind == ComponentKind::StatefulSet, kind == ComponentKind::DaemonSet);
        let headless = component.headless.as_ref().map_or(span, |name| name.span);
        let idle = [
            ("headless", component.headless.is_some() && !set, headless),
            ("parallel", component.parallel.is_some() && !set, span),
            ("data-plane", component.data_plane && kind == ComponentKind::Deployment, span),
            ("max-unavailable", component.max_unavailable.is_some() && set, span),
            ("replicas", component.replicas.is_some() && daemon, span),
            ("spread", component.spread.is_some() && daemon, span),
            ("quorum", component.quorum && daemon, span),
        ];
        if let Some(said) =
            component.disruption.as_ref().filter(|said| component.data_plane && !said.value.is_acknowledged())
        {
            self.push("TG0854", said.span, || {
                let message = format!(
                    "`data-plane #true` disturbs traffic or instances, and `disruption` is `{}`",
                    said.value.word()
                );
                Diagnostic::error("TG0854", said.span, message).hint("write `data-plane` or `instance`")
            });
        }
        for (field, _, span) in idle.into_iter().filter(|(_, holds, _)| *holds) {
            self.idle(span, || format!("`{field}` has no effect on a {kind}"));
        }
        let claims = component.pod.containers().flat_map(|container| container.volumes.values());
        for volume in claims.filter(|volume| volume.kind == Some(VolumeKind::Claim) && !set) {
            self.idle(volume.span, || format!("a {kind} has no claims of its own: use `shared-claim`"));
        }
    }

    fn service_object(&mut self, place: Place<'c>, component: &Component, declared: &ServiceObject) {
        self.bounds(place, &declared.bounds);
        let containers = component.pod.containers().flat_map(|container| container.ports.keys());
        let known: Vec<&str> = containers.chain(&component.serves).map(Word::as_str).collect();
        for (name, port) in &declared.ports {
            self.bounds(place, &port.bounds);
            if !known.contains(&name.as_str()) {
                self.unknown("port of the component", name, known.iter().copied());
            }
        }
        declared.select.values().for_each(|value| self.value(place, value));
    }

    pub(super) fn job(&mut self, place: Place<'c>, job: &'c Job) {
        self.pod(place, &job.pod, &[]);
        if let Some(schedule) = &job.schedule {
            self.value(place.within(&job.pod.main.bounds), schedule);
        }
    }

    fn pod(&mut self, place: Place<'c>, pod: &'c Pod, served: &[Word]) {
        self.bounds(place, &pod.main.bounds);
        let place = place.within(&pod.main.bounds);
        self.label(&pod.node_selector);
        pod.needs.iter().for_each(|name| self.need(place, name));
        pod.may_connect_to.iter().for_each(|name| self.peer(name));
        pod.after.iter().for_each(|after| self.after(place, after));
        let image = pod.main.image.as_ref();
        self.container(place, &pod.main, image);
        for container in pod.init.values().chain(pod.sidecars.values()) {
            self.bounds(place, &container.bounds);
            self.container(place.within(&container.bounds), container, container.image.as_ref().or(image));
        }
        self.volumes(pod);
        for value in
            pod.node_options.values().flat_map(|sections| sections.values()).flat_map(|options| options.values())
        {
            match value {
                NodeValue::Address(network) => self.network(network),
                NodeValue::Value(value) => self.value(place, value),
            }
        }
        let ports: Vec<&str> = pod.main.ports.keys().chain(served).map(Word::as_str).collect();
        for name in pod.ingress_from_any.iter().filter(|name| !ports.contains(&name.as_str())) {
            self.unknown("port of the pod", name, ports.iter().copied());
        }
        self.egress(&pod.egress);
        pod.host.iter().for_each(|host| self.host_run(place, pod, host));
        pod.access.iter().for_each(|access| self.access(access));
    }

    /// The networks that pods may reach.
    pub(super) fn egress(&mut self, targets: &[Egress]) {
        let known: Vec<&str> = self.catalog.networks.iter().map(Word::as_str).chain(["any", "kubernetes"]).collect();
        for target in targets {
            if let Egress::Network(name) = target
                && !known.contains(&name.as_str())
            {
                self.unknown("network", name, known.clone());
            }
        }
    }

    /// A volume that says no kind is one that another container of the pod declares, or an empty one of the main container.
    fn volumes(&mut self, pod: &Pod) {
        let known: Vec<&str> = pod.main.volumes.keys().map(Word::as_str).collect();
        let others = || pod.init.values().chain(pod.sidecars.values());
        let declared = others().flat_map(|container| &container.volumes).filter(|(_, volume)| volume.kind.is_some());
        let known: Vec<&str> = known.into_iter().chain(declared.map(|(name, _)| name.as_str())).collect();
        for (name, volume) in others().flat_map(|container| &container.volumes) {
            if volume.kind.is_none() && !known.contains(&name.as_str()) {
                self.unknown("volume of the pod", name, known.iter().copied());
            }
        }
    }

    fn after(&mut self, place: Place<'c>, after: &After) {
        self.bounds(place, &after.bounds);
        let place = place.within(&after.bounds);
        match &after.target {
            Target::Endpoint(name) => self.endpoint(place, name),
            Target::Provider(name) => self.capability(place, name),
            Target::SameNode(name) | Target::Component(name) => {
                let _ = self.component(place, name);
            }
            Target::Job(name) => self.waited_job(place, name),
        }
    }

    /// A job: of another service, or, for the jobs of a capability, another of them.
    fn waited_job(&mut self, place: Place<'c>, name: &Qualified) {
        let Some(owner) = self.owner(place, name.service.as_ref()) else { return };
        let jobs = match place.provide.filter(|_| name.service.is_none()) {
            Some(provide) => &provide.jobs,
            None => &owner.jobs,
        };
        match jobs.get(&name.name) {
            Some(job) => {
                let what = format!("job `{}`", name.name);
                self.there(place, name.name.span, &what, [&owner.bounds, &job.pod.main.bounds]);
            }
            None => {
                self.unknown(&format!("job of service `{}`", owner.name), &name.name, jobs.keys().map(Word::as_str))
            }
        }
    }

    fn container(&mut self, place: Place<'c>, container: &'c Container, image: Option<&Word>) {
        let is_alone = place.service.host.as_ref().is_some_and(|host| host.only);
        match image {
            None if is_alone => {}
            Some(key) => self.image(place, key, key),
            None => {
                let service = place.service;
                let word = service.image.as_ref().unwrap_or(&service.name);
                self.image(place, service.image(), word);
            }
        }
        for script in container.script.iter().chain(&container.scripts) {
            self.text(place, script, script);
        }
        if let Some(script) = &container.script
            && !script.ends_with(".py")
            && !script.ends_with(".sh")
        {
            let message = format!("no interpreter is known for `{script}`, expected a name in `.py` or `.sh`");
            self.push(UNKNOWN, script.span, || Diagnostic::error(UNKNOWN, script.span, message));
        }
        let sizes = [&container.memory, &container.memory_limit, &container.ephemeral_storage];
        let resources = [&container.cpu, &container.cpu_limit].into_iter().chain(sizes);
        let probes = [&container.readiness, &container.liveness, &container.startup].into_iter().flatten();
        let commands = probes.filter_map(|probe| match &probe.action {
            crate::catalog::service::ProbeAction::Exec(command) => Some(command),
            _ => None,
        });
        let values = container.run.iter().chain(&container.stop).chain(commands.flatten());
        values.chain(resources.flatten()).for_each(|value| self.value(place, value));
        for value in container.env.values() {
            if let EnvValue::Value(value) = value {
                self.value(place, value);
            }
        }
        for (name, mount) in &container.mounts {
            self.bounds(place, &mount.bounds);
            self.file(place.within(&mount.bounds), name);
        }
        for mount in container.secrets.values() {
            self.bounds(place, &mount.bounds);
            self.secret(place.within(&mount.bounds), &mount.secret, None);
        }
        for volume in container.volumes.values() {
            self.bounds(place, &volume.bounds);
            volume.size.iter().chain(&volume.class).chain(&volume.share).for_each(|value| self.value(place, value));
            let is_claim = matches!(volume.kind, Some(VolumeKind::Claim | VolumeKind::SharedClaim));
            let there = [VolumeKind::ExistingClaim, VolumeKind::ConfigMap, VolumeKind::Secret];
            let is_there = volume.kind.is_some_and(|kind| there.contains(&kind));
            let idle = [
                ("path", volume.path.is_some() && volume.kind != Some(VolumeKind::Host)),
                ("share", volume.share.is_some() && volume.kind != Some(VolumeKind::Nfs)),
                ("class", volume.class.is_some() && !is_claim),
                ("object", volume.object.is_some() && !is_there),
            ];
            for (field, _) in idle.into_iter().filter(|(_, holds)| *holds) {
                self.idle(volume.span, || format!("`{field}` has no effect on a volume of this kind"));
            }
        }
        container.ports.values().for_each(|port| self.bounds(place, &port.bounds));
    }

    fn access(&mut self, access: &Access) {
        let group = access.group.as_deref().unwrap_or_default();
        let groups = RESOURCES.iter().map(|(name, _)| *name).filter(|name| !name.is_empty());
        match RESOURCES.iter().find(|(name, _)| *name == group) {
            Some((_, resources)) if !resources.contains(&access.resource.as_str()) => {
                self.unknown("resource of the Kubernetes API", &access.resource, resources.iter().copied());
            }
            Some(_) => {}
            // A group of its own brings resources of its own; one that is nearly Kubernetes' own is misspelt.
            None => {
                if let Some(word) = access.group.as_ref().filter(|word| nearest(word, groups.clone()).is_some()) {
                    self.unknown("group of the Kubernetes API", word, groups);
                }
            }
        }
        if access.resource == *"secrets" {
            let services = self.catalog.services.values();
            let known =
                services.flat_map(|service| service.secrets.keys().map(move |name| format!("{}-{name}", service.name)));
            let known: Vec<String> = known.collect();
            for name in access.names.iter().filter(|name| !known.contains(&name.value)) {
                self.unknown("Secret", name, known.iter().map(String::as_str));
            }
        }
    }
}
