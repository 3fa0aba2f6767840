#!/usr/bin/env python3
"""Enter a service into the catalog: TACO_SERVICES is a JSON list of {type, name, description}."""

import ks


def main():
    identity = ks.Identity()
    for service in ks.wanted("TACO_SERVICES"):
        fields = {"name": service["name"], "description": service["description"], "enabled": True}
        entity, done = identity.ensure("services", {"type": service["type"]}, fields)
        ks.say(f"service {entity['name']} of type {service['type']}: {done}")


if __name__ == "__main__":
    main()
