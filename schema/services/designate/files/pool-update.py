#!/usr/bin/env python3
"""Tells designate-central of the pools in /etc/designate/pools.yaml.

designate-central takes name servers, and BIND the servers that it transfers zones from, by address alone: their names are
looked up here. The address of a Service stays as long as the Service does.
"""

import os
import socket
import tempfile

import yaml

POOLS = "/etc/designate/pools.yaml"


def address(host):
    """The address of a host; IPv4 before IPv6, the lowest one, so that two runs agree."""
    found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    return min((family != socket.AF_INET, place[0]) for family, *_, place in found)[1]


def main():
    with open(POOLS, encoding="utf-8") as file:
        pools = yaml.safe_load(file)
    for pool in pools:
        masters = [master for target in pool.get("targets", []) for master in target.get("masters", [])]
        for server in pool.get("nameservers", []) + masters:
            server["host"] = address(server["host"])
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False, encoding="utf-8") as file:
        yaml.safe_dump(pools, file)
    os.execvp("designate-manage", ["designate-manage", "pool", "update", "--file", file.name])


if __name__ == "__main__":
    main()
