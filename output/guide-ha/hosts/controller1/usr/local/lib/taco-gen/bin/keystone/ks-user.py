#!/usr/bin/env python3
"""Make a service's users: TACO_USERS is a JSON list of {name, key, roles, project, domain}: users with the file of their password. One without
roles is a user that goes.

A password is set only where the service does not accept it yet, since setting it ends the user's tokens.
"""

import os

import ks

# Wrong passwords sent by anybody to the public address must not shut a service out, nor may its password run out.
OPTIONS = {
    "ignore_lockout_failure_attempts": True,
    "ignore_password_expiry": True,
    "ignore_change_password_upon_first_use": True,
}


def grant(identity, wanted, user, domain):
    """Gives the roles on the project, or on the domain where no project is named."""
    place = f"/domains/{domain}"
    if wanted["project"]:
        match = {"name": wanted["project"], "domain_id": domain}
        project, _ = identity.ensure("projects", match, {"enabled": True})
        place = f"/projects/{project['id']}"
    for name in wanted["roles"]:
        role, _ = identity.ensure("roles", {"name": name, "domain_id": None}, {})
        identity.must("PUT", f"{place}/users/{user}/roles/{role['id']}")


def exempt_administrator(identity):
    """Five wrong passwords from anybody would shut out these Jobs and the operators; the password is long and random."""
    for known in identity.found("users", name=os.environ["OS_USERNAME"], domain_id="default"):
        options = {**(known.get("options") or {}), "ignore_lockout_failure_attempts": True}
        if options != known.get("options"):
            identity.must("PATCH", f"/users/{known['id']}", {"user": {"options": options}})
            ks.say(f"user {known['name']}: is not locked by wrong passwords")


def drop(identity, name, domain):
    for known in identity.found("users", name=name, domain_id=domain):
        identity.must("DELETE", f"/users/{known['id']}")
    ks.say(f"user {name}: is gone")


def main():
    identity = ks.Identity()
    exempt_administrator(identity)
    for wanted in ks.wanted("TACO_USERS"):
        name = wanted["name"]
        if "roles" not in wanted:
            for domain in identity.found("domains", name=wanted["domain"]):
                drop(identity, name, domain["id"])
            continue
        password = ks.read(f"/run/secrets/client/{wanted['key']}")
        domain, _ = identity.ensure("domains", {"name": wanted["domain"]}, {"enabled": True})
        match = {"name": name, "domain_id": domain["id"]}
        known = identity.found("users", **match)
        fields = {"enabled": True, "options": {**(known[0].get("options") or {} if known else {}), **OPTIONS}}
        if not known:
            fields["password"] = password
        user, done = identity.ensure("users", match, fields)
        if known and not identity.lets_in(name, password, domain["id"]):
            identity.must("PATCH", f"/users/{user['id']}", {"user": {"password": password}})
            done = "changed, with a new password"
        grant(identity, wanted, user["id"], domain["id"])
        where = wanted["project"] or f"the domain {wanted['domain']}"
        ks.say(f"user {name}: {done}; has {', '.join(wanted['roles'])} on {where}")


if __name__ == "__main__":
    main()
