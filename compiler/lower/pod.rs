//! Pods: start-up gate, containers, volumes, placement, identity.
//!
//! Invariant: a pod holds an API token only in the containers that use it.

mod drop_in;
pub mod gate;
mod init;
pub mod node;
pub mod own;
mod trust;

use crate::catalog::host_run::NODE_FILES;
use crate::catalog::service::{ComponentKind, Container, SecretKind, Spread, Volume, VolumeKind};
use crate::diag::Diagnostic;
use crate::kube::item::{Item, Text};
use crate::kube::secret::{AccountProvider, SecretObject};
use crate::lower::config::ConfigFile;
use crate::lower::container::{FileUse, Place, PodRequirements, SecretUse, container, text};
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::selector;
use crate::lower::pod::gate::WaitedJob;
use crate::lower::pod::init::TOKEN;
use crate::lower::pod::own::OwnFile;

use crate::model::{Workload, WorkloadKind};
use crate::resolve::reference::public_text;
use crate::spec::site::GROUP_LABEL;
use crate::tree::record::Table;
use crate::tree::word::{Traced, Word};

/// A pod spec and what it mounts.
#[derive(Debug)]
pub struct LoweredPod {
    /// The pod's spec.
    pub spec: Item,
    /// Config files with the paths they are mounted at.
    pub files: Vec<FileUse>,
    /// Scripts: service and name.
    pub scripts: Vec<(String, String)>,
    /// Secrets that it mounts.
    pub secrets: Vec<SecretObject>,
    /// Claims of its own: volume and declaration.
    pub claims: Vec<(String, Volume)>,
    /// Claims that its pods share.
    pub shared_claims: Vec<(String, Volume)>,
    /// The jobs that its gate waits for.
    pub jobs: Vec<WaitedJob>,
    /// Files whose values are known only on the node.
    pub node_files: Vec<(String, String)>,
    /// Files of the site.
    pub own_files: Vec<OwnFile>,
}

/// Lowers the pod of a workload; `file` finds a lowered config file.
pub fn pod<'f>(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    file: &dyn Fn(&str, &str) -> Option<&'f ConfigFile>,
) -> LoweredPod {
    let pod = workload.pod;
    let draft = lowering.draft(pod.main.span);
    let mut wants = PodRequirements::default();
    let (mut init, jobs) = gate::gate(lowering, workload);
    let node_files = node::node_files(lowering, workload, &mut init);
    let own = init.len();
    init.extend(others(lowering, workload, &pod.init, &mut wants));
    let ports = served_ports(lowering, workload);
    let main = Place { workload, name: workload.container().to_owned(), ports };
    let mut containers = vec![container(lowering, &main, &pod.main, &mut wants)];
    client_secret(lowering, workload, &mut containers, &mut wants);
    containers.extend(others(lowering, workload, &pod.sidecars, &mut wants));
    trust::trust(lowering, workload, init.iter_mut().skip(own).chain(&mut containers), &mut wants, file);
    drop_in::drop_ins(&mut init, &mut containers, &mut wants, draft, file);
    let token = !pod.access.is_empty();
    if token {
        containers.iter_mut().for_each(|item| add_mount(item, draft, "api-token", TOKEN));
    }
    if !node_files.is_empty() {
        containers.iter_mut().for_each(|item| add_mount(item, draft, "node-options", NODE_FILES));
    }
    let mut all: Vec<&mut Item> = init.iter_mut().skip(own).chain(&mut containers).collect();
    let (own_volumes, own_files) = own::files(lowering, workload, &mut all);
    let mut volumes = volumes(lowering, workload, draft, &wants);
    volumes.extend(own_volumes);
    if token || !workload.gates.is_empty() {
        volumes.push(token_volume(draft));
    }
    if !node_files.is_empty() {
        volumes.push(node_volume(draft));
        volumes.push(config_map_volume(draft, "node-bin", "node-scripts", 0o555));
        if wants.files.is_empty() {
            volumes.push(config_map_volume(draft, "etc", &workload.etc(), 0o444));
        }
    }
    let mut spec = spec(lowering, workload, draft, (init, containers, volumes));
    own::placement(lowering, workload, &mut spec);
    let claim = |kind: VolumeKind| {
        let of_kind = wants.volumes.iter().filter(|(_, volume)| volume.kind == Some(kind));
        of_kind.map(|(name, volume)| (name.clone(), volume.clone())).collect()
    };
    LoweredPod {
        spec,
        claims: claim(VolumeKind::Claim),
        shared_claims: claim(VolumeKind::SharedClaim),
        secrets: wants.secrets.keys().cloned().collect(),
        scripts: wants.scripts,
        files: wants.files,
        jobs,
        node_files,
        own_files,
    }
}

