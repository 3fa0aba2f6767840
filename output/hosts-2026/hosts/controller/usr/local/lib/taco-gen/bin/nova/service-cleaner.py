#!/usr/bin/env python3
"""Forget services of pods that are gone: those of conductor and scheduler that have been down for a day."""

import datetime
import os

import openstack

TRUST = "/run/taco/trust/ca.crt"

with open("/run/secrets/admin/password", encoding="utf-8") as file:
    password = file.read().strip()
connection = openstack.connection.Connection(
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
limit = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(days=1)
for service in connection.compute.services():
    seen = datetime.datetime.fromisoformat(service.updated_at) if service.updated_at else limit
    # The row of a compute node is what its instances refer to: it is never removed here.
    if service.binary in ("nova-conductor", "nova-scheduler") and service.state == "down" and seen < limit:
        connection.compute.delete_service(service)
        print(f"{service.binary} on {service.host} is forgotten", flush=True)
