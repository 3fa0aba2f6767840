#!/usr/bin/env python3
"""Make a service's users with their passwords and roles. Run again, it sets passwords and roles anew."""

import json
import os

import ks

identity = ks.connect().identity


def one(items):
    return next(iter(items), None)


for wanted in json.loads(os.environ["TACO_USERS"]):
    with open(f"/run/secrets/client/{wanted['name']}", encoding="utf-8") as file:
        password = file.read().strip()
    domain = one(identity.domains(name=wanted["domain"])) or identity.create_domain(name=wanted["domain"], is_enabled=True)
    fields = {"name": wanted["name"], "password": password, "is_enabled": True}
    user = one(identity.users(name=wanted["name"], domain_id=domain.id))
    if user:
        identity.update_user(user, password=password, is_enabled=True)
    else:
        user = identity.create_user(domain_id=domain.id, **fields)
    for name in wanted["roles"]:
        role = one(identity.roles(name=name)) or identity.create_role(name=name)
        if wanted["project"]:
            project = one(identity.projects(name=wanted["project"], domain_id=domain.id))
            project = project or identity.create_project(name=wanted["project"], domain_id=domain.id, is_enabled=True)
            identity.assign_project_role_to_user(project, user, role)
        else:
            identity.assign_domain_role_to_user(domain, user, role)
    print(f"user {wanted['name']} has the roles {', '.join(wanted['roles'])}", flush=True)
