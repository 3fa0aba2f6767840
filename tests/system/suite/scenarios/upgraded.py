"""A site goes from 2024.1 by 2025.1 to 2026.1, state by state as `taco-gen upgrade` writes them, with the programs of each release.

An image's tag says which release's Python environment its container has: old APIs, new Jobs and old agents stand side by side as emitted.
"""

import contextlib
import re
import shutil
import subprocess

import pymysql

from suite import prepare
from suite.cluster.containers import Late, until
from suite.cluster.pods import Pod, Stage
from suite.readers.sealed import IDENTITY
from suite.scenarios import chassis, services
from suite.scenarios.applied import SETS, Applied, consumer, ended, template
from suite.scenarios.broken import Since
from suite.scenarios.cloud import http, token
from suite.scenarios.tenant import Tenant
from suite.site import Site, secret_value

SITE, NODE = "virtualbox", "k8s-node01"
HOPS = (("2024.1", "2025.1"), ("2025.1", "2026.1"))
# What needs a kernel's or a hypervisor's devices.
LEFT = ("libvirt/libvirt", "neutron/dhcp-agent", "neutron/l3-agent", "neutron/metadata-agent")
# A driver that keeps no machine, but names its node as real ones do, from one start to the next.
COMPUTE = {"nova-compute-conf": "[DEFAULT]\ncompute_driver = fake.FakeDriverWithoutFakeNodes\n"}
CELL0 = "00000000-0000-0000-0000-000000000000"


class Moving(Stage):
    """A stage where the release of an image is that of what runs in it."""

    def place(self, service, entity):
        tree, environment = super().place(service, entity)
        release = re.search(r":(\d{4}\.\d)(-|$)", template(entity)["spec"]["containers"][0]["image"])
        return tree, environment.parent / release.group(1) if environment and release else environment

    def connect(self, name):
        """The agent shares its node's network with the switch, whose controller it is."""
        switch = name.replace("neutron-ovs-agent", "openvswitch")
        if switch != name and name not in self.addresses:
            self.share(name, switch)
        return super().connect(name)


