"""The scenarios in their order; one that needs a service that did not come up is skipped, with the reason."""

from suite.cluster import certificates
from suite.cluster.pods import Stage
from suite.cluster.reads import Reads
from suite.readers.hosts import package
from suite.root import PATH
from suite.scenarios import (
    Ended, Steps, added, alarms, broken, broker, chassis, galera, keystone, privileged, rotation, series, services, stores, tls, traced,
    uploads, volumes,
)

SITE = "lab"
PACKAGES = {
    "mariadb": ("mariadb-server", "bookworm"), "rabbitmq": ("rabbitmq-server", "trixie"), "etcd": ("etcd-server", "trixie"),
    "memcached": ("memcached", "trixie"), "ovn": ("ovn-central", "bookworm"), "series": ("mariadb-server", "trixie"),
}
NEEDS = {
    "tls": ("mariadb", "rabbitmq"), "keystone": ("mariadb", "rabbitmq", "memcached"), "glance": ("keystone",), "placement": ("keystone",),
    "neutron": ("keystone", "ovn"), "alarms": ("rabbitmq",), "uploads": ("glance",), "chassis": ("ovn",),
    "binding": ("neutron", "chassis"), "nova": ("keystone", "placement", "glance"), "machine": ("nova", "neutron"),
    "cinder": ("keystone", "glance"), "volumes": ("cinder",),
    "rotation": ("keystone", "glance"), "heat": ("keystone", "neutron"), "horizon": ("keystone", "memcached"), "series": ("mariadb",), **added.NEEDS,
}


def main_site(found):
    """The site whose pods are started."""
    return next((site for site in found if site.name == SITE), found[0])


def run(table, options, found, bookworm, trixie):
    site = main_site(found)
    stage = Stage(options.work, site, options.work / "environments" / "2026.1")
    stage.releases = {"rabbitmq": "trixie", "etcd": "trixie", "memcached": "trixie", "designate/bind": "trixie"}
    # As in the image: the home of the cookie, and the scripts of RabbitMQ itself before those that Debian has around them.
    # It begins with the feature flags of an older series alone, as one that was upgraded has them.
    flags = {"RABBITMQ_FEATURE_FLAGS": "stream_filtering"}
    stage.extra_environ = {"rabbitmq": {"HOME": "/var/lib/rabbitmq", "PATH": f"/usr/lib/rabbitmq/bin:{PATH}", **flags}}
    stage.reads = Reads(stage.folder / "reads")
    stage.store_secrets()
    stage.certificates = certificates.of_store(site, bookworm)
    roots = {"bookworm": bookworm, "trixie": trixie}
    plays = {
        "mariadb": lambda steps, _: galera.Galera(stage, steps).play(),
        "rabbitmq": lambda steps, _: broker.play(stage, steps),
        "tls": lambda steps, up: tls.play(stage, steps, up),
        "etcd": lambda steps, _: stores.etcd(stage, steps),
        "memcached": lambda steps, _: stores.memcached(stage, steps),
        "keystone": lambda steps, _: keystone.play(stage, steps),
    }
    stage.overrides = {**services.OVERRIDES, **added.OVERRIDES}
    stage.brought = {"openvswitch": chassis.BROUGHT, "cinder": {**volumes.BROUGHT, **privileged.BROUGHT}}
    stage.extra_environ["cinder"] = volumes.ENVIRON
    stage.environments = {name: options.work / "environments" / "acceptance" for name in ("rally", "tempest")}
    stage.brought |= {"nova": {**services.BROUGHT, **privileged.BROUGHT}, "neutron": privileged.BROUGHT}
    parts = {"alarms": alarms.play, "glance": services.glance, "uploads": uploads.play, "placement": services.placement, "ovn": services.ovn}
    parts |= {"chassis": chassis.play, "neutron": services.neutron, "binding": chassis.binding, "nova": services.nova}
    parts |= {"machine": services.machine, "cinder": services.cinder, "volumes": volumes.play, "privileged": privileged.play}
    parts |= {"heat": services.heat, "horizon": services.horizon}
    parts |= {name: added.play_of(name, bookworm) for name in added.PLAYS}
    # The last: what it leaves behind is another version.
    for name, play in (parts | {"rotation": rotation.play, "series": series.play}).items():
        plays[name] = lambda steps, up, play=play: play(stage, steps, up)
    versions = {name: package(roots[root], of) for name, (of, root) in PACKAGES.items()}
    runner = Runner(table, stage, plays, versions, options.only)
    try:
        for name in plays:
            if not options.only or any(part in f"cluster-{name}" for part in options.only):
                runner.need(name)
        traced.play(stage, runner.steps("reads"))
    finally:
        for refusal in sorted(set(stage.api.refused)):
            print(f"      the API refused: {refusal}", flush=True)
        stage.close()


def database(stage, steps):
    cluster = galera.Galera(stage, steps)
    cluster.form()
    return cluster.pods


# What is only formed where a scenario that needs it was asked for by name.
FORMED = {"mariadb": database, "rabbitmq": broker.form, "keystone": keystone.form}


class Runner:
    """Plays a scenario after those that it needs."""

    def __init__(self, table, stage, plays, versions, only):
        self.table, self.stage, self.plays, self.versions, self.only = table, stage, plays, versions, only
        self.up, self.failed = {}, {}

    def steps(self, name):
        return Steps(self.table, f"{self.stage.site.name}, {name}", name, self.versions.get(name, "2026.1"))

    def need(self, name):
        if name in self.up or name in self.failed:
            return
        for other in NEEDS.get(name, ()):
            self.need(other)
            if other in self.failed:
                self.failed[name] = f"needs {other}, of which this failed: {self.failed[other]}"
                self.steps(name).skip("all of it", self.failed[name])
                return
        try:
            steps = self.steps(name)
            asked = not self.only or any(part in f"cluster-{name}" for part in self.only)
            if name in FORMED and not asked:
                self.up[name] = FORMED[name](self.stage, steps)
            else:
                self.up[name] = self.plays[name](steps, self.up)
            if name in broken.PLAYS and asked:
                broken.PLAYS[name](self.stage, steps, self.up[name])
        except Ended as step:
            self.failed[name] = str(step)
