#!/usr/bin/env python3
"""Make the domains that have a config file of their own.

The service reads those files once, when it is first asked for a user, and leaves out what is of no domain: so this runs before it, on its database.
Run again, it finds the domains and changes nothing.
"""

import os
import uuid

import keystone.conf
from keystone import exception
from keystone.common import provider_api, sql
from keystone.server import backends


def make(resources, name):
    try:
        resources.get_domain_by_name(name)
        print(f"domain {name} is there", flush=True)
    except exception.DomainNotFound:
        number = uuid.uuid4().hex
        resources.create_domain(number, {"id": number, "name": name, "enabled": True, "description": ""})
        print(f"domain {name} made", flush=True)


def main():
    keystone.conf.configure()
    sql.initialize()
    keystone.conf.CONF([], project="keystone", default_config_files=["/etc/keystone/keystone.conf"])
    backends.load_backends()
    for name in filter(None, os.environ["TACO_DOMAINS"].split(",")):
        make(provider_api.ProviderAPIs.resource_api, name)


main()
