#!/usr/bin/env python3
"""Images of the site: metadata from the document, data from the URL that it names, checked against its digest."""

import hashlib
import os
import sys
import tempfile
import urllib.request

import resources

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
CHUNK = 1 << 20


class Image(resources.Kind):
    singular, plural = "image", "images"
    immutable = ("disk_format", "container_format")

    def url(self):
        return f"{self.cloud.api}/v2/images"

    def find(self, name, fields):
        return resources.only([one for one in self.all() if one["name"] == name and one["status"] != "deleted"], self.plural, name)

    def all(self):
        return self.cloud.listed(f"{self.url()}?visibility=all", self.plural)

    def attributes(self, name, fields):
        kept = {key: value for key, value in fields.items() if key not in ("source", "sha256", "properties")}
        attributes = {"disk_format": "qcow2", "container_format": "bare", **super().attributes(name, kept)}
        return {**attributes, **{key: resources.text(value) for key, value in fields.get("properties", {}).items()}}

    def create(self, name, attributes):
        return self.cloud.must("POST", self.url(), {"name": name, **attributes})

    def update(self, entity, changed):
        steps = [{"op": "replace" if key in entity else "add", "path": f"/{key}", "value": value} for key, value in changed.items()]
        self.cloud.must("PATCH", f"{self.url()}/{entity['id']}", steps, PATCH)

    def finish(self, entity, fields, is_new):
        if "source" not in fields:
            return []
        if entity["status"] == "queued":
            self.upload(entity, fields)
            return ["data"]
        known = entity.get("os_hash_value") if entity.get("os_hash_algo") == "sha256" else entity.get("taco_sha256")
        if known and known != fields["sha256"]:
            sys.exit(f"image {entity['name']}: its data has the digest {known}, expected {fields['sha256']}; declare another name")
        return []

    def upload(self, entity, fields):
        """From the source into a file first: data with another digest does not get into the service."""
        digest = hashlib.sha256()
        with tempfile.TemporaryFile(dir=os.environ.get("TMPDIR", "/tmp")) as file:
            with urllib.request.urlopen(fields["source"], timeout=120) as source:
                for block in iter(lambda: source.read(CHUNK), b""):
                    digest.update(block)
                    file.write(block)
            if digest.hexdigest() != fields["sha256"]:
                sys.exit(f"image {entity['name']}: {fields['source']} has the digest {digest.hexdigest()}, expected {fields['sha256']}")
            file.seek(0)
            headers = {"Content-Type": "application/octet-stream"}
            self.cloud.must("PUT", f"{self.url()}/{entity['id']}/file", headers=headers, data=file)
        mark = [{"op": "add", "path": "/taco_sha256", "value": digest.hexdigest()}]
        self.cloud.must("PATCH", f"{self.url()}/{entity['id']}", mark, PATCH)

    def delete(self, entity):
        if entity.get("protected"):
            sys.exit(f"image {entity['name']}: is protected; say `protected #false` first, and delete it with the next change")
        super().delete(entity)


if __name__ == "__main__":
    resources.main({"image": Image})
