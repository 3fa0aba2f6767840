"""What a site's spec says of its release. Needs Python alone: what the suite fetches is not there yet."""

import re
from pathlib import Path

# The release that the suite has the programs of, and that sites have as they are.
RELEASE = "2026.1"
# What a site says that has every service which is off by default; its shares and machines are of drivers that have none.
ADDED = """
    service barbican { enabled #true }
    service magnum { enabled #true }
    service mistral { enabled #true }
    service designate { enabled #true }
    service gnocchi { enabled #true }
    service ceilometer { enabled #true; interval 10 }
    service aodh { enabled #true }
    service octavia { enabled #true }
    service masakari { enabled #true }
    service rally { enabled #true; times 2 }
    service tempest { enabled #true; include "tempest.api.identity,tempest.api.image,tempest.api.network" }
    service ovn-bgp-agent { enabled #true; peers "10.90.200.1"; authentication #true }
    service manila {
        enabled #true
        back-end suite kind=driver { driver "manila.tests.share.drivers.dummy.DummyDriver"; handles-share-servers #false }
    }
    service ironic {
        enabled #true
        hardware-types "fake-hardware"
        inspection #true
        inspection-range "10.90.9.100,10.90.9.119,255.255.0.0"
        inspection-kernel "http://192.0.2.9/ironic-agent.kernel"
        inspection-ramdisk "http://192.0.2.9/ironic-agent.initramfs"
        config "ironic.conf" {
            DEFAULT { enabled_boot_interfaces fake; enabled_deploy_interfaces fake; enabled_vendor_interfaces fake }
        }
    }
"""


def release_of(spec):
    """The OpenStack release that a spec says."""
    found = re.search(r'\brelease openstack="?([A-Za-z0-9.]+)', spec)
    return found.group(1) if found else RELEASE


def parted(found, specs):
    """The sites of this release, and the others with theirs."""
    releases = {site.name: release_of((Path(specs) / site.name / "site.kdl").read_text(encoding="utf-8")) for site in found}
    return [site for site in found if releases[site.name] == RELEASE], {site: releases[site.name] for site in found if releases[site.name] != RELEASE}
