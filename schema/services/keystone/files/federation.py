#!/usr/bin/env python3
"""Make identity providers, their mappings and protocols; run again, it changes only what differs."""

import json
import sys

import ks


def put(identity, path, key, fields):
    """An entity whose id is in its path: made where it is missing, changed where it differs."""
    answer = identity.call("GET", path)
    if answer.status_code == 404:
        identity.must("PUT", path, {key: fields})
        return "made"
    if answer.status_code >= 300:
        sys.exit(f"GET {path}: answer {answer.status_code}: {answer.text[:300]}")
    known = answer.json()[key]
    changed = {name: value for name, value in fields.items() if known.get(name) != value}
    if not changed:
        return "as it was"
    identity.must("PATCH", path, {key: changed})
    return "changed"


def main():
    identity = ks.Identity()
    for provider in ks.wanted("TACO_PROVIDERS"):
        name, protocol = provider["name"], provider["protocol"]
        domain, done = identity.ensure("domains", {"name": provider["domain"]}, {"enabled": True})
        ks.say(f"domain {domain['name']} {done}")
        base = f"/OS-FEDERATION/identity_providers/{name}"
        path = f"/OS-FEDERATION/mappings/{name}"
        ks.say(f"mapping {name} {put(identity, path, 'mapping', {'rules': json.loads(provider['rules'])})}")
        # The domain of a provider is said once: it cannot change.
        known = identity.call("GET", base)
        fields = {"enabled": True, "remote_ids": [provider["issuer"]]}
        if known.status_code == 404:
            fields["domain_id"] = domain["id"]
        ks.say(f"identity provider {name} {put(identity, base, 'identity_provider', fields)}")
        path = f"{base}/protocols/{protocol}"
        ks.say(f"protocol {protocol} {put(identity, path, 'protocol', {'mapping_id': name})}")


if __name__ == "__main__":
    main()
