"""What the main site does not say, each on a stage of its own: sites that the suite writes (written.py), and other committed ones."""

import contextlib

from suite import written
from suite.cluster import certificates
from suite.cluster.pods import Stage
from suite.readers.hosts import package
from suite.scenarios import Ended, Steps, celled, chassis, directory, elsewhere, privileged, secured, services, sign_on, switched, upgraded
from suite.root import PATH, Root
from suite.site import Site

# As in the identity service's image, where Debian's packages bring what a directory is asked with.
DIRECTORY = {"/opt/suite/sitecustomize.py": "import sys\n\nsys.path.append('/usr/lib/python3/dist-packages')\n"}
RELEASES = {"rabbitmq": "trixie", "memcached": "trixie", "etcd": "trixie"}


def stage_of(options, kind, site, bookworm):
    stage = kind(options.work, site, options.work / "environments" / "2026.1")
    stage.releases = dict(RELEASES)
    broker = {"HOME": "/var/lib/rabbitmq", "PATH": f"/usr/lib/rabbitmq/bin:{PATH}"}
    stage.extra_environ = {"rabbitmq": broker}
    stage.overrides = services.OVERRIDES
    stage.store_secrets()
    stage.certificates = certificates.of_store(stage.site, bookworm)
    return stage


def others(stage, step_of):
    """The site whose database, broker and cache others run, with a directory and a provider of others."""
    stage.releases["keystone"] = "apis"
    stage.brought["keystone"], stage.extra_environ["keystone"] = DIRECTORY, {"PYTHONPATH": "/opt/suite"}
    kept = elsewhere.servers(step_of("external"), stage)
    directory.directory(stage)
    server = sign_on.provider(stage)
    up = elsewhere.identity(step_of("external"), stage)
    # None needs another: one that ends early leaves the rest.
    parts = {
        "directory": lambda steps: directory.play(steps, stage, up),
        "single_sign_on": lambda steps: sign_on.play(steps, stage, up, server),
        "external": lambda steps: elsewhere.play(steps, stage, up, kept),
    }
    for name, part in parts.items():
        with contextlib.suppress(Ended):
            part(step_of(name))


def inside(stage, step_of):
    secured.play(stage, step_of("tls"), step_of)


def cells(stage, step_of):
    celled.play(stage, step_of)


def agents(stage, step_of):
    stage.releases["neutron"] = "agents"
    stage.brought |= {"openvswitch": chassis.BROUGHT, "neutron": privileged.BROUGHT}
    switched.play(stage, step_of)


# Scenario -> site, kind of stage, what is done.
PLAYS = {"elsewhere": ("elsewhere", Stage, others), "secured": ("lab", secured.Secured, inside), "celled": ("celled", Stage, cells)}
PLAYS |= {"switched": (switched.SITE, Stage, agents), "upgrade": (upgraded.SITE, upgraded.Moving, upgraded.play)}


def is_built(steps, folder):
    with contextlib.suppress(Ended), steps.step("its spec builds"):
        refused = folder / "refused"
        assert not refused.exists(), refused.read_text(encoding="utf-8").strip()
        return True
    return False


def output_of(options, name, site):
    """The output of the suite's own site; else of the committed one."""
    output = options.work / "written" / name / "output" if name in written.SITES else options.output
    return Site(output / site)


def is_there(options, name, step_of):
    """Could the suite's own site be built? A row says why not."""
    if name not in written.SITES:
        return True
    folder = options.work / "written" / name
    if (folder / "reason").exists():
        step_of("all").skip("all of it", (folder / "reason").read_text(encoding="utf-8").strip())
        return False
    return is_built(step_of("site"), folder)


def run(table, options, bookworm):
    apis = Root(options.work, "apis", "apis")
    versions = {"external": package(bookworm, "mariadb-server"), "directory": package(apis, "slapd")}
    versions |= {"single_sign_on": package(apis, "libapache2-mod-auth-openidc")}
    for name, (site, kind, play) in PLAYS.items():
        if options.only and not any(part in f"cluster-{name}" for part in options.only):
            continue
        step_of = lambda service, name=name: Steps(table, f"{name}, {service}", service, versions.get(service, "2026.1"))
        if not is_there(options, name, step_of):
            continue
        stage = stage_of(options, kind, output_of(options, name, site), bookworm)
        with contextlib.closing(stage), contextlib.suppress(Ended):
            play(stage, step_of)
        for refusal in sorted(set(stage.api.refused)):
            print(f"      the API refused: {refusal}", flush=True)
