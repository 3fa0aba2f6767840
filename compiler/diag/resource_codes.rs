//! The codes of resources that a site declares, and of what it says of how its components run and are reached.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The codes from `TG0682` to `TG0695`, but `TG0690`.
pub static RESOURCE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0682",
        title: "unknown kind of resource",
        explanation: "No service has resources of that kind. `taco-gen services NAME` lists the kinds of a service with their fields; service data of the project can declare more (`resource KIND { field NAME ... }`).",
    },
    CodeEntry {
        code: "TG0683",
        title: "an unknown field of a resource",
        explanation: "The kind has no field of that name, or the resource is `absent` and its fields have no effect. The hint names the fields of the kind.",
    },
    CodeEntry {
        code: "TG0684",
        title: "a resource without a required field",
        explanation: "The API requires the field to create the resource. Add it, or set `absent #true` for a resource that is to be deleted.",
    },
    CodeEntry {
        code: "TG0685",
        title: "an invalid value in a resource",
        explanation: "The value has the wrong type, is not one of the allowed values or out of range, or is an address outside the network that the resource names. The API would reject it when the Job runs.",
    },
    CodeEntry {
        code: "TG0686",
        title: "a resource that refers to an unknown name",
        explanation: "A field names another resource, a secret, a node or a physical network that the site does not declare, or a resource that is `absent`. Declare it in `resources`, or correct the name. Resources that were created by hand are unknown to the site; declare them too: the Job adopts an existing resource of that name and only changes the fields that the site sets.",
    },
    CodeEntry {
        code: "TG0687",
        title: "resources that nothing creates",
        explanation: "The service of this kind is disabled, does not have such resources in this release, or has no Job that can log in: with externally provided accounts, the site has no administrator. Enable the service (`service NAME { enabled #true }`), or remove the resources.",
    },
    CodeEntry {
        code: "TG0688",
        title: "a resource that the services depend on",
        explanation: "Some resources exist in every cloud: the administrator, the service project, the default domain. The site's Jobs sign in as the administrator with the password from the store. If declared here, such a resource can be changed, but not deleted or given another password; use `passwords rotate` to change that password everywhere.",
    },
    CodeEntry {
        code: "TG0691",
        title: "settings of a disabled component",
        explanation: "`enabled #false` removes the component from the site, with its Services and endpoints, so other settings of it have no effect. Remove one of the two.",
    },
    CodeEntry {
        code: "TG0692",
        title: "an autoscaler that cannot work",
        explanation: "A HorizontalPodAutoscaler changes the replicas of a Deployment between `min` and `max` according to the load. Quorum members and pods that others list by name have a fixed number, and a DaemonSet has one per node. `replicas` in the spec and the autoscaler would overwrite each other at every sync. The load is `cpu` or `memory`, as a percentage of the requests. See https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/.",
    },
    CodeEntry {
        code: "TG0693",
        title: "a node port without effect",
        explanation: "`node-port` of an endpoint is only used if public endpoints are exposed by node ports (`expose nodeport`), and is part of the public URL. To expose another port, use `component NAME { node-port PORT NUMBER }` with a port of its main container or an endpoint that it serves. Pods on the host network do not need one.",
    },
    CodeEntry {
        code: "TG0694",
        title: "duplicate node port",
        explanation: "A node port belongs to one Service; the API server rejects the second. Choose another number between 30000 and 32767, the default `--service-node-port-range`.",
    },
    CodeEntry {
        code: "TG0695",
        title: "a suspended job that something waits for",
        explanation: "A suspended Job only runs after `suspend` is set to false by hand, and what waits for it would not start before. Only Jobs that nothing waits for can be suspended.",
    },
];
