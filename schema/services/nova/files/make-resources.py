#!/usr/bin/env python3
"""Flavors, key pairs, host aggregates and compute quotas of the site."""

import sys

import resources

# Flavors have descriptions from 2.55 on, key pairs of other users from 2.10; no program of the supported releases knows less.
VERSION = {"OpenStack-API-Version": "compute 2.55", "X-OpenStack-Nova-API-Version": "2.55"}


class Flavor(resources.Kind):
    singular, plural = "flavor", "flavors"
    renamed = {"public": "os-flavor-access:is_public", "ephemeral": "OS-FLV-EXT-DATA:ephemeral"}
    immutable = ("vcpus", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "os-flavor-access:is_public", "rxtx_factor")

    def all(self):
        return self.cloud.listed(f"{self.url()}/detail?is_public=None", self.plural)

    def attributes(self, name, fields):
        return super().attributes(name, {key: value for key, value in fields.items() if key not in ("properties", "projects")})

    def present(self, entity, attribute):
        # No swap is an empty text there.
        value = entity.get(attribute)
        return 0 if attribute == "swap" and value == "" else value

    def finish(self, entity, fields, is_new):
        place, done = f"{self.url()}/{entity['id']}", []
        if "properties" in fields:
            wanted = {key: resources.text(value) for key, value in fields["properties"].items()}
            known = self.cloud.must("GET", f"{place}/os-extra_specs")["extra_specs"]
            new = {key: value for key, value in wanted.items() if known.get(key) != value}
            if new:
                self.cloud.must("POST", f"{place}/os-extra_specs", {"extra_specs": new})
                done.append("properties")
            for key in set(known) - set(wanted):
                self.cloud.must("DELETE", f"{place}/os-extra_specs/{key}")
                done.append(f"property {key}")
        if fields.get("projects"):
            access = self.cloud.must("GET", f"{place}/os-flavor-access")["flavor_access"]
            has = {one["tenant_id"] for one in access}
            for name in fields["projects"]:
                project = self.cloud.project(name)
                if project not in has:
                    self.cloud.must("POST", f"{place}/action", {"addTenantAccess": {"tenant": project}})
                    done.append(f"project {name}")
        return done


class KeyPair(resources.Kind):
    singular, plural = "keypair", "keypairs"
    path = "os-keypairs"
    immutable = ("public_key",)

    def query(self, fields):
        return f"?user_id={self.cloud.identity_id('users', fields['user'])}" if "user" in fields else ""

    def find(self, name, fields):
        answer = self.cloud.call("GET", f"{self.url()}/{name}{self.query(fields)}")
        if answer.status_code == 404:
            return None
        if answer.status_code >= 300:
            sys.exit(f"keypair {name}: answer {answer.status_code}: {answer.text[:300]}")
        return {**answer.json()["keypair"], "query": self.query(fields)}

    def attributes(self, name, fields):
        return {"public_key": fields["public-key"].strip()}

    def present(self, entity, attribute):
        return entity[attribute].strip()

    def create(self, name, attributes):
        fields = self.wanted["key-pair"][name]
        owner = {"user_id": self.cloud.identity_id("users", fields["user"])} if "user" in fields else {}
        return super().create(name, {**attributes, **owner, "type": "ssh"})

    def delete(self, entity):
        self.cloud.must("DELETE", f"{self.url()}/{entity['name']}{entity['query']}")


class Aggregate(resources.Kind):
    singular, plural = "aggregate", "aggregates"
    path = "os-aggregates"

    def attributes(self, name, fields):
        return super().attributes(name, {key: value for key, value in fields.items() if key not in ("nodes", "properties")})

    def finish(self, entity, fields, is_new):
        place, done = f"{self.url()}/{entity['id']}/action", []
        if "properties" in fields:
            known = {key: value for key, value in (entity.get("metadata") or {}).items() if key != "availability_zone"}
            wanted = {key: resources.text(value) for key, value in fields["properties"].items()}
            changed = {**{key: None for key in known if key not in wanted}, **{k: v for k, v in wanted.items() if known.get(k) != v}}
            if changed:
                self.cloud.must("POST", place, {"set_metadata": {"metadata": changed}})
                done.append("properties")
        if "nodes" in fields:
            has, wanted = set(entity.get("hosts") or []), set(fields["nodes"])
            for host in sorted(wanted - has):
                self.cloud.must("POST", place, {"add_host": {"host": host}})
                done.append(f"node {host}")
            for host in sorted(has - wanted):
                self.cloud.must("POST", place, {"remove_host": {"host": host}})
                done.append(f"without node {host}")
        return done

    def delete(self, entity):
        for host in entity.get("hosts") or []:
            self.cloud.must("POST", f"{self.url()}/{entity['id']}/action", {"remove_host": {"host": host}})
        super().delete(entity)


class Quota(resources.Kind):
    """A set of limits that each project has; absent, it is that of all."""

    singular, plural = "quota_set", "quota_sets"
    path = "os-quota-sets"

    def find(self, name, fields):
        project = self.cloud.project(name)
        return {"id": project, **self.cloud.must("GET", f"{self.url()}/{project}")[self.singular]}


if __name__ == "__main__":
    cloud = resources.Cloud()
    cloud.headers.update(VERSION)
    resources.main({"flavor": Flavor, "key-pair": KeyPair, "aggregate": Aggregate, "compute-quota": Quota}, cloud)
