"""The emitted playbook, play by play: scripts are run, units started where their digest changed."""

import yaml

from suite.hosts.node import Node

# What lays packages, files and secrets in place is done by the nodes themselves.
LAID = ("repositories", "packages", "files")


class Playbook:
    """Plays of a site on its nodes; what a walk changed is a list of `PLAY on NODE`."""

    def __init__(self, site, nodes: dict[str, Node], absent: tuple[str, ...]):
        self.site = site
        self.plays = yaml.load(site.read("ansible/site.yaml"), Loader=yaml.CSafeLoader)
        self.groups = yaml.load(site.read("ansible/inventory.yaml"), Loader=yaml.CSafeLoader)["all"]["children"]
        self.nodes, self.absent, self.digests = nodes, absent, {}

    def members(self, play: dict) -> list[Node]:
        names = self.nodes if play["hosts"] == "all" else self.groups[play["hosts"]]["hosts"]
        return [self.nodes[name] for name in names]

    def walk(self, wanted=lambda _name: True) -> list[str]:
        """Go through the plays in their order; the names of those that `wanted` takes."""
        changed = []
        for play in self.plays:
            if play["name"] in LAID or not wanted(play["name"]):
                continue
            for node in self.members(play):
                if any(self.task(node, task) for task in play["tasks"]):
                    changed.append(f"{play['name']} on {node.name}")
        return changed

    def has_secrets(self, node: Node) -> bool:
        """The one condition of the playbook: `host_sealed | length > 0`."""
        return bool(yaml.load(self.site.read(f"ansible/host_vars/{node.name}.yaml"), Loader=yaml.CSafeLoader)["host_sealed"])

    def task(self, node: Node, task: dict) -> bool:
        if "when" in task and not self.has_secrets(node):
            return False
        if "ansible.builtin.command" in task:
            said = node.run(*task["ansible.builtin.command"]["cmd"].split())
            return "unchanged" not in said.splitlines()
        unit = task["ansible.builtin.copy"]["dest"].rsplit("/", 1)[-1]
        if "notify" not in task or unit in self.absent:
            return False
        digest = node.read(task["ansible.builtin.copy"]["dest"])
        if self.digests.get((node.name, unit)) == digest:
            return False
        self.digests[node.name, unit] = digest
        node.stop(unit)
        node.start(unit)
        return True
