"""Three controllers of a site for hosts: HAProxy and keepalived before them, a database and a broker of three members. One is lost.

The site has the identity service alone: what is asked is whether the address that clients know goes on answering.
"""

import time

from suite.cluster.containers import until
from suite.hosts.playbook import Playbook
from suite.scenarios import Ended, Steps
from suite.scenarios.cloud import http
from suite.scenarios.hosts_target import INSTALL, Stage, nodes_of, signed_in
from suite.site import sites

SITE, SCENARIO, VIP = "hosts-members", "cluster-hosts-members", "10.40.0.10"
URL = f"http://{VIP}:5000/v3"


def answers():
    try:
        return signed_in(URL)
    except (OSError, AssertionError):
        return None


def is_taken(subject: str) -> bool:
    try:
        return http("GET", f"{URL}/auth/tokens", None, {"X-Auth-Token": subject, "X-Subject-Token": subject}, timeout=20)[0] == 200
    except OSError:
        return False


class Members:
    """The site as it comes up, loses a controller, and has it back."""

    def __init__(self, stage: Stage, steps: Steps):
        self.stage, self.steps, self.nodes = stage, steps, nodes_of(stage)
        self.playbook = Playbook(stage.site, self.nodes, ())

    def holders(self) -> list[str]:
        return [name for name, node in self.nodes.items() if node.has(VIP)]

    def up(self):
        with self.steps.step("files lie as the manifest says, and no file of a controller is that of another where it must not be"):
            for node in self.nodes.values():
                node.lay()
                node.run("sysctl", "-p", "/etc/sysctl.d/61-haproxy.conf")
        with self.steps.step("units start and scripts end well in the playbook's order, controllers by turns") as notes:
            notes.append(f"{len(self.playbook.walk())} plays")
        with self.steps.step("one controller holds the virtual address") as notes:
            until("somebody holds it", 60, self.holders)
            assert len(self.holders()) == 1, f"held by {self.holders()}"
            notes.append(f"by {self.holders()[0]}")

    def members(self):
        with self.steps.step("the database has three members, and so has the broker"):
            first = self.nodes[sorted(self.nodes)[0]]
            ask = "mariadb --user=root --batch --skip-column-names -e".split()
            said = first.run(*ask, "SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'")
            assert said.split()[-1] == "3", said
            as_broker = "runuser -u rabbitmq -- env HOME=/var/lib/rabbitmq /usr/lib/rabbitmq/bin/rabbitmqctl".split()
            said = first.run(*as_broker, "--quiet", "--longnames", "--node", f"rabbit@{first.address}", "cluster_status")
            assert all(f"rabbit@{node.address}" in said.split("Running Nodes")[1] for node in self.nodes.values()), said[-600:]

    def asked(self):
        with self.steps.step("the API answers at the virtual address, and every controller takes the token of another"):
            self.token = until("a token", 120, answers, 2)
            # Requests go round the controllers.
            refused = sum(not is_taken(self.token) for _ in range(9))
            assert not refused, f"{refused} of 9 refused it"

    def lost(self):
        with self.steps.step("the controller that holds the virtual address is lost: another one answers there") as notes:
            self.gone = self.holders()[0]
            self.nodes[self.gone].die()
            began = time.monotonic()
            until("a token", 180, answers, 2)
            held = [name for name in self.holders() if name != self.gone]
            assert len(held) == 1, f"held by {held}"
            notes.append(f"{self.gone} lost, {held[0]} holds it; a token after {time.monotonic() - began:.0f} s")
        with self.steps.step("a token from before the loss is still taken by both that are left"):
            until("HAProxy has left the lost one out", 30, lambda: all(is_taken(self.token) for _ in range(6)), 2)

    def broken(self):
        with self.steps.broken("without a balancer on the host that holds the address nobody answers, and keepalived gives it away"):
            holder = next(name for name in self.holders() if name != self.gone)
            self.nodes[holder].stop("haproxy")
            until("another holds it", 60, lambda: [name for name in self.holders() if name not in (holder, self.gone)])
            until("a token", 60, answers, 2)

    def close(self):
        for node in self.nodes.values():
            node.close()
        self.stage.close()


def run(table, options):
    """The site as the suite wrote it, and all that is done with it."""
    steps = Steps(table, "hosts with members, Debian 13", "Debian's packages", "2025.1")
    folder = options.work / "written" / SITE
    for name, verdict in (("reason", steps.skip), ("refused", lambda what, why: steps.row(what, "fail", time.monotonic(), [why]))):
        if (folder / name).exists():
            verdict("all of it", (folder / name).read_text(encoding="utf-8").strip())
            return
    members = None
    try:
        stage = Stage(options.work, next(one for one in sites(folder / "output") if one.name == SITE))
        # As when the package is installed, before the site's files are there.
        stage.before = {"mariadb": [[*INSTALL.split(), "--auth-root-socket-user=mysql", "--wsrep-on=OFF"]]}
        members = Members(stage, steps)
        for part in (members.up, members.members, members.asked, members.lost, members.broken):
            part()
    except Ended:
        pass
    finally:
        if members is not None:
            members.close()
