#!/usr/bin/env python3
"""Make each zone of the site's nodes an aggregate with its availability zone; run again, it changes only what differs."""

import json
import os
import sys

import openstack

TRUST = "/run/taco/trust/ca.crt"


def connect():
    """The site's administrator at the compute API."""
    with open("/run/secrets/admin/password", encoding="utf-8") as file:
        password = file.read().strip()
    return openstack.connection.Connection(
        auth={
            "auth_url": os.environ["OS_AUTH_URL"],
            "username": os.environ["OS_USERNAME"],
            "password": password,
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        region_name=os.environ["OS_REGION_NAME"],
        interface="internal",
        verify=TRUST if os.path.exists(TRUST) else True,
    )


def apply(compute, wanted):
    """Bring aggregates to what is wanted, host by host; the hosts that nova does not know yet."""
    known = {service.host for service in compute.services(binary="nova-compute")}
    aggregates = {aggregate.name: aggregate for aggregate in compute.aggregates()}
    # A host leaves its old zone first: nova lets it be in one alone.
    for name, aggregate in aggregates.items():
        for host in aggregate.hosts or []:
            # An aggregate of another name and zone is not one of these: hosts may be in it too.
            is_zone = aggregate.availability_zone == name
            if wanted.get(host, name) != name and is_zone:
                compute.remove_host_from_aggregate(aggregate, host)
                print(f"{host} has left {name}", flush=True)
    for zone in sorted(set(wanted.values())):
        aggregate = aggregates.get(zone)
        if aggregate is None:
            aggregate = compute.create_aggregate(name=zone, availability_zone=zone)
            print(f"aggregate {zone} is made", flush=True)
        elif aggregate.availability_zone != zone:
            compute.set_aggregate_metadata(aggregate, {"availability_zone": zone})
        has = set(aggregate.hosts or [])
        for host in sorted(host for host, own in wanted.items() if own == zone):
            if host in known and host not in has:
                compute.add_host_to_aggregate(aggregate, host)
                print(f"{host} is in {zone}", flush=True)
    return sorted(set(wanted) - known)


def main():
    """Ends with an error while a compute node is missing, so that the Job is tried again."""
    wanted = {node["host"]: node["zone"] for node in json.loads(os.environ["TACO_ZONES"])}
    missing = apply(connect().compute, wanted)
    if missing:
        sys.exit(f"nova does not know these compute nodes yet: {', '.join(missing)}")


if __name__ == "__main__":
    main()
