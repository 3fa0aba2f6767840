"""The resources of a site at a service's API: made where they are missing, changed where they differ, deleted where they are absent.

The document is kind -> name -> fields. A resource is found by its name; two of one name are refused, since nobody can tell which is meant.
A field that the document leaves out is left as it is. What the service cannot change ends the Job with what to do.
"""

import json
import os
import sys

import identity
from identity import read, say

__all__ = ["Cloud", "Kind", "main", "only", "read", "say", "text"]


def text(value):
    """What a property has that can only be a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Cloud(identity.Session):
    """The APIs as the administrator; `api` is the URL of the service's own, `identity` that of the Identity API."""

    def __init__(self):
        super().__init__()
        self.identity = self.url
        self.api = os.environ.get("TACO_API", self.identity).rstrip("/")

    def listed(self, url, plural):
        """All entities of a collection, page by page."""
        found = []
        while url:
            page = self.must("GET", url)
            found += page[plural]
            links = page.get(f"{plural}_links") or []
            url = next((link["href"] for link in links if link.get("rel") == "next"), None)
            following = page.get("next")
            if not url and isinstance(following, str):
                url = f"{self.api}/{following.lstrip('/')}" if not following.startswith("http") else following
        return found

    def identity_id(self, plural, name):
        """The id of a project, user, role or domain that has that name."""
        found = [one for one in self.listed(f"{self.identity}/{plural}", plural) if one["name"] == name]
        return only(found, plural, name, required=True)["id"]

    def project(self, name):
        return self.identity_id("projects", name)


def only(found, what, name, required=False):
    """The one that has the name, or none."""
    if len(found) > 1:
        sys.exit(f"{len(found)} {what} have the name {name}: give the others another name, or delete them")
    if not found and required:
        sys.exit(f"{what} {name}: is not there")
    return found[0] if found else None


class Kind:
    """A kind of resource in a collection of the API. What a kind has of its own overrides a method."""

    singular = plural = path = ""
    # Fields of the document whose attribute has another name.
    renamed = {}
    # Attributes that the service cannot change.
    immutable = ()
    update_method = "PUT"

    def __init__(self, cloud, wanted):
        self.cloud, self.wanted = cloud, wanted

    def url(self):
        return f"{self.cloud.api}/{self.path or self.plural}"

    def all(self):
        return self.cloud.listed(self.url(), self.plural)

    def find(self, name, fields):
        return only([one for one in self.all() if one["name"] == name], self.plural, name)

    def attributes(self, name, fields):
        """What the entity has to have, by attribute."""
        return {self.renamed.get(field, field.replace("-", "_")): value for field, value in fields.items()}

    def present(self, entity, attribute):
        """What the entity has."""
        return entity.get(attribute)

    def create(self, name, attributes):
        body = {self.singular: {"name": name, **attributes}}
        return self.cloud.must("POST", self.url(), body)[self.singular]

    def update(self, entity, changed):
        self.cloud.must(self.update_method, f"{self.url()}/{entity['id']}", {self.singular: changed})

    def delete(self, entity):
        self.cloud.must("DELETE", f"{self.url()}/{entity['id']}")

    def finish(self, entity, fields, is_new):
        """What is beside the entity itself; gives the names of what was changed."""
        return []

    def ensure(self, name, fields):
        entity, is_new, changed = self.find(name, fields), False, {}
        attributes = self.attributes(name, fields)
        if entity is None:
            entity, is_new = self.create(name, attributes), True
        else:
            differs = lambda key: self.present(entity, key) != attributes[key]
            changed = {key: value for key, value in attributes.items() if differs(key)}
            fixed = sorted(set(changed) & set(self.immutable))
            if fixed:
                was = ", ".join(f"{key} is {self.present(entity, key)!r}, expected {changed[key]!r}" for key in fixed)
                sys.exit(f"{self.singular} {name}: cannot be changed: {was}; set it back, or declare another name")
            if changed:
                self.update(entity, changed)
        more = self.finish(entity, fields, is_new)
        done = sorted(changed) + more
        say(f"{self.singular} {name}: " + ("made" if is_new else f"changed {', '.join(done)}" if done else "as it was"))

    def drop(self, name, fields):
        entity = self.find(name, fields)
        if entity is not None:
            self.delete(entity)
        say(f"{self.singular} {name}: " + ("deleted" if entity is not None else "is not there"))


def main(kinds, cloud=None):
    """Makes what the document holds; kinds by the word of the document, in the order in which one needs another."""
    with open(os.environ["TACO_RESOURCES"], encoding="utf-8") as file:
        document = json.load(file)
    unknown = sorted(set(document) - set(kinds))
    if unknown:
        sys.exit(f"no way is known to make {', '.join(unknown)}")
    cloud = cloud or Cloud()
    makers = {word: kind(cloud, document) for word, kind in kinds.items()}
    for word in kinds:
        for name, fields in document.get(word, {}).items():
            if not fields.get("absent"):
                makers[word].ensure(name, fields)
    for word in reversed(kinds):
        for name, fields in document.get(word, {}).items():
            if fields.get("absent"):
                makers[word].drop(name, fields)
