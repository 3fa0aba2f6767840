#!/usr/bin/env python3
"""Enter endpoints into the catalog: TACO_ENDPOINTS is a JSON list of {type, region, interfaces: {public, internal, admin}}.

There is one endpoint for each service, region and interface afterwards: clients take any of several, so others are
switched off.
"""

import sys

import ks


def main():
    identity = ks.Identity()
    for wanted in ks.wanted("TACO_ENDPOINTS"):
        services = identity.found("services", type=wanted["type"])
        if not services:
            sys.exit(f"the catalog has no service of type {wanted['type']}")
        for interface, url in sorted(wanted["interfaces"].items()):
            match = {"service_id": services[0]["id"], "interface": interface, "region_id": wanted["region"]}
            entity, done = identity.ensure("endpoints", match, {"url": url, "enabled": True})
            ks.say(f"{wanted['type']} {interface} in {wanted['region']} is {url}: {done}")
            for other in identity.found("endpoints", **match):
                if other["id"] != entity["id"] and other["enabled"]:
                    identity.must("PATCH", f"/endpoints/{other['id']}", {"endpoint": {"enabled": False}})
                    ks.say(f"{wanted['type']} {interface} was {other['url']} too: switched off")


if __name__ == "__main__":
    main()
