//! Where pods run, what they are labelled with, and which files of the site they carry.
//!
//! Invariant: each of these is a word of its own, so that it is checked; none needs a patch.

use super::expr::Expr;
use super::scalar::{ObjectName, RelativePath};
use crate::tree::node::Node as Anything;
use crate::tree::record::{Entries, Int, Plain, Table};
use crate::tree::scalar::Typed;
use crate::tree::word::{Mode, Traced, Word};
use crate::{record, words};

words! {
    /// What a taint does to pods that do not tolerate it.
    pub enum TaintEffect {
        /// They are not placed on the node.
        NoSchedule = "NoSchedule",
        /// They are placed on the node only where no other has room.
        PreferNoSchedule = "PreferNoSchedule",
        /// Those that run on the node leave it.
        NoExecute = "NoExecute",
    }
}

record! {
    /// A taint of nodes that pods run with: `toleration "node-role.kubernetes.io/control-plane" effect=NoSchedule`; `*` stands for every taint.
    pub struct Toleration, key(taint) {
        /// The value that the taint has; left out: any.
        value: Option<Word>,
        /// The effect; left out: all.
        effect: Option<TaintEffect>,
        /// Seconds that a pod stays on a node that gets the taint, of `NoExecute` (indefinitely).
        seconds: Option<Traced<Int<0, 604_800>>>,
    }
}

words! {
    /// What becomes of a pod that would make a spread too uneven.
    pub enum Unsatisfiable {
        /// It waits.
        Wait = "DoNotSchedule",
        /// It runs where it makes the spread least uneven.
        Run = "ScheduleAnyway",
    }
}

record! {
    /// Pods spread evenly over the values of a node label: `topology-spread "topology.kubernetes.io/rack"`.
    pub struct TopologySpread, key(label) {
        /// How many more pods one value may have than another (1).
        max_skew: Int<1, 1000> = Int(1),
        /// What becomes of a pod that would make it more uneven (ScheduleAnyway).
        unsatisfiable: Unsatisfiable = Unsatisfiable::Run,
    }
}

record! {
    /// Where pods run, and what they are labelled with.
    pub struct PodSettings {
        /// Taints of nodes that the pods run with.
        tolerations as "toleration": Table<Toleration>,
        /// Node labels that the pods need beside that of the service: `node-selector { rack r1 }`.
        node_selector: Entries<Plain>,
        /// Node labels over whose values the pods are spread evenly.
        spreads as "topology-spread": Table<TopologySpread>,
        /// The pods' `affinity`, merged with that of the service.
        affinity: Option<Anything>,
        /// The PriorityClass of the pods.
        priority_class: Option<Typed<ObjectName>>,
        /// Annotations of the pods.
        annotations: Entries<Plain>,
        /// Labels of the pods.
        labels: Entries<Plain>,
        /// Annotations of the pods' ServiceAccount.
        account_annotations: Entries<Plain>,
    }
}

record! {
    /// A file or a folder of the site in a pod: `file vendordata.json at="/etc/nova/vendordata.json" source="files/vendordata.json"`.
    pub struct PodFile, positional("at"), key(name) {
        /// The absolute path in the container.
        at: Traced<String>,
        /// The file, or the folder, below the site's folder.
        source: Option<Typed<RelativePath>>,
        /// The text, in place of a file of the site's folder; may be or hold references, none of them to a secret.
        content: Option<Expr>,
        /// The file's mode, octal in a string ("0444").
        mode: Mode = Mode(0o444),
        /// Containers of the pod that have it (the main one).
        containers: Vec<Word>,
    }
}

impl Toleration {
    /// Does it tolerate only taints that make running pods leave?
    pub fn is_evicting(&self) -> bool {
        self.effect == Some(TaintEffect::NoExecute)
    }
}

impl PodSettings {
    /// Does it say nothing?
    pub fn is_empty(&self) -> bool {
        let names = [&self.node_selector, &self.annotations, &self.labels, &self.account_annotations];
        let is_bare = self.affinity.is_none() && self.priority_class.is_none();
        is_bare && self.tolerations.is_empty() && self.spreads.is_empty() && names.iter().all(|named| named.is_empty())
    }
}