/// The containers before or beside the main one that this site has.
fn others(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    declared: &Table<Container>,
    wants: &mut PodRequirements,
) -> Vec<Item> {
    let model = lowering.model;
    let held = declared.iter().filter(|(_, one)| model.holds(&workload.owner.name, &one.bounds));
    let one = |(name, one): (&Word, &Container)| {
        let place = Place { workload, name: name.to_string(), ports: Vec::new() };
        container(lowering, &place, one, wants)
    };
    held.map(one).collect()
}

fn served_ports(lowering: &Lowering<'_, '_>, workload: &Workload<'_>) -> Vec<(String, i64)> {
    let Some(component) = workload.component() else { return Vec::new() };
    let served = component
        .serves
        .iter()
        .filter_map(|id| Some((id.to_string(), lowering.model.endpoints.get(id.as_str())?.port)));
    served.collect()
}

fn add_mount(container: &mut Item, draft: ItemBuilder, volume: &'static str, at: &'static str) {
    let mount =
        draft.map([("name", draft.text(volume)), ("mountPath", draft.text(at)), ("readOnly", draft.flag(true))]);
    match container.get_mut("volumeMounts") {
        Some(Item { value: crate::kube::item::Value::List(mounts), .. }) => mounts.push(mount),
        _ => container.set("volumeMounts", draft.list(vec![mount])),
    }
}

fn client_secret(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    containers: &mut [Item],
    wants: &mut PodRequirements,
) {
    let WorkloadKind::Job(job) = workload.kind else { return };
    let (Some(at), Some(capability), Some(main)) = (&job.client_secret, workload.capability, containers.first_mut())
    else {
        return;
    };
    let draft = lowering.draft(job.pod.main.span);
    let Some(provider) = AccountProvider::parse(capability) else {
        let known = AccountProvider::ALL.map(|provider| format!("`{}`", provider.word())).join(", ");
        let message = format!("clients of `{capability}` have no accounts, expected a provider of {known}");
        lowering.sink.push(Diagnostic::error("TG0507", job.pod.main.span, message));
        return;
    };
    let object = SecretObject::Accounts { service: workload.service.name.to_string(), provider };
    let mount = draft.map([
        ("name", draft.text(wants.secret(object, SecretUse::USUAL))),
        ("mountPath", draft.text(at.clone())),
        ("readOnly", draft.flag(true)),
    ]);
    match main.get_mut("volumeMounts") {
        Some(Item { value: crate::kube::item::Value::List(mounts), .. }) => mounts.push(mount),
        _ => main.set("volumeMounts", draft.list(vec![mount])),
    }
}

fn config_map_volume(draft: ItemBuilder, name: &str, object: &str, mode: u32) -> Item {
    let source = draft.map([("name", draft.text(object.to_owned())), ("defaultMode", draft.integer(i64::from(mode)))]);
    draft.map([("name", draft.text(name.to_owned())), ("configMap", source)])
}

/// What cert-manager calls a key with its certificate, under the name that servers and clients look for
/// (https://cert-manager.io/docs/usage/certificate/#additional-certificate-output-formats).
fn combined(draft: ItemBuilder) -> Item {
    let path = draft.text(SecretKind::X509.key());
    draft.list(vec![draft.map([("key", draft.text("tls-combined.pem")), ("path", path)])])
}

fn volumes(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    draft: ItemBuilder,
    wants: &PodRequirements,
) -> Vec<Item> {
    let owner = &workload.owner.name;
    let mut volumes = Vec::new();
    if !wants.scripts.is_empty() {
        volumes.push(config_map_volume(draft, "bin", &format!("{owner}-bin"), 0o555));
    }
    if !wants.files.is_empty() {
        volumes.push(config_map_volume(draft, "etc", &workload.etc(), 0o444));
    }
    for (object, used, name) in wants.secret_volumes() {
        let source = draft.some([
            ("secretName", Some(draft.text(object.name()))),
            ("defaultMode", Some(draft.integer(i64::from(used.mode)))),
            ("optional", used.optional.then(|| draft.flag(true))),
            ("items", lowering.model.is_issued(object).then(|| combined(draft))),
        ]);
        volumes.push(draft.map([("name", draft.text(name)), ("secret", source)]));
    }
    for (name, volume) in &wants.volumes {
        volumes.extend(self::volume(lowering, workload, (name, volume)));
    }
    volumes
}

