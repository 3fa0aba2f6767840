"""What a site's spec says of its release. Needs Python alone: what the suite fetches is not there yet."""

import re
from pathlib import Path

# The release that the suite has the programs of, and that sites have as they are.
RELEASE = "2026.1"


def release_of(spec):
    """The OpenStack release that a spec says."""
    found = re.search(r'\brelease openstack="?([A-Za-z0-9.]+)', spec)
    return found.group(1) if found else RELEASE


def text_of(name, specs):
    """The spec of a site."""
    return (Path(specs) / name / "site.kdl").read_text(encoding="utf-8")


def parted(found, specs):
    """The sites of this release, and the others with theirs."""
    releases = {site.name: release_of(text_of(site.name, specs)) for site in found}
    return [site for site in found if releases[site.name] == RELEASE], {site: releases[site.name] for site in found if releases[site.name] != RELEASE}
