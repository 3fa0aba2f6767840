#!/usr/bin/env python3
"""Forget services of pods that are gone: those of conductor and scheduler that have been down for a day."""

import datetime
import os

import identity

# From 2.53 on a service has an id that is its own in all cells.
VERSION = {"OpenStack-API-Version": "compute 2.53", "X-OpenStack-Nova-API-Version": "2.53"}


def main():
    session, services = identity.Session(), f"{os.environ['TACO_API']}/os-services"
    session.headers.update(VERSION)
    limit = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    for service in session.must("GET", services)["services"]:
        said = service["updated_at"]
        seen = datetime.datetime.strptime(f"{said}+0000", "%Y-%m-%dT%H:%M:%S.%f%z") if said else limit
        # The row of a compute node is what its instances refer to: it is never removed here.
        if service["binary"] in ("nova-conductor", "nova-scheduler") and service["state"] == "down" and seen < limit:
            session.must("DELETE", f"{services}/{service['id']}")
            print(f"{service['binary']} on {service['host']} is forgotten", flush=True)


if __name__ == "__main__":
    main()
