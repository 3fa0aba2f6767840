"""Which options the started programs read: each one's first read of an option is written down, and held against the files that it has."""

import re

from suite.cluster.volumes import bind

PLACE = "/opt/reads"

# Read by the interpreter at its start. A dump of all options into the log is no read, and the image's own sitecustomize follows.
TRACER = '''
import importlib.abc
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "oslo_config.cfg":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        real = spec.loader.exec_module

        def exec_module(module):
            real(module)
            trace(module.ConfigOpts)

        spec.loader.exec_module = exec_module
        return spec


def trace(options):
    seen, get = set(), options._get

    def traced(self, name, group=None, namespace=None):
        key = f"{group.name if group is not None else 'DEFAULT'}/{name}"
        if key not in seen:
            seen.add(key)
            with open(f"{os.environ['SUITE_READS']}.{os.getpid()}", "a", encoding="utf-8") as file:
                file.write(f"{key}\\n")
        return get(self, name, group, namespace)

    options._get = traced
    options.log_opt_values = lambda *_, **__: None


if "SUITE_READS" in os.environ:
    sys.meta_path.insert(0, Finder())
for place in sys.path:
    other = os.path.join(place, "sitecustomize.py")
    if os.path.abspath(place) != HERE and os.path.exists(other):
        with open(other, encoding="utf-8") as file:
            exec(compile(file.read(), other, "exec"), {"__name__": "sitecustomize", "__file__": other})
        break
'''


def options(text):
    """The options that a file sets, as `section/name`."""
    section, found = "DEFAULT", set()
    for line in text.splitlines():
        head = re.fullmatch(r"\[([^\]]+)\]\s*", line)
        if head:
            section = head.group(1)
        elif re.match(r"[A-Za-z_][\w.-]*\s*=", line):
            found.add(f"{section}/{line.split('=', 1)[0].strip().replace('-', '_')}")
    return found


class Reads:
    """The reads of all containers with an environment of OpenStack's."""

    def __init__(self, folder):
        self.folder, self.sources = folder, {}
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        (folder / "sitecustomize.py").write_text(TRACER, encoding="utf-8")

    def watch(self, container, sources):
        """Have a container's reads written down; `sources` are what it mounts."""
        bind(self.folder, container.root.path / PLACE.lstrip("/"), False)
        self.sources[f"{container.pod.name}.{container.name}"] = (container.pod.service, sources)

    def environ(self, container, given):
        path = ":".join([PLACE, *filter(None, [given.get("PYTHONPATH")])])
        return {"PYTHONPATH": path, "SUITE_READS": f"{PLACE}/{container.pod.name}.{container.name}"}

    def of(self, name):
        """What a container read."""
        files = [file for file in self.folder.iterdir() if re.fullmatch(rf"{re.escape(name)}\.\d+", file.name)]
        return {line for file in files for line in file.read_text(encoding="utf-8").splitlines()}

    def has(self, name):
        """What its files set."""
        _, sources = self.sources[name]
        files = [file for source in sources for file in ([source] if source.is_file() else sorted(source.rglob("*")))]
        files = [file for file in files if file.is_file() and file.suffix in (".conf", ".ini")]
        return {option for file in files for option in options(file.read_text(encoding="utf-8", errors="replace"))}


def of_site(site, service):
    """What any file of a service sets."""
    texts = [site.read(path) for path in site.files if re.fullmatch(rf"config/{service}/[^/]+\.(conf|ini)(\.d/[^/]+\.conf)?", path)]
    return {option for text in texts for option in options(text)}


def lacking(reads, own, said):
    """What is read, and set by the site, and not in the files of the one that reads it."""
    return sorted((reads & said) - own)
