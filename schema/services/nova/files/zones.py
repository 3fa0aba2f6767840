#!/usr/bin/env python3
"""Make each zone of the site's nodes an aggregate with its availability zone; run again, it changes only what differs."""

import json
import os
import sys

import identity


class Aggregates(identity.Session):
    """The aggregates of the compute API."""

    def __init__(self):
        super().__init__()
        self.api = os.environ["TACO_API"]
        self.place = f"{self.api}/os-aggregates"

    def hosts(self):
        return {service["host"] for service in self.must("GET", f"{self.api}/os-services?binary=nova-compute")["services"]}

    def by_name(self):
        return {one["name"]: one for one in self.must("GET", self.place)["aggregates"]}

    def make(self, zone):
        body = {"aggregate": {"name": zone, "availability_zone": zone}}
        return self.must("POST", self.place, body)["aggregate"]

    def act(self, aggregate, action, fields):
        self.must("POST", f"{self.place}/{aggregate['id']}/action", {action: fields})


def apply(compute, wanted):
    """Bring aggregates to what is wanted, host by host; the hosts that nova does not know yet."""
    known, aggregates = compute.hosts(), compute.by_name()
    # A host leaves its old zone first: nova lets it be in one alone.
    for name, aggregate in aggregates.items():
        for host in aggregate.get("hosts") or []:
            # An aggregate of another name and zone is not one of these: hosts may be in it too.
            is_zone = aggregate["availability_zone"] == name
            if wanted.get(host, name) != name and is_zone:
                compute.act(aggregate, "remove_host", {"host": host})
                print(f"{host} has left {name}", flush=True)
    for zone in sorted(set(wanted.values())):
        aggregate = aggregates.get(zone)
        if aggregate is None:
            aggregate = compute.make(zone)
            print(f"aggregate {zone} is made", flush=True)
        elif aggregate["availability_zone"] != zone:
            compute.act(aggregate, "set_metadata", {"metadata": {"availability_zone": zone}})
        has = set(aggregate.get("hosts") or [])
        for host in sorted(host for host, own in wanted.items() if own == zone):
            if host in known and host not in has:
                compute.act(aggregate, "add_host", {"host": host})
                print(f"{host} is in {zone}", flush=True)
    return sorted(set(wanted) - known)


def main():
    """Ends with an error while a compute node is missing, so that the Job is tried again."""
    wanted = {node["host"]: node["zone"] for node in json.loads(os.environ["TACO_ZONES"])}
    missing = apply(Aggregates(), wanted)
    if missing:
        sys.exit(f"nova does not know these compute nodes yet: {', '.join(missing)}")


if __name__ == "__main__":
    main()
