"""Edits of a site's spec, each made on a copy of the project and built by the compiler itself."""

import shutil
import subprocess
from pathlib import Path

from suite.readers.sealed import IDENTITY
from suite.root import Failed
from suite.site import Site

REPOSITORY = Path(__file__).resolve().parents[4]
# The line before which an edit puts its own.
DELIVERY = "    deliver "
NODES = {"lab": ("01-40", "01-41", "101-140", "101-141"), "virtualbox": ("[04-05]", "[04-06]", "[154-155]", "[154-156]")}


def line(text):
    return (DELIVERY, f"    {text}\n{DELIVERY}")


def edits(site):
    """What is edited: texts of the spec and what stands there then, or the secrets that are rotated."""
    return {
        "one option of one service": line('service glance { config "glance-api.conf" { DEFAULT { debug #true } } }'),
        "one password": ["keystone-database/password"],
        "one image": line('image keystone "quay.io/airshipit/keystone:2026.1-ubuntu_noble-2"'),
        "an image of the data plane": line('image libvirt "quay.io/airshipit/libvirt:2026.1-ubuntu_noble-2"'),
        "one memory limit": line('service placement { component api { memory-limit "3Gi" } }'),
        "the number of one service's pods": line("service heat { component engine { replicas 4 } }"),
        **({"one node more": NODES[site]} if site in NODES else {}),
        **({"the next OpenStack release": ('openstack="2026.1"', 'openstack="2026.2"')} if site == "lab" else {}),
    }


class Project:
    """A copy of what a site is built from; edits add up."""

    def __init__(self, compiler, folder, name):
        self.compiler, self.folder, self.name = compiler, folder, name
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("sites", "overlays", "schema"):
            shutil.copytree(REPOSITORY / part, folder / part)
        self.spec = folder / "sites" / name / "site.kdl"

    def run(self, *words):
        command = [str(self.compiler), *words, "--identity", str(IDENTITY)]
        done = subprocess.run(command, check=False, cwd=self.folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failed(f"taco-gen {' '.join(words[:2])}: {(done.stderr + done.stdout).strip()[-600:]}")
        return done.stdout

    def edit(self, change):
        if isinstance(change, list):
            self.run("passwords", "rotate", f"sites/{self.name}", *change)
            return
        text = self.spec.read_text(encoding="utf-8")
        for old, new in zip(change[::2], change[1::2]):
            if old not in text:
                raise Failed(f"the spec has no `{old}`")
            text = text.replace(old, new)
        self.spec.write_text(text, encoding="utf-8")

    def build(self):
        self.run("build", f"sites/{self.name}", "--quiet", "--output", "output")

    def built(self, number):
        """The site's output as it is now, in a folder of its own."""
        self.build()
        kept = self.folder / f"built-{number}" / self.name
        shutil.copytree(self.folder / "output" / self.name, kept)
        return Site(kept)
