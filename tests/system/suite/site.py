"""A site's output: its files, its objects, and test values for its secrets."""

import hashlib
import re
from functools import cached_property
from pathlib import Path

import yaml

PLACEHOLDER = re.compile(r"<([a-z0-9][a-z0-9.-]*)/([A-Za-z0-9._-]+)>")


def secret_value(secret, key):
    """A test value: made from the name, so that two files that name one secret agree; letters and digits, 32 of them."""
    return hashlib.sha256(f"test value of {secret}/{key}".encode()).hexdigest()[:32]


def filled(text):
    """The text with every secret that it names replaced by a test value."""
    return PLACEHOLDER.sub(lambda match: secret_value(match.group(1), match.group(2)), text)


class Site:
    """One folder under output/."""

    def __init__(self, folder, values=None):
        self.folder, self.name = Path(folder), Path(folder).name
        # `<secret>/<key>` -> value, of secrets that have another value here than the one that tests make.
        self.values = values or {}

    def value(self, secret, key):
        return self.values.get(f"{secret}/{key}") or secret_value(secret, key)

    def filled(self, text):
        """The text with every secret that it names replaced by its value here."""
        return PLACEHOLDER.sub(lambda match: self.value(match.group(1), match.group(2)), text)

    def read(self, path):
        return (self.folder / path).read_text(encoding="utf-8")

    @cached_property
    def files(self):
        """Every file by its path below the site's folder, in order."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    @cached_property
    def objects(self):
        """Path -> object, of the Kubernetes objects."""
        paths = [path for path in self.files if path.startswith("kubernetes/")]
        return {path: yaml.load(self.read(path), Loader=yaml.CSafeLoader) for path in paths}

    def of_kind(self, *kinds):
        return {path: found for path, found in self.objects.items() if found["kind"] in kinds}

    def named(self, kind, name):
        return next(found for found in self.of_kind(kind).values() if found["metadata"]["name"] == name)

    @cached_property
    def scripts(self):
        """`<config map>/<file>` -> text, of every script that pods mount."""
        maps = (found for found in self.of_kind("ConfigMap").values() if not found["metadata"]["name"].endswith("-etc"))
        return {f"{found['metadata']['name']}/{key}": text for found in maps for key, text in (found.get("data") or {}).items()}


def sites(output):
    return [Site(folder) for folder in sorted(Path(output).iterdir()) if (folder / "SHA256SUMS").exists()]
