"""The releases and services that the option tables know, and how their names differ between sources.

Invariant: RELEASES is in order of publication; a run of releases in a table follows this order.
"""

RELEASES = ["ocata", "pike", "queens", "train", "zed", "2024.1", "2025.1", "2025.2", "2026.1", "2026.2"]

# Since 2024.1 a release is known by its date; its packages' branches and constraints still carry a code name.
CODENAMES = {"caracal": "2024.1", "epoxy": "2025.1", "flamingo": "2025.2", "gazpacho": "2026.1", "hibiscus": "2026.2"}

SERVICES = [
    "keystone", "glance", "placement", "nova", "neutron", "cinder", "heat", "barbican", "magnum", "mistral", "senlin",
    "aodh", "ceilometer", "gnocchi", "octavia", "designate", "manila", "ironic", "masakari",
    "ovn_bgp_agent",
]

# The name on the package index, where it is not the service's own.
PACKAGES = {"placement": "openstack-placement", "heat": "openstack-heat", "ovn_bgp_agent": "ovn-bgp-agent"}

# A generator file's output name is not always the file that the service reads.
FILES = {
    "config-generator.mistral.conf": "mistral.conf",
    "designate_full.conf": "designate.conf",
}

# The file that every program of a service reads, where it is not SERVICE.conf: what no namespace lists is looked for there.
MAIN = {"glance": "glance-api.conf", "ovn_bgp_agent": "bgp-agent.conf"}

# Groups that stand in a program for those that a site names.
EXAMPLES = {"BRCD_FABRIC_EXAMPLE", "CISCO_FABRIC_EXAMPLE"}

# Options of a service's own test suite: no daemon reads such a file.
NOT_SERVICE_FILES = {"heat_integrationtests.conf"}

# Namespaces that a file's generator configuration leaves out, though the service reads their options. Octavia says its namespaces
# on a command line before 2024.1, and its sources import these besides; nova registers os-vif's options in every release, and
# os-vif lists them since Zed; neutron 29.0.0 still registers those of oslo.service's WSGI server.
ALSO = {
    "ocata": {"octavia.conf": ["oslo.middleware.cors", "oslo.policy"]},
    "pike": {"octavia.conf": ["oslo.middleware.cors", "oslo.policy"]},
    "queens": {"octavia.conf": ["oslo.middleware.cors", "oslo.policy", "castellan.config"]},
    "train": {"octavia.conf": ["oslo.middleware.cors", "oslo.middleware.http_proxy_to_wsgi", "oslo.policy", "castellan.config"]},
    "zed": {
        "octavia.conf": [
            "oslo.middleware.cors", "oslo.middleware.http_proxy_to_wsgi", "oslo.middleware.healthcheck", "oslo.policy",
            "castellan.config",
        ],
        "nova.conf": ["os_vif"],
    },
    "hibiscus": {"neutron.conf": ["oslo.service.wsgi"]},
}

# Libraries beside oslo.* that register options in the services' files.
LIBRARIES = {
    "castellan", "glance-store", "keystoneauth1", "keystonemiddleware", "neutron-lib", "os-brick", "os-ken", "os-vif",
    "osprofiler", "ovsdbapp", "tooz",
}


def package(service):
    """The package that holds a service."""
    return PACKAGES.get(service, service)


def release(series):
    """The release of a code name; a release's own name stays."""
    return CODENAMES.get(series, series)
