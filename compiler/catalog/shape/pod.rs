//! The shapes of pods: containers, mounts, probes, what they wait for.
//!
//! Invariant: what is not described here has no effect; an unknown name is an error.

use super::{BOUNDS, TEXTS, VALUES};
use crate::tree::shape::{Record, Shape, optional, required};

pub(super) static MOUNT: Record = Record {
    name: "Mount",
    doc: "A config file in a container; `mount FILE at=\"/etc/nova/nova.conf\"`. A file with secret options brings its drop-in \
          `secret.conf` along, in the folder `<at without extension>.conf.d`.",
    positional: &["at"],
    shorthand: Some("at"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("at", Shape::Text, "The absolute path in the container."),
        optional("drop-in", Shape::Text, "The folder of the drop-in, for a program that looks in another."),
    ],
};

pub(super) static SECRET_MOUNT: Record = Record {
    name: "SecretMount",
    doc: "A secret as files in a container; `secret NAME at=\"/run/secrets/x\"`. NAME is a secret of this service, SERVICE/NAME another's.",
    positional: &["at"],
    shorthand: Some("at"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("at", Shape::Text, "The absolute folder; each key is a file in it."),
        optional("mode", Shape::Text, "The files' mode, octal in a string (\"0440\")."),
        optional("optional", Shape::Boolean, "The pod starts without it."),
    ],
};

pub(super) static VOLUME: Record = Record {
    name: "Volume",
    doc: "A folder in a container; `volume NAME at=\"/var/lib/x\" kind=host path=\"/var/lib/x\"`. Kind, path and size are said once in \
          the pod, other containers repeat only name and `at`.",
    positional: &["at"],
    shorthand: Some("at"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("at", Shape::Text, "The absolute path in the container."),
        optional(
            "kind",
            Shape::Choice(&["empty", "memory", "host", "claim", "shared-claim"]),
            "Where it lives: emptyDir, emptyDir in memory, the node, a claim of the pod (StatefulSet), a claim of all its pods (empty).",
        ),
        optional("path", Shape::Text, "The path on the node, for `host`."),
        optional(
            "host-type",
            Shape::Choice(&["Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket", "CharDevice"]),
            "What must be on the node (DirectoryOrCreate).",
        ),
        optional("size", Shape::Scalar, "A quantity, for claims and a limit for empty ones."),
        optional("class", Shape::Scalar, "The StorageClass of a claim (the site's)."),
        optional("access", Shape::Text, "ReadWriteOnce, ReadWriteMany ... of a claim (ReadWriteOnce)."),
        optional("read-only", Shape::Boolean, "Mounted read-only."),
        optional("propagation", Shape::Choice(&["HostToContainer", "Bidirectional"]), "Mount propagation."),
        optional("sub-path", Shape::Text, "A folder inside the volume."),
    ],
};

pub(super) static PORT: Record = Record {
    name: "Port",
    doc: "A port of a container that no endpoint names; `port NAME 3306`.",
    positional: &["number"],
    shorthand: Some("number"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("number", Shape::Integer(1, 65535), "The number."),
        optional("protocol", Shape::Choice(&["TCP", "UDP", "SCTP"]), "TCP where left out."),
    ],
};

pub(super) static PROBE: Record = Record {
    name: "Probe",
    doc: "How the kubelet asks; one of http, tcp and exec.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        optional("http", Shape::Text, "The path of a GET."),
        optional("tcp", Shape::Boolean, "A TCP connection."),
        optional("exec", VALUES, "A command."),
        optional("port", Shape::Integer(1, 65535), "The port, where the container has several."),
        optional("delay", Shape::Integer(0, 3600), "Seconds before the first."),
        optional("period", Shape::Integer(1, 3600), "Seconds between two."),
        optional("timeout", Shape::Integer(1, 3600), "Seconds one may take."),
        optional("failures", Shape::Integer(1, 10_000), "Failures in a row that count."),
    ],
};

pub(super) static ACCESS: Record = Record {
    name: "Access",
    doc: "A rule of the pod's Role; `access secrets verbs=\"get,update\" names=\"keystone-fernet-keys\"`.",
    positional: &["resource"],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        required("resource", Shape::Text, "The resource, plural, for instance `secrets`."),
        optional("group", Shape::Text, "Its API group (core)."),
        required("verbs", TEXTS, "The verbs, each a word."),
        optional("names", TEXTS, "The object names; left out: all in the namespace."),
    ],
};

