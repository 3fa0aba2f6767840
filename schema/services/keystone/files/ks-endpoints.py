#!/usr/bin/env python3
"""Enter a service's endpoints into the catalog; what is there is set to what it should be."""

import json
import os
import sys

import ks

identity = ks.connect().identity
for wanted in json.loads(os.environ["TACO_ENDPOINTS"]):
    services = [service for service in identity.services(type=wanted["type"])]
    if not services:
        sys.exit(f"the catalog has no service of type {wanted['type']}")
    for interface, url in sorted(wanted["interfaces"].items()):
        found = [
            endpoint
            for endpoint in identity.endpoints(service_id=services[0].id, interface=interface)
            if endpoint.region_id == wanted["region"]
        ]
        fields = {"url": url, "region_id": wanted["region"], "is_enabled": True}
        if found:
            identity.update_endpoint(found[0], **fields)
        else:
            identity.create_endpoint(service_id=services[0].id, interface=interface, **fields)
        print(f"{wanted['type']} {interface} is {url}", flush=True)
