#!/usr/bin/env python3
"""Enter a service into the catalog; what is there is set to what it should be."""

import json
import os

import ks

identity = ks.connect().identity
for wanted in json.loads(os.environ["TACO_SERVICES"]):
    fields = {"name": wanted["name"], "description": wanted["description"], "is_enabled": True}
    found = [service for service in identity.services(type=wanted["type"])]
    if found:
        identity.update_service(found[0], **fields)
    else:
        identity.create_service(type=wanted["type"], **fields)
    print(f"service {wanted['type']} is in the catalog", flush=True)