pub(super) static AFTER: Record = Record {
    name: "After",
    doc: "Something that must be there before the pod's own containers start; exactly one of the fields.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        optional("job", Shape::Text, "A job of this service, or SERVICE/JOB, has completed."),
        optional("endpoint", Shape::Text, "The endpoint's Service has a ready pod."),
        optional("provider", Shape::Text, "The Service that provides this capability has a ready pod."),
        optional("same-node", Shape::Text, "A pod of COMPONENT or SERVICE/COMPONENT is ready on the same node."),
        optional("component", Shape::Text, "A pod of COMPONENT or SERVICE/COMPONENT is ready somewhere."),
    ],
};

/// Fields of every container.
pub static CONTAINER: Record = Record {
    name: "Container",
    doc: "A container.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        optional("image", Shape::Text, "A key of the release's images (the service's)."),
        optional("run", VALUES, "The command and its arguments; after a script: its arguments."),
        optional(
            "script",
            Shape::Text,
            "A file under `files/` to run; `.py` with python3, `.sh` with sh. It is mounted at /opt/taco/bin/.",
        ),
        optional("scripts", TEXTS, "More files under `files/` to mount at /opt/taco/bin/."),
        optional("env", Shape::Map(&Shape::Scalar), "Environment variables. No secrets: mount them."),
        optional("mount", Shape::Table(&Shape::Record(&MOUNT)), "Config files."),
        optional("secret", Shape::Table(&Shape::Record(&SECRET_MOUNT)), "Secrets as files."),
        optional("volume", Shape::Table(&Shape::Record(&VOLUME)), "Folders."),
        optional("port", Shape::Table(&Shape::Record(&PORT)), "Ports beyond those of the endpoints it serves."),
        optional("user", Shape::Integer(0, 4_294_967_294), "The uid (the service's); 0 needs root."),
        optional("privileged", Shape::Boolean, "Full access to the node."),
        optional("capabilities", TEXTS, "Linux capabilities to add; all others are dropped."),
        optional("writable-root", Shape::Boolean, "The root file system is writable. Say why in a comment."),
        optional("cpu", Shape::Scalar, "Requested CPU, a quantity (100m)."),
        optional("cpu-limit", Shape::Scalar, "CPU limit (none: a throttled daemon misses heartbeats)."),
        optional("memory", Shape::Scalar, "Requested memory (256Mi)."),
        optional("memory-limit", Shape::Scalar, "Memory limit (1Gi)."),
        optional("ready", Shape::Record(&PROBE), "Readiness."),
        optional("live", Shape::Record(&PROBE), "Liveness; must be more patient than readiness."),
        optional("started", Shape::Record(&PROBE), "Start-up."),
        optional("stop", VALUES, "A command before the container is stopped."),
    ],
};

/// Fields of every pod.
pub static POD: Record = Record {
    name: "Pod",
    doc: "A pod; the container fields describe its main container.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&CONTAINER],
    fields: &[
        required(
            "on",
            Shape::Text,
            "The node label that it needs, as in schema/roles.kdl (openstack-control-plane ...).",
        ),
        optional(
            "needs",
            TEXTS,
            "Capabilities (database, queue, cache ...) and endpoint ids: waits for the provider and for this service's own client jobs of that capability, and may talk to it.",
        ),
        optional("talks", TEXTS, "Capabilities and endpoint ids that it may talk to without waiting."),
        optional("after", Shape::Sequence(&AFTER), "More to wait for."),
        optional(
            "init",
            Shape::Table(&Shape::Record(&CONTAINER)),
            "Containers that run first, after the start-up gate, in order.",
        ),
        optional("sidecar", Shape::Table(&Shape::Record(&CONTAINER)), "Containers beside the main one."),
        optional(
            "node-options",
            Shape::Map(&Shape::Map(&Shape::Map(&Shape::Scalar))),
            "File -> section -> option with values known only on the node; an init container writes each file, an oslo INI, into /run/taco/node/.",
        ),
        optional("access", Shape::Sequence(&ACCESS), "What it may do at the Kubernetes API; left out: nothing."),
        optional("host-network", Shape::Boolean, "Uses the node's network."),
        optional("host-pid", Shape::Boolean, "Sees the node's processes."),
        optional("host-ipc", Shape::Boolean, "Shares the node's IPC."),
        optional("grace", Shape::Integer(0, 86_400), "Seconds between TERM and KILL (30)."),
        optional(
            "open",
            TEXTS,
            "Ports (by name or endpoint id) that anyone may reach, beyond those whose needs are declared.",
        ),
        optional("egress", TEXTS, "Where it may go beyond its needs: `any`, `kubernetes`, or site networks by name."),
    ],
};