fn volume(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, declared: (&str, &Volume)) -> Option<Item> {
    let (name, volume) = declared;
    let draft = lowering.draft(volume.span);
    let place = Place { workload, name: String::new(), ports: Vec::new() };
    let empty = |medium: Option<Item>, size: Option<Item>| {
        let size = size.or_else(|| Some(draft.text("1Gi")));
        ("emptyDir", draft.some([("medium", medium), ("sizeLimit", size)]))
    };
    let size = |lowering: &mut Lowering<'_, '_>| volume.size.as_ref().map(|size| text(lowering, &place, size));
    let source = match volume.kind {
        Some(VolumeKind::Claim) => return None,
        Some(VolumeKind::Host) => {
            let path = volume.path.clone().unwrap_or_else(|| volume.at.clone());
            ("hostPath", draft.map([("path", draft.text(path)), ("type", draft.text(volume.host_type.word()))]))
        }
        Some(VolumeKind::SharedClaim) => {
            let claim = format!("{}-{name}", workload.service.name);
            ("persistentVolumeClaim", draft.map([("claimName", draft.text(claim))]))
        }
        Some(VolumeKind::ExistingClaim) => {
            ("persistentVolumeClaim", draft.map([("claimName", draft.text(object(name, volume)))]))
        }
        Some(VolumeKind::ConfigMap) => ("configMap", draft.map([("name", draft.text(object(name, volume)))])),
        Some(VolumeKind::Secret) => ("secret", draft.map([("secretName", draft.text(object(name, volume)))])),
        Some(VolumeKind::Nfs) => ("nfs", share(lowering, &place, volume)?),
        Some(VolumeKind::Memory) => empty(Some(draft.text("Memory")), size(lowering)),
        Some(VolumeKind::Empty) | None => empty(None, size(lowering)),
    };
    Some(draft.map([("name", draft.text(name.to_owned())), source]))
}

/// The object behind a volume that is there: named, or of the volume's name.
fn object(name: &str, volume: &Volume) -> String {
    volume.object.as_ref().map_or_else(|| name.to_owned(), ToString::to_string)
}

/// The source of a volume on an NFS server.
fn share(lowering: &mut Lowering<'_, '_>, place: &Place<'_, '_>, volume: &Volume) -> Option<Item> {
    let said = volume.share.as_ref()?;
    let (text, from) = public_text(lowering.model, place.context(), said, &mut lowering.sink);
    let draft = ItemBuilder(lowering.derived("reference", &from));
    let Some((server, path)) = text.split_once(":/").filter(|(server, _)| !server.is_empty()) else {
        let span = from.last().copied().unwrap_or(said.span);
        let message = format!("expected an NFS share such as `192.0.2.10:/images`, found `{text}`");
        lowering.sink.push(Diagnostic::error("TG0202", span, message));
        return None;
    };
    Some(draft.some([
        ("server", Some(draft.text(server.to_owned()))),
        ("path", Some(draft.text(format!("/{path}")))),
        ("readOnly", volume.read_only.then(|| draft.flag(true))),
    ]))
}

fn node_volume(draft: ItemBuilder) -> Item {
    let limit = draft.map([("sizeLimit", draft.text("1Mi"))]);
    draft.map([("name", draft.text("node-options")), ("emptyDir", limit)])
}

fn token_volume(draft: ItemBuilder) -> Item {
    let token = draft.map([("expirationSeconds", draft.integer(3607)), ("path", draft.text("token"))]);
    let item = |key: &'static str| draft.list(vec![draft.map([("key", draft.text(key)), ("path", draft.text(key))])]);
    let authority = draft.map([("name", draft.text("kube-root-ca.crt")), ("items", item("ca.crt"))]);
    let field = draft.map([("apiVersion", draft.text("v1")), ("fieldPath", draft.text("metadata.namespace"))]);
    let namespace =
        draft.map([("items", draft.list(vec![draft.map([("path", draft.text("namespace")), ("fieldRef", field)])]))]);
    let sources = draft.list(vec![
        draft.map([("serviceAccountToken", token)]),
        draft.map([("configMap", authority)]),
        draft.map([("downwardAPI", namespace)]),
    ]);
    let projected = draft.map([("defaultMode", draft.integer(0o444)), ("sources", sources)]);
    draft.map([("name", draft.text("api-token")), ("projected", projected)])
}