class Project:
    """The folder that the site is written and built in."""

    def __init__(self, stage):
        self.folder = stage.site.folder.parents[1]
        self.program, reason = prepare.program()
        assert self.program, reason
        # What was there before the first step.
        shutil.copytree(self.folder / "output", self.folder / "first")
        self.spec = self.folder / "sites" / SITE / "site.kdl"
        self.written = self.spec.read_text(encoding="utf-8")

    def run(self, *words, folder=None):
        """The exit code of the compiler, and all that it said."""
        command = [str(self.program), *words, "--identity", str(IDENTITY)]
        done = subprocess.run(command, check=False, cwd=folder or self.folder, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr

    def next(self, release):
        """The next state: the exit code, what the compiler said, what it calls the state and how many follow."""
        status, said = self.run("upgrade", SITE, "--to", release)
        found = re.search(r"site\.kdl: (.*); (\d+) more", said)
        return status, said, *((found.group(1), int(found.group(2))) if found else ("no state is written", 0))

    def ahead(self, release):
        """The site as if it had gone to a release at once."""
        folder = self.folder / "ahead"
        for part in ("overlays", "schema", "sites"):
            shutil.copytree(self.folder / part, folder / part)
        spec = folder / "sites" / SITE / "site.kdl"
        spec.write_text(self.written.replace(HOPS[0][0], release), encoding="utf-8")
        status, said = self.run("build", SITE, folder=folder)
        assert status == 0, said[-600:]
        return Site(folder / "output" / SITE)

    def site(self):
        return Site(self.folder / "output" / SITE)


def listed(said, word):
    found = re.search(rf"^ *the next build {word} (.*)$", said, re.M)
    return set() if found is None or found.group(1) == "nothing" else set(found.group(1).split(", "))


@contextlib.contextmanager
def as_of(stage, site):
    """The stage as if it were another state of the site, for the block."""
    own = stage.site
    stage.site = stage.api.site = site
    try:
        yield
    finally:
        stage.site = stage.api.site = own


def refused(stage, job, pattern):
    """A Job fails, and says why."""
    try:
        stage.job(job, tag="broken", seconds=120)
    except Late as late:
        logs = (stage.folder / "logs").glob(f"{job}-broken.*.log")
        assert any(re.search(pattern, Since.text(log)) for log in logs), f"it failed for another reason: {late}"
    else:
        raise AssertionError("it ended well all the same")


@contextlib.contextmanager
def uncelled(stage):
    """Nova's own database without the entry of the cell for servers that never came up, for the block."""
    connection = pymysql.connect(host=stage.address_of("mariadb"), user="nova", password=secret_value("nova-database", "password"),
                                 database="nova_api", autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cell_mappings WHERE uuid = %s", CELL0)
        row = cursor.fetchone()
        cursor.execute("DELETE FROM cell_mappings WHERE uuid = %s", CELL0)
        try:
            yield
        finally:
            cursor.execute(f"INSERT INTO cell_mappings VALUES ({', '.join(['%s'] * len(row))})", row)


def unchecked(stage, steps, _project):
    with steps.broken("the check of the next release fails where a cell has no entry"), uncelled(stage):
        refused(stage, "nova-upgrade-check", "cell mapping")


def unexpanded(stage, steps, project):
    with steps.broken("an API of the next release finds no way in tables that nobody expanded"):
        with as_of(stage, project.ahead("2025.1")):
            pod = Pod(stage, stage.workload("Deployment", "neutron-server"), "neutron-server-ahead").start()
            try:
                since = Since(pod)
                until("it answers or ends", 120, lambda: not pod.main().running() or pod.main().connects(9696), 2)
                headers = {"X-Auth-Token": token(stage.pods["keystone-api-0"])}
                status = http("GET", f"http://{pod.address}:9696/v2.0/networks", None, headers)[0] if pod.main().running() else "that it ended"
                assert status != 200, "it lists networks all the same"
                said = "Unknown column|doesn't exist"
                assert since.says(said) or re.search(said, Since.text(pod.main().log)), f"for another reason: {status}, {pod.main().tail()}"
            finally:
                ended(stage, pod)


def backwards(stage, steps, project):
    with steps.broken("after it the Job of the release before finds no way in the tables"):
        with as_of(stage, Site(project.folder / "first" / SITE)):
            refused(stage, "neutron-db-sync", "Can't locate revision|No such revision")


# What must be found out, after the state whose name begins so; in the first upgrade alone.
BROKEN = {"run the upgrade checks": (unchecked, unexpanded), "expand the databases": (backwards,)}


def moved(applied, steps, project, hop, tenant):
    """One upgrade: all its states, each delivered and looked at."""
    steps.version, left = hop[1], 1
    while left:
        status, said, name, left = project.next(hop[1])
        with steps.step(f"{name}: all is there") as notes:
            assert status == 0 and "more" in said, said[-600:]
            site = project.site()
            kinds = {"runs": ("Job",), "restarts": (*SETS, "CronJob")}
            changed = {word: {consumer(one) for one in applied.changed(site, *kinds[word])} for word in kinds}
            told = {word: listed(said, word) for word in kinds}
            assert changed == told, f"objects changed: {changed}; the compiler says: {told}"
            notes += applied.apply(site, tenant.look)
            tenant.look()
            late = applied.by_hand(site)
            if late:
                notes.append(f"pods that somebody deletes: {', '.join(late)}")
                tenant.look()
        for state, plays in BROKEN.items() if hop == HOPS[0] else ():
            for play in plays if name.startswith(state) else ():
                play(applied.stage, steps, project)
                tenant.look()


def play(stage, step_of):
    stage.overrides = {name: text for name, text in services.OVERRIDES.items() if name != "glance-api-conf"} | COMPUTE
    stage.releases["neutron"] = "agents"
    stage.brought |= {"nova": services.BROUGHT, "openvswitch": chassis.BROUGHT}
    applied, tenant = Applied(stage, LEFT, NODE), Tenant(stage, NODE)
    steps = step_of("upgrade")
    steps.version = HOPS[0][0]
    with steps.step("Jobs and pods of the first release; all is there: a token, an image, a network with a port, a server that is ACTIVE") as notes:
        notes += applied.apply(stage.site, lambda unit: None)
        tenant.settle()
        project = Project(stage)
    for hop in HOPS:
        moved(applied, steps, project, hop, tenant)
