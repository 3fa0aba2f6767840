//! Init containers of taco-gen's own.
//!
//! Invariant: they have no rights at all.

use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;

/// Where an API token is mounted.
pub const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A container that runs before the pod's own, with no rights at all.
pub fn restricted_init_container(draft: ItemBuilder, name: &'static str, image: Item, command: Item) -> Item {
    let security = draft.map([
        ("allowPrivilegeEscalation", draft.flag(false)),
        ("capabilities", draft.map([("drop", draft.texts(["ALL"]))])),
        ("readOnlyRootFilesystem", draft.flag(true)),
        ("runAsNonRoot", draft.flag(true)),
        ("runAsUser", draft.integer(65534)),
    ]);
    let requests = draft.map([("cpu", draft.text("10m")), ("memory", draft.text("32Mi"))]);
    let limits = draft.map([("memory", draft.text("128Mi"))]);
    draft.map([
        ("name", draft.text(name)),
        ("image", image),
        ("imagePullPolicy", draft.text("IfNotPresent")),
        ("command", command),
        ("resources", draft.map([("requests", requests), ("limits", limits)])),
        ("securityContext", security),
    ])
}
