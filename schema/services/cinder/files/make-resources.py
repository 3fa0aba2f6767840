#!/usr/bin/env python3
"""Volume types with their QoS, and volume quotas of the site."""

import resources


class Volume(resources.Kind):
    def url(self):
        return f"{self.cloud.api}/{self.cloud.project_id()}/{self.path}"


class Qos(Volume):
    singular, plural, path = "qos_specs", "qos_specs", "qos-specs"

    def attributes(self, name, fields):
        own = {"consumer": fields["consumer"]} if "consumer" in fields else {}
        return {**own, **{key: resources.text(value) for key, value in fields.get("properties", {}).items()}}

    def present(self, entity, attribute):
        return entity.get("consumer") if attribute == "consumer" else entity["specs"].get(attribute)

    def finish(self, entity, fields, is_new):
        gone = sorted(set(entity.get("specs") or {}) - set(fields.get("properties", {}))) if "properties" in fields and not is_new else []
        if gone:
            self.cloud.must("PUT", f"{self.url()}/{entity['id']}/delete_keys", {"keys": gone})
        return [f"property {key}" for key in gone]


class VolumeType(Volume):
    singular, plural, path = "volume_type", "volume_types", "types"
    renamed = {"public": "os-volume-type-access:is_public"}
    # The API knows it of a type under this name, and takes it under another.
    has = {"os-volume-type-access:is_public": "is_public"}

    def all(self):
        return self.cloud.listed(f"{self.url()}?is_public=None", self.plural)

    def attributes(self, name, fields):
        return super().attributes(name, {key: value for key, value in fields.items() if key not in ("properties", "qos", "projects")})

    def present(self, entity, attribute):
        return entity.get(attribute, entity.get(self.has.get(attribute, attribute)))

    def update(self, entity, changed):
        super().update(entity, {self.has.get(key, key): value for key, value in changed.items()})

    def finish(self, entity, fields, is_new):
        place, done = f"{self.url()}/{entity['id']}", []
        if "properties" in fields:
            known = entity.get("extra_specs") or {}
            wanted = {key: resources.text(value) for key, value in fields["properties"].items()}
            new = {key: value for key, value in wanted.items() if known.get(key) != value}
            if new:
                self.cloud.must("POST", f"{place}/extra_specs", {"extra_specs": new})
                done.append("properties")
            for key in sorted(set(known) - set(wanted)):
                self.cloud.must("DELETE", f"{place}/extra_specs/{key}")
                done.append(f"property {key}")
        if "qos" in fields:
            qos = Qos(self.cloud, self.wanted)
            wanted = qos.find(fields["qos"], {})
            if wanted is None:
                resources.sys.exit(f"QoS {fields['qos']}: is not there")
            if entity.get("qos_specs_id") != wanted["id"]:
                if entity.get("qos_specs_id"):
                    self.cloud.must("GET", f"{qos.url()}/{entity['qos_specs_id']}/disassociate?vol_type_id={entity['id']}")
                self.cloud.must("GET", f"{qos.url()}/{wanted['id']}/associate?vol_type_id={entity['id']}")
                done.append("qos")
        if fields.get("projects"):
            has = {one["project_id"] for one in self.cloud.must("GET", f"{place}/os-volume-type-access")["volume_type_access"]}
            for name in fields["projects"]:
                project = self.cloud.project(name)
                if project not in has:
                    self.cloud.must("POST", f"{place}/action", {"addProjectAccess": {"project": project}})
                    done.append(f"project {name}")
        return done


class Quota(Volume):
    """A set of limits that each project has; absent, it is that of all."""

    singular, plural, path = "quota_set", "quota_sets", "os-quota-sets"

    def find(self, name, fields):
        project = self.cloud.project(name)
        return {"id": project, **self.cloud.must("GET", f"{self.url()}/{project}")[self.singular]}


if __name__ == "__main__":
    resources.main({"volume-qos": Qos, "volume-type": VolumeType, "volume-quota": Quota})
