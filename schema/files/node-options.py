#!/usr/bin/env python3
"""Fill in options whose values are known only on the node.

Every template in TEMPLATES is copied to OUTPUT with `@address:CIDR@` replaced by the address that this node has
in the network CIDR. The kernel's routing table tells which one: a UDP socket that is connected to the network
takes the source address that packets to it would have. No packet is sent.

`@node:NAME@` is replaced by what the table NODES has under NAME for this node: `*` stands for all nodes that it does
not name.
"""

import ipaddress
import json
import os
import re
import socket
import sys

TEMPLATES = "/opt/taco/templates"
OUTPUT = "/run/taco/node"
NODES = "/opt/taco/nodes.json"


def address_in(cidr):
    network = ipaddress.ip_network(cidr)
    for target in (network.network_address + 1, network.broadcast_address - 1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((str(target), 9))
            except OSError:
                continue
            found = ipaddress.ip_address(probe.getsockname()[0])
            if found in network:
                return str(found)
    sys.exit(f"this node has no address in {cidr}: check its interfaces against the site spec")


def of_this_node(table, name):
    values = table[name]
    return values.get(os.environ["NODE_NAME"], values["*"])


def main():
    table = {}
    if os.path.exists(NODES):
        with open(NODES, encoding="utf-8") as nodes:
            table = json.load(nodes)
    for name in sorted(os.listdir(TEMPLATES)):
        with open(os.path.join(TEMPLATES, name), encoding="utf-8") as template:
            text = template.read()
        text = re.sub(r"@address:([0-9./]+)@", lambda match: address_in(match.group(1)), text)
        text = re.sub(r"@node:([^@]+)@", lambda match: of_this_node(table, match.group(1)), text)
        with open(os.path.join(OUTPUT, name), "w", encoding="utf-8") as output:
            output.write(text)


if __name__ == "__main__":
    main()
