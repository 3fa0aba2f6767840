#!/usr/bin/env python3
"""Give a reinstalled node back the identity that nova knows it by: the UUID of its hypervisor, in a file that went with the old disk.

Without the file (`compute_id`) nova-compute refuses to start on a node that it has seen before. Which hypervisor the node is says the
name that Kubernetes has for the node. A node that nova does not know, or whose file is there, is left as it is.
https://docs.openstack.org/nova/latest/admin/compute-node-identification.html
"""

import os
import sys

from keystoneauth1 import loading
from oslo_config import cfg

FOLDER = "/var/lib/nova"
FILE = f"{FOLDER}/compute_id"
GROUP = "placement"


def session():
    """A session with the account by which nova-compute itself asks other services, and its region and interface."""
    conf = cfg.ConfigOpts()
    loading.register_auth_conf_options(conf, GROUP)
    loading.register_adapter_conf_options(conf, GROUP)
    loading.register_session_conf_options(conf, GROUP)
    conf([], default_config_files=["/etc/nova/nova.conf"], default_config_dirs=["/etc/nova/nova.conf.d"])
    auth = loading.load_auth_from_conf_options(conf, GROUP)
    return loading.load_session_from_conf_options(conf, GROUP, auth=auth), conf[GROUP]


def hypervisors(host):
    """The UUIDs of the hypervisors of a host; an answer of many comes in pages."""
    connection, options = session()
    place = {"service_type": "compute", "interface": options.valid_interfaces, "region_name": options.region_name}
    path, found = "/os-hypervisors/detail", []
    query = {}
    while True:
        answer = connection.get(path, params=query, endpoint_filter=place, headers={"OpenStack-API-Version": "compute 2.53"})
        page = answer.json()["hypervisors"]
        found += [one["id"] for one in page if one["service"]["host"] == host]
        if not answer.json().get("hypervisors_links"):
            return found
        query = {"marker": page[-1]["id"]}


def main():
    host = os.environ["OS_DEFAULT__HOST"]
    if os.path.exists(FILE):
        return
    found = hypervisors(host)
    if len(found) > 1:
        sys.exit(f"nova knows {len(found)} hypervisors of {host}: write the UUID of the right one to {FILE} on the node")
    if not found:
        print(f"nova does not know {host} yet: it gets an identity of its own")
        return
    temporary = f"{FILE}.new"
    with open(temporary, "w", encoding="ascii") as file:
        file.write(found[0])
    os.rename(temporary, FILE)
    print(f"{host} is the hypervisor {found[0]} again")


if __name__ == "__main__":
    main()