fn spec(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    draft: ItemBuilder,
    parts: (Vec<Item>, Vec<Item>, Vec<Item>),
) -> Item {
    let pod = workload.pod;
    let (init, containers, volumes) = parts;
    let label = lowering.draft(pod.node_selector.span);
    let user = pod.main.user.as_ref().or(workload.owner.user.as_ref());
    let from = user.map_or(draft, |user| lowering.draft(user.span));
    let user = user.map(|user| user.value.0);
    let root = user == Some(0) || Traced::holds(pod.main.privileged.as_ref());
    let (seconds, place) = workload.grace();
    let grace = lowering.draft(place).integer(seconds);
    let security = draft.some([
        ("runAsNonRoot", Some(draft.flag(!root))),
        ("runAsUser", user.map(|user| from.integer(user))),
        ("runAsGroup", user.map(|user| draft.integer(user))),
        ("fsGroup", user.filter(|_| !root).map(|user| draft.integer(user))),
        ("fsGroupChangePolicy", user.filter(|_| !root).map(|_| draft.text("OnRootMismatch"))),
        ("seccompProfile", Some(draft.map([("type", draft.text("RuntimeDefault"))]))),
    ]);
    let class = workload.rollout(|rollout| rollout.priority_class.as_ref());
    let class = class.map(|class| lowering.draft(class.span).text(class.to_string()));
    let data_plane = workload.component().is_some_and(|component| component.data_plane);
    let one_shot = matches!(workload.kind, WorkloadKind::Job(_));
    draft.some([
        ("serviceAccountName", Some(draft.text(workload.name.clone()))),
        ("automountServiceAccountToken", Some(draft.flag(false))),
        ("enableServiceLinks", Some(draft.flag(false))),
        // Instances are in no pod: when a node runs out of memory or disk, what carries their traffic must not go first.
        ("priorityClassName", class.or_else(|| data_plane.then(|| draft.text("system-node-critical")))),
        ("restartPolicy", one_shot.then(|| draft.text("OnFailure"))),
        ("hostNetwork", pod.host_network.then(|| draft.flag(true))),
        ("hostPID", pod.host_pid.then(|| draft.flag(true))),
        ("hostIPC", pod.host_ipc.then(|| draft.flag(true))),
        ("dnsPolicy", pod.host_network.then(|| draft.text("ClusterFirstWithHostNet"))),
        ("terminationGracePeriodSeconds", Some(grace)),
        ("nodeSelector", Some(node_selector(label, workload))),
        ("affinity", affinity(draft, workload)),
        ("securityContext", Some(security)),
        ("initContainers", draft.list_or_none(init)),
        ("containers", Some(draft.list(containers))),
        ("volumes", draft.list_or_none(volumes)),
    ])
}

fn node_selector(draft: ItemBuilder, workload: &Workload<'_>) -> Item {
    let role = (Text::Owned(workload.pod.node_selector.to_string()), draft.text("enabled"));
    let group = workload.group.as_ref().map(|group| (Text::Borrowed(GROUP_LABEL), draft.text(group.clone())));
    draft.named([role].into_iter().chain(group))
}

/// Keeps a DaemonSet away from nodes that have a variant of it.
fn other_nodes(draft: ItemBuilder, workload: &Workload<'_>) -> Option<Item> {
    if workload.excluded_groups.is_empty() {
        return None;
    }
    let term = draft.map([
        ("key", draft.text(GROUP_LABEL)),
        ("operator", draft.text("NotIn")),
        ("values", draft.texts(workload.excluded_groups.iter().cloned())),
    ]);
    let terms = draft.list(vec![draft.map([("matchExpressions", draft.list(vec![term]))])]);
    let required = draft.map([("nodeSelectorTerms", terms)]);
    Some(draft.map([("nodeAffinity", draft.map([("requiredDuringSchedulingIgnoredDuringExecution", required)]))]))
}

fn affinity(draft: ItemBuilder, workload: &Workload<'_>) -> Option<Item> {
    let component = workload.component()?;
    if let Some(rule) = other_nodes(draft, workload) {
        return Some(rule);
    }
    if component.kind == ComponentKind::DaemonSet || workload.spread() == Spread::None || workload.replicas.0 < 2 {
        return None;
    }
    let term = draft.map([
        ("labelSelector", draft.map([("matchLabels", selector(draft, workload))])),
        ("topologyKey", draft.text("kubernetes.io/hostname")),
    ]);
    let rule = if workload.spread() == Spread::Required {
        ("requiredDuringSchedulingIgnoredDuringExecution", draft.list(vec![term]))
    } else {
        let weighted = draft.map([("weight", draft.integer(100)), ("podAffinityTerm", term)]);
        ("preferredDuringSchedulingIgnoredDuringExecution", draft.list(vec![weighted]))
    };
    Some(draft.map([("podAntiAffinity", draft.map([rule]))]))
}
