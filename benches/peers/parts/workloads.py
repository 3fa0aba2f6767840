"""A built site to the peers' inputs, and the check that a peer makes the same objects of them."""

import shutil
from pathlib import Path

from . import chart, factor, jsonnet, read


class Site:
    """A site's output as values, and what the peers' inputs are printed from."""

    def __init__(self, output):
        self.output = Path(output)
        self.objects = read.objects(output)
        files, self.texts = read.rest(output)
        self.program = factor.factor({**self.objects, **files})
        # Digests stand in `objects` as what they are made of: what is compared is read again.
        self.wanted = tree(self.output / "kubernetes")

    def files(self):
        """Paths of the files below the output that are no index."""
        return [path for path in self.output.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]

    def jsonnet(self, folder):
        """A program whose `main.jsonnet` gives the objects, and whose `all.jsonnet` gives every file."""
        jsonnet.write(self.program, self.texts, folder)

    def chart(self, folder):
        """A chart with a template an object."""
        chart.write(self.program, folder)

    def kustomization(self, folder):
        """The finished objects as resources, with one transformer that puts a label on each."""
        shutil.copytree(self.output / "kubernetes", folder)
        paths = sorted(path.relative_to(folder) for path in folder.rglob("*.yaml"))
        lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "labels:", "- pairs:",
                 "    example.com/site: bench", "resources:", *(f"- {path}" for path in paths), ""]
        (folder / "kustomization.yaml").write_text("\n".join(lines), encoding="utf-8")

    def compare(self, what, folder):
        """Stops where a folder of a file an object does not hold the site's objects."""
        found = tree(folder)
        differing = [name for name in self.wanted.keys() | found.keys() if self.wanted.get(name) != found.get(name)]
        if differing:
            raise SystemExit(f"{what} makes other objects than taco-gen: {', '.join(sorted(differing)[:5])}")

    def count(self, what, folder):
        """Stops where a folder, whatever its files are called, does not hold as many objects."""
        found = sum(1 for path in folder.rglob("*") if path.is_file())
        if found != len(self.objects):
            raise SystemExit(f"{what} makes {found} objects, and taco-gen {len(self.objects)}")


def tree(folder):
    """The documents below a folder, as they are compared."""
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise SystemExit(f"`{folder}` holds no object")
    return {str(path.relative_to(folder)): read.plain(read.yaml(path.read_text(encoding="utf-8"))) for path in paths}
