"""A project whose site a controller delivers, reviewed and published by taco-gen itself, and what its output says of its delivery."""

import json
import re
import subprocess

from suite.kubernetes.edits import DELIVERY, Project
from suite.kubernetes.repository import BRANCH, git
from suite.root import Failed

# A digest that ends a name, as the compiler writes it.
DIGEST = re.compile(r"-[0-9a-f]{10}$")


class Delivered(Project):
    """The spec says where the controller reads the repository, which only the suite has; everything else is the site's own."""

    def __init__(self, compiler, folder, name, repository, controller):
        super().__init__(compiler, folder, name)
        self.repository = repository
        text = self.spec.read_text(encoding="utf-8")
        words = f'deliver {controller} repo="{repository.url}" branch={BRANCH} path={name}'
        if DELIVERY in text:
            text = re.sub(r"^    deliver .*$", f"    {words}", text, flags=re.MULTILINE)
        else:
            text = f"{text.rstrip().removesuffix('}')}    {words}\n}}\n"
        if not (self.spec.parent / "passwords.sops.yaml").exists():
            # Only what says so is opened by the demonstration identity.
            self.spec.write_text(text.replace("{\n", "{\n    lab #true\n", 1), encoding="utf-8")
            self.run("passwords", "init", f"sites/{name}")
        else:
            self.spec.write_text(text, encoding="utf-8")
        self.run("passwords", "generate", f"sites/{name}")
        git(folder, "init", "--quiet", f"--initial-branch={BRANCH}")

    def said(self, *words):
        """What a command that opens no secret prints."""
        done = subprocess.run([str(self.compiler), *words], check=False, cwd=self.folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failed(f"taco-gen {' '.join(words[:2])}: {(done.stderr + done.stdout).strip()[-600:]}")
        return done.stdout

    def review(self):
        """What `diff` says that an edit touches, before it is built: kinds, and names without the digests that end them."""
        blocks = json.loads(self.said("diff", f"sites/{self.name}", "--format", "json"))["blocks"]
        changes = [change for block in blocks for change in block["changes"] if change["effect"] != "comments-only"]
        subjects = [change["subject"] for change in changes if change["subject"]["type"] == "object"]
        return {(one["kind"], one["name"]) for one in subjects}

    def publish(self):
        git(self.folder, "add", "sites", "overlays", "schema")
        git(self.folder, "-c", "user.name=suite", "commit", "--quiet", "--allow-empty", "--message", "an edit of the site")
        self.said("publish", f"sites/{self.name}", "--repo", str(self.repository.path))


def based(name):
    return DIGEST.sub("", name)


class Order:
    """What a site's output says of its delivery: the units, what each needs, and which of them each object belongs to.

    A unit is a Kustomization of Flux or an Application of Argo CD; the root is the one that delivers the others.
    """

    def __init__(self, emitted, client):
        site = emitted.site.name
        self.root = site
        self.needs = {f"{site}-{unit}": {f"{site}-{other}" for other in needs - {site}} for unit, needs in emitted.needs.items() if unit != site}
        self.owners, self.kinds = {}, {}
        for file in emitted.files:
            path = client.place(file.object)
            self.owners[path] = f"{site}-{file.unit}" if file.unit else site
            self.kinds[path] = (file.object["kind"], based(file.object["metadata"]["name"]))

    def unit(self, name):
        return f"{self.root}-{name}"

    @property
    def names(self):
        return {self.root, *self.needs}

    def behind(self, name):
        """The units that wait for one, near or far."""
        found = set()
        while more := {one for one, needs in self.needs.items() if needs & (found | {name})} - found:
            found |= more
        return found

    def written(self, writes, before=None):
        """What writes were about, as a review names it; what was delivered before is known by its address, too."""
        known = {**(before.kinds if before else {}), **self.kinds}
        return {known.get(one.path, ("?", one.path)) for one in writes if one.delivers}
