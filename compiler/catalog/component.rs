//! Workloads of a service: components, which run on, and jobs, which end.
//!
//! Invariant: how many pods there are is decided where the site is known.

use super::bounds::{Bounds, Removal};
use super::expr::Expr;
use super::pod::{Pod, Port};
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::tree::node::{Node, Value};
use crate::tree::record::{Decoder, Described, Entries, Int, Table};
use crate::tree::shape::Shape;
use crate::tree::word::{Label, Traced, Word, word_of};
use crate::{record, words};

record! {
    /// A Kubernetes Service beyond those of the endpoints; `service mariadb { port mysql 3306 }`.
    pub struct ServiceObject, include(bounds: Bounds) {
        /// Its ports; names are those of the container's; one that an endpoint has is the endpoint's.
        ports as "port": Table<Port> [required],
        /// No address of its own: names the pods.
        headless: bool,
        /// Names pods before they are ready (for cluster formation).
        publish_not_ready_addresses: bool,
        /// More labels that a pod must carry.
        select: Entries<Expr>,
    }
}

words! {
    /// The Kubernetes kind of a component.
    pub enum ComponentKind {
        /// Pods that are all alike.
        Deployment = "deployment",
        /// Pods with names and volumes of their own.
        StatefulSet = "statefulset",
        /// A pod on each node.
        DaemonSet = "daemonset",
    }
}

words! {
    /// Pods on different nodes.
    pub enum Spread {
        /// A pod waits for a node of its own.
        Required = "required",
        /// Where there are enough nodes.
        Preferred = "preferred",
        /// Not cared for.
        None = "none",
    }
}

words! {
    /// What a restart of a component's pods disturbs, at worst.
    pub enum Disruption {
        /// Nothing that a user sees.
        None = "none",
        /// Requests under way fail, and further ones where no pod is left; a client that tries again succeeds.
        ApiBlip = "api-blip",
        /// Open consoles of instances close.
        ConsoleDrop = "console-drop",
        /// Changes wait: what runs goes on running, and nothing new is scheduled or wired meanwhile.
        ControlOnly = "control-only",
        /// Traffic of instances on the node may stop for a while.
        DataPlane = "data-plane",
        /// Instances on the node may stop.
        Instance = "instance",
    }
}

impl Disruption {
    /// Does a site say beforehand that it may happen?
    pub fn is_acknowledged(self) -> bool {
        matches!(self, Disruption::DataPlane | Disruption::Instance)
    }
}

words! {
    /// What a job does to data that older programs read.
    pub enum Migration {
        /// Changes tables: there is no way back but a backup.
        Schema = "schema",
        /// Rewrites rows to the form of the new release; the tables stay.
        Data = "data",
        /// Changes tables, and rewrites rows.
        SchemaAndData = "schema-and-data",
    }
}

/// How many pods a component has.
#[derive(Debug, Clone)]
pub enum Replicas {
    /// One a labelled node, at most 3.
    Api(Span),
    /// The odd number of those.
    Quorum(Span),
    /// One.
    One(Span),
    /// A number.
    Count(Expr),
}

impl Described for Replicas {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let (None, Value::Text(word)) = (&node.tag, &node.value) else {
            return Expr::decode(node, decoder).map(Replicas::Count);
        };
        let words = ["api", "quorum", "one"];
        Some(match word.as_ref() {
            "api" => Replicas::Api(node.span),
            "quorum" => Replicas::Quorum(node.span),
            "one" => Replicas::One(node.span),
            _ => {
                let message = format!("`replicas`: expected a number or one of `api`, `quorum`, `one`, found `{word}`");
                let diagnostic = Diagnostic::error("TG0207", word_of(node)?.span, message);
                let near = crate::diag::nearest(word, words);
                decoder.sink.push(
                    near.into_iter()
                        .fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))),
                );
                return None;
            }
        })
    }
}

