"""The scenarios in their order; one that needs a service that did not come up is skipped, with the reason."""

from suite.cluster.pods import Stage
from suite.readers.hosts import package
from suite.root import PATH
from suite.scenarios import Ended, Steps, broker, galera, stores

SITE = "lab"


def run(table, options, found, bookworm, trixie):
    site = next((site for site in found if site.name == SITE), found[0])
    stage = Stage(options.work, site, options.work / "environments" / "2026.1")
    stage.releases = {"rabbitmq": "trixie", "etcd": "trixie", "memcached": "trixie"}
    # As in the image: the home of the cookie, and the scripts of RabbitMQ itself before those that Debian has around them.
    stage.extra_environ = {"rabbitmq": {"HOME": "/var/lib/rabbitmq", "PATH": f"/usr/lib/rabbitmq/bin:{PATH}"}}
    stage.store_secrets()
    version = lambda name, root: package(root, name)
    plays = {
        "mariadb": lambda steps: galera.Galera(stage, steps).play(),
        "rabbitmq": lambda steps: broker.play(stage, steps),
        "etcd": lambda steps: stores.etcd(stage, steps),
        "memcached": lambda steps: stores.memcached(stage, steps),
    }
    versions = {
        "mariadb": version("mariadb-server", bookworm), "rabbitmq": version("rabbitmq-server", trixie),
        "etcd": version("etcd-server", trixie), "memcached": version("memcached", trixie),
    }
    up, failed = {}, {}
    try:
        for name, play in plays.items():
            if not options.only or any(part in f"cluster-{name}" for part in options.only):
                attempt(name, play, Steps(table, f"{site.name}, {name}", name, versions[name]), up, failed)
    finally:
        for refusal in sorted(set(stage.api.refused)):
            print(f"      the API refused: {refusal}", flush=True)
        stage.close()


def attempt(name, play, steps, up, failed):
    try:
        up[name] = play(steps)
    except Ended as step:
        failed[name] = str(step)
