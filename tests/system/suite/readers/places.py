"""One OpenStack release as a place to run programs in: a tree, its Python, and the folder of its packages.

Debian 12 holds Zed as packages of its own; every other release comes from Python's package index, by its lock.
"""

from pathlib import Path

from suite.root import Root

TOOLS = Path(__file__).resolve().parents[1] / "tools"
# Release -> the tree that holds it.
PACKAGED = {"zed": "zed"}


class Place:
    """`python` and `bin` are paths inside the tree, `packages` is one outside of it."""

    def __init__(self, work, release, scratch):
        self.release = release
        self.root = Root(work, PACKAGED.get(release, "bookworm"), f"release-{release}")
        if release in PACKAGED:
            self.python, self.bin, self.uwsgi = "/usr/bin/python3", "/usr/bin", ("/usr/bin/uwsgi_python311", "--plugins", "http")
            self.packages = self.root.path / "usr/lib/python3/dist-packages"
        else:
            environment = work / "environments" / release
            self.root.bind(environment, "/var/lib/openstack")
            self.bin = "/var/lib/openstack/bin"
            self.python, self.uwsgi = f"{self.bin}/python", (f"{self.bin}/uwsgi",)
            self.packages = next(environment.glob("lib/python3.*/site-packages"))
        self.scratch = scratch / release
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.root.bind(self.scratch, "/check/scratch")
        self.root.bind(TOOLS, "/check/tools")

    def inside(self, path):
        """Where a file of the scratch folder is seen in the tree."""
        return f"/check/scratch/{path.relative_to(self.scratch).as_posix()}"

    def version(self, name):
        """The version of an installed Python package, from the folder that says what was installed; of uWSGI, as it says itself."""
        if name == "pyuwsgi":
            return self.root.run(self.uwsgi[0], "--version").stdout.strip().splitlines()[-1]
        for form in (name.replace("-", "_"), name.replace("-", "."), name):
            found = next((path for kind in ("dist", "egg") for path in self.packages.glob(f"{form}-[0-9]*.{kind}-info")), None)
            if found:
                return found.name.removeprefix(f"{form}-").rsplit(".", 1)[0]
        return "unknown"
