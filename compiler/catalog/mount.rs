//! What containers mount: files, secrets and volumes.
//!
//! Invariant: a volume has one kind, and says only what that kind takes.

use super::bounds::Bounds;
use super::expr::{Expr, Qualified};
use crate::tree::word::{Mode, Word};
use crate::{record, words};

record! {
    /// A config file in a container; `mount FILE at="/etc/nova/nova.conf"`. A file with secret options brings its drop-in `secret.conf` along, in the folder `<at without extension>.conf.d`.
    pub struct Mount, include(bounds: Bounds), positional("at"), shorthand("at") {
        /// The absolute path in the container.
        at: String,
        /// The folder of the drop-in, for a program that looks in another.
        drop_in: Option<String>,
        /// The absolute path on a host (`at`).
        host_at: Option<String>,
    }
}

impl Mount {
    /// The path on a host.
    pub fn on_host(&self) -> &str {
        self.host_at.as_deref().unwrap_or(&self.at)
    }

    /// The folder of the drop-in on a host.
    pub fn drop_in_on_host(&self) -> String {
        match (&self.drop_in, &self.host_at) {
            (None, Some(path)) => beside(path),
            _ => self.drop_in_folder(),
        }
    }

    /// The folder of the drop-in.
    pub fn drop_in_folder(&self) -> String {
        self.drop_in.clone().unwrap_or_else(|| beside(&self.at))
    }
}

/// The folder of the drop-in of a file at that path.
pub fn beside(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    format!("{stem}.conf.d")
}

record! {
    /// A secret as files in a container; `secret NAME at="/run/secrets/x"`. NAME is a secret of this service, SERVICE/NAME another's.
    pub struct SecretMount, include(bounds: Bounds), positional("at"), shorthand("at"), beside(secret: Qualified) {
        /// The absolute folder; each key is a file in it.
        at: String,
        /// The files' mode, octal in a string ("0440").
        mode: Mode = Mode(0o440),
        /// The pod starts without it.
        optional: bool,
    }
}

words! {
    /// Where a volume lives.
    pub enum VolumeKind {
        /// emptyDir.
        Empty = "empty",
        /// emptyDir in memory.
        Memory = "memory",
        /// The node.
        Host = "host",
        /// A claim of the pod (StatefulSet).
        Claim = "claim",
        /// A claim of all its pods.
        SharedClaim = "shared-claim",
        /// A claim that is there.
        ExistingClaim = "existing-claim",
        /// A ConfigMap.
        ConfigMap = "config-map",
        /// A Secret.
        Secret = "secret",
        /// A share of an NFS server, which the node mounts.
        Nfs = "nfs",
    }
}

words! {
    /// What must be on the node.
    pub enum HostType {
        /// A folder.
        Directory = "Directory",
        /// A folder, made where it is missing.
        DirectoryOrCreate = "DirectoryOrCreate",
        /// A file.
        File = "File",
        /// A file, made where it is missing.
        FileOrCreate = "FileOrCreate",
        /// A socket.
        Socket = "Socket",
        /// A character device.
        CharDevice = "CharDevice",
    }
}

words! {
    /// Mount propagation.
    pub enum Propagation {
        /// The container sees what the node mounts.
        HostToContainer = "HostToContainer",
        /// And the node what the container mounts.
        Bidirectional = "Bidirectional",
    }
}

words! {
    /// How a claim is attached.
    pub enum AccessMode {
        /// To one node, for writing.
        ReadWriteOnce = "ReadWriteOnce",
        /// To one pod, for writing.
        ReadWriteOncePod = "ReadWriteOncePod",
        /// To many nodes, for writing.
        ReadWriteMany = "ReadWriteMany",
        /// To many nodes, for reading.
        ReadOnlyMany = "ReadOnlyMany",
    }
}

record! {
    /// A folder in a container; `volume NAME at="/var/lib/x" kind=host path="/var/lib/x"`. Kind, path and size are said once in the pod, other containers repeat only name and `at`.
    pub struct Volume, include(bounds: Bounds), positional("at"), shorthand("at") {
        /// The absolute path in the container.
        at: String,
        /// Where it lives: emptyDir, emptyDir in memory, the node, a claim of the pod (StatefulSet), a claim of all its pods, an object that is there, or an NFS share (empty).
        kind: Option<VolumeKind>,
        /// The ConfigMap, the Secret or the claim that is there (the volume's name).
        object: Option<Word>,
        /// The path on the node, for `host`.
        path: Option<String>,
        /// The share of `nfs`, `SERVER:/PATH`.
        share: Option<Expr>,
        /// What must be on the node (DirectoryOrCreate).
        host_type: HostType = HostType::DirectoryOrCreate,
        /// A quantity, for claims and a limit for empty ones.
        size: Option<Expr>,
        /// The StorageClass of a claim (the site's).
        class: Option<Expr>,
        /// ReadWriteOnce, ReadWriteMany ... of a claim (ReadWriteOnce).
        access: AccessMode = AccessMode::ReadWriteOnce,
        /// Mounted read-only.
        read_only: bool,
        /// Mount propagation.
        propagation: Option<Propagation>,
        /// A folder inside the volume.
        sub_path: Option<String>,
    }
}
