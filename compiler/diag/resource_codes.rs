//! The codes of resources that a site declares, and of what it says of how its components run and are reached.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The codes from `TG0682` to `TG0695`, but `TG0690`.
pub static RESOURCE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0682",
        title: "unknown kind of resource",
        explanation: "No service makes resources of that kind. `taco-gen services NAME` lists the kinds of a service with their fields; a service folder of the project can declare more (`resource KIND { field NAME ... }`).",
    },
    CodeEntry {
        code: "TG0683",
        title: "an unknown field of a resource",
        explanation: "The kind has no field of that name, or the resource is `absent` and its fields have no effect. The hint names the fields of the kind.",
    },
    CodeEntry {
        code: "TG0684",
        title: "a resource without a required field",
        explanation: "The API cannot make the resource without that field. Add it, or say `absent #true` of a resource that is to be deleted.",
    },
    CodeEntry {
        code: "TG0685",
        title: "an invalid value of a resource",
        explanation: "The value is not of the type that the field has, not among its words or within its bounds, or an address outside the network that the resource names. The API would refuse it when the Job runs.",
    },
    CodeEntry {
        code: "TG0686",
        title: "a resource names what is not there",
        explanation: "A field names another resource, a secret, a node or a physical network that the site does not declare, or a resource that is `absent`. Declare it in `resources`, or correct the name. What is made by hand in the cloud is not known to the site; declare it too: the Job takes a resource of that name as it is and changes only the fields that the site gives.",
    },
    CodeEntry {
        code: "TG0687",
        title: "resources that nothing makes",
        explanation: "The service that owns the kind is off, has no such resources in the release, or has no Job that could log in: with accounts that are given to the site, it knows no administrator. Turn the service on (`service NAME { enabled #true }`), or remove the resources.",
    },
    CodeEntry {
        code: "TG0688",
        title: "a resource that the services depend on",
        explanation: "Some resources are there in every cloud: the administrator, the project of the services, the default domain. The Jobs of the site sign in as the administrator, with the password that the store holds. Declared here, they may be changed, but neither deleted nor given another password; `passwords rotate` changes that one everywhere.",
    },
    CodeEntry {
        code: "TG0691",
        title: "settings of a component that is off",
        explanation: "`enabled #false` leaves the component out of the site, with its Services and what it serves. Whatever else is said of it has no effect. Remove one of the two.",
    },
    CodeEntry {
        code: "TG0692",
        title: "an autoscaler that cannot work",
        explanation: "A HorizontalPodAutoscaler changes the replicas of a Deployment between `min` and `max` as the load of its pods asks for. Members of a quorum and pods that others list by name have a fixed number, a DaemonSet has one a node. `replicas` in the spec and the autoscaler would undo each other with each sync. Which load: `cpu` or `memory`, percent of what the pods request. See https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/.",
    },
    CodeEntry {
        code: "TG0693",
        title: "a node port without effect",
        explanation: "`node-port` of an endpoint is its port where the site exposes public endpoints by node ports (`expose nodeport`), and stands in its public URL. Any other port of a component is reached by `component NAME { node-port PORT NUMBER }`, which names a port of its main container or an endpoint that it serves. Pods on the node's network need none.",
    },
    CodeEntry {
        code: "TG0694",
        title: "a node port twice",
        explanation: "A node port leads to one Service: the API server refuses the second. Choose another number between 30000 and 32767, the range of `--service-node-port-range`.",
    },
    CodeEntry {
        code: "TG0695",
        title: "a suspended job that something waits for",
        explanation: "A suspended Job starts when somebody sets `suspend` of it to false, and what waits for it would not start before. Only jobs that nothing waits for can be suspended.",
    },
];
