#!/usr/bin/env python3
"""Domains, projects, roles, groups and users of the site.

A user's password is set only where the service does not accept it yet, since setting it ends the user's tokens.
"""

import sys

import resources


class Identity(resources.Kind):
    update_method = "PATCH"
    immutable = ("domain_id",)

    def domain(self, fields):
        return self.cloud.identity_id("domains", fields.get("domain", "Default"))

    def attributes(self, name, fields):
        attributes = super().attributes(name, {key: value for key, value in fields.items() if key != "domain"})
        return {**attributes, "domain_id": self.domain(fields)}

    def find(self, name, fields):
        domain = self.domain(fields)
        known = [one for one in self.all() if one["name"] == name and one.get("domain_id") == domain]
        return resources.only(known, self.plural, name)

    def roles(self, place, names):
        """Gives the roles there that are missing; the ones that it gave."""
        known = {one["name"]: one["id"] for one in self.cloud.listed(f"{self.cloud.identity}/roles", "roles")}
        has = {one["id"] for one in self.cloud.listed(f"{self.cloud.identity}/{place}/roles", "roles")}
        given = []
        for name in names:
            if name not in known:
                sys.exit(f"role {name}: is not there")
            if known[name] not in has:
                self.cloud.must("PUT", f"{self.cloud.identity}/{place}/roles/{known[name]}")
                given.append(f"role {name}")
        return given

    def finish(self, entity, fields, is_new):
        if not fields.get("roles"):
            return []
        owner = f"{self.plural}/{entity['id']}"
        if "project" in fields:
            return self.roles(f"projects/{self.cloud.project(fields['project'])}/{owner}", fields["roles"])
        return self.roles(f"domains/{entity['domain_id']}/{owner}", fields["roles"])


class Domain(resources.Kind):
    singular, plural, update_method = "domain", "domains", "PATCH"

    def delete(self, entity):
        # An enabled domain is not deleted.
        self.update(entity, {"enabled": False})
        super().delete(entity)


class Project(Identity):
    singular, plural = "project", "projects"
    immutable = ("domain_id", "parent_id")

    def attributes(self, name, fields):
        attributes = super().attributes(name, {key: value for key, value in fields.items() if key != "parent"})
        if "parent" in fields:
            attributes["parent_id"] = self.cloud.project(fields["parent"])
        return attributes

    def finish(self, entity, fields, is_new):
        return []


class Role(resources.Kind):
    singular, plural, update_method = "role", "roles", "PATCH"

    def find(self, name, fields):
        known = [one for one in self.all() if one["name"] == name and one.get("domain_id") is None]
        return resources.only(known, self.plural, name)


class Group(Identity):
    singular, plural = "group", "groups"

    def attributes(self, name, fields):
        kept = {key: value for key, value in fields.items() if key not in ("project", "roles")}
        return super().attributes(name, kept)


class User(Identity):
    singular, plural = "user", "users"

    def attributes(self, name, fields):
        kept = {key: value for key, value in fields.items() if key not in ("project", "roles", "groups", "password", "factors")}
        attributes = super().attributes(name, kept)
        if "factors" in fields:
            rules = [[method.strip() for method in rule.split(",")] for rule in fields["factors"]]
            attributes["options"] = {"multi_factor_auth_enabled": bool(rules), "multi_factor_auth_rules": rules}
        if "project" in fields:
            attributes["default_project_id"] = self.cloud.project(fields["project"])
        return attributes

    def create(self, name, attributes):
        path = self.wanted["user"][name].get("password")
        return super().create(name, {**attributes, **({"password": resources.read(path)} if path else {})})

    def finish(self, entity, fields, is_new):
        done = super().finish(entity, fields, is_new)
        if "password" in fields and not is_new and fields.get("enabled", True):
            password = resources.read(fields["password"])
            if not self.cloud.lets_in(entity["name"], password, entity["domain_id"]):
                self.update(entity, {"password": password})
                done.append("password")
        for name in fields.get("groups", []):
            group = self.cloud.identity_id("groups", name)
            place = f"{self.cloud.identity}/groups/{group}/users/{entity['id']}"
            if self.cloud.call("HEAD", place).status_code >= 300:
                self.cloud.must("PUT", place)
                done.append(f"group {name}")
        return done


if __name__ == "__main__":
    resources.main({"domain": Domain, "project": Project, "role": Role, "group": Group, "user": User})
