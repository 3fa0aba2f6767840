"""Numbers to specs: a site of so many compute nodes, and a project of so many sites of the lab's size."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Nodes whose addresses share a third octet.
BLOCK = 250


def nodes(count):
    """The spec of a site with three controllers and `count` compute nodes."""
    lines = ["site scale {", '    network management cidr="10.0.0.0/16" { ntp "10.0.0.1" }',
             '    node "ctl[1-3]" management="10.0.255.[11-13]" { roles controller network }']
    for block in range(-(-count // BLOCK)):
        size = min(BLOCK, count - block * BLOCK)
        names, addresses = f"c{block}x[001-{size:03}]", f"10.0.{block}.[2-{size + 1}]"
        lines.append(f'    node "{names}" management="{addresses}" {{ roles compute }}')
    return "\n".join([*lines, "}", ""])


def lines(count):
    """The spec of a site with three controllers and `count` compute nodes, a line each."""
    head = nodes(0).split("\n")[:-2]
    body = [f'    node c{node:05} management="10.0.{node // BLOCK}.{node % BLOCK + 2}" {{ roles compute }}'
            for node in range(count)]
    return "\n".join([*head, *body, "}", ""])


def lab(name):
    """The lab's spec under another name."""
    text = (ROOT / "sites/lab/site.kdl").read_text(encoding="utf-8")
    return re.sub(r"^site lab ", f"site {name} ", text, count=1, flags=re.MULTILINE)


def project(folder, specs):
    """A project of specs by the name of their folder."""
    for name, spec in specs.items():
        site = Path(folder, "sites", name)
        site.mkdir(parents=True)
        (site / "site.kdl").write_text(spec, encoding="utf-8")
    return folder