record! {
    /// A long-running workload; its object is named SERVICE-COMPONENT unless `name` says otherwise.
    pub struct Component, include(pod: Pod, removal: Removal), beside(object: String), check(Component::end) {
        /// The Kubernetes kind.
        kind: ComponentKind,
        /// The object's name.
        name: Option<Label>,
        /// The name that the component had before: its objects and their labels keep it, so that nothing is deleted and made again.
        moved_from: Option<Label>,
        /// Ids of this service's endpoints: makes Service, ports, exposure and, unless said otherwise, probes.
        serves: Vec<Word>,
        /// A number, `api` (one a labelled node, at most 3), `quorum` (the odd number of those), or `one`. A site may override it.
        replicas: Option<Replicas>,
        /// Processes of a pod that connect for themselves, added up (1).
        processes: Vec<Expr>,
        /// The most replicas it can have, e.g. 1 with a static host name.
        max_replicas: Option<Int<1, 64>>,
        /// More Services.
        services as "service": Table<ServiceObject>,
        /// The headless Service that names a StatefulSet's pods.
        headless: Option<Word>,
        /// A StatefulSet's pods start together.
        parallel: Option<Traced<bool>>,
        /// Restarting it touches tenants' traffic or instances: updated only when its pod is deleted (OnDelete).
        data_plane: bool,
        /// What a restart of its pods disturbs, at worst (`data-plane` of one with `data-plane #true`, `api-blip` of one that serves endpoints, otherwise `control-only`). `taco-gen plan` says it.
        disruption: Option<Traced<Disruption>>,
        /// How many pods a rollout may take down (1).
        max_unavailable: Option<Expr>,
        /// Pods on different nodes (preferred; statefulset required).
        spread: Option<Spread>,
        /// Its pods form a quorum: an even number is a mistake.
        quorum: bool,
        /// The delivery unit (the service's).
        unit: Option<Label>,
    }
}

impl Component {
    fn end(&mut self, decoder: &mut Decoder<'_>) {
        self.removal.end(&mut self.pod.main.bounds, decoder);
    }

    /// What a restart of its pods disturbs, at worst.
    pub fn disruption(&self) -> Disruption {
        let implied = match (self.data_plane, self.serves.is_empty()) {
            (true, _) => Disruption::DataPlane,
            (false, false) => Disruption::ApiBlip,
            (false, true) => Disruption::ControlOnly,
        };
        self.disruption.as_ref().map_or(implied, |said| said.value)
    }

    /// Whether its pods stand on different nodes.
    pub fn spread(&self) -> Spread {
        self.spread.unwrap_or(match self.kind {
            ComponentKind::StatefulSet => Spread::Required,
            ComponentKind::Deployment | ComponentKind::DaemonSet => Spread::Preferred,
        })
    }
}

words! {
    /// A step of the upgrade of a service; the last one, by which tables lose what only older programs read, is the ordinary state.
    pub enum UpgradeStep {
        /// The next release says whether it could start here.
        Check = "check",
        /// Tables get what the next release adds; the programs of this one go on.
        Expand = "expand",
        /// The programs of the next release take the place of the old ones.
        Rolling = "rolling",
        /// Rows are rewritten to the new form while the programs run.
        Online = "online",
    }
}

impl UpgradeStep {
    /// Do the Jobs of the step run programs of the release that the service goes to?
    pub fn is_before(self) -> bool {
        matches!(self, UpgradeStep::Check | UpgradeStep::Expand)
    }
}

record! {
    /// A workload that ends; with `schedule` a CronJob. Named SERVICE-JOB-DIGEST, a CronJob without the digest.
    pub struct Job, include(pod: Pod) {
        /// A cron expression.
        schedule: Option<Expr>,
        /// What it does to data that older programs read; left out: nothing. `taco-gen plan` says whether there is a way back.
        migration: Option<Migration>,
        /// It is there only while the site has the service at this step of an upgrade. At `check` and `expand` its images are those of the next release.
        upgrade: Option<Traced<UpgradeStep>>,
        /// What it runs, in place of `run`, at the steps `rolling` and `online`: what programs of the release before can live with.
        run_while_rolling: Vec<Expr>,
        /// How often it is tried again (1000 for gated jobs).
        retries: Int<0, 10_000> = Int(1000),
        /// Seconds one run may take.
        deadline: Option<Int<1, 604_800>>,
        /// It is there and not started, until a site or somebody says so: a run by hand (#false).
        suspended: Option<Traced<bool>>,
        /// Under `provides`: the absolute folder for the client's credentials.
        client_secret: Option<String>,
        /// The delivery unit (the service's).
        unit: Option<Label>,
    }
}
