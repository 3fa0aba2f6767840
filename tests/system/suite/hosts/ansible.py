"""Ansible's own dry run (`--check`) of the emitted playbook, by Debian's ansible-core in the tree of a node, which is its own target.

Modules look at the node's files as they would in a run. There is no apt state in a tree: in place of the package manager a module
takes the names, as the suite's reader of packages has apt itself plan them. Units have nobody who would start them in a tree.
"""

import os
import re
import signal
import subprocess

from suite.hosts.node import Node
from suite.root import PATH

LISTED = """\
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({"name": {"type": "list", "elements": "str"}, "state": {"choices": ["present"]}}, supports_check_mode=True)
module.exit_json(changed=False, names=module.params["name"])
"""
WORDS = {
    "ansible_become": "false", "ansible_package_use": "suite_listed", "ansible_python_interpreter": "/usr/bin/python3",
}


def prepared(node: Node):
    """The output as an operator has it, beside the modules of the suite."""
    node.root.bind(node.stage.site.folder, "/check/site")
    node.root.write("/check/library/suite_listed.py", LISTED)


def changes(node: Node, sought: str = "") -> list[str]:
    """The tasks that a run would change something by, in the playbook's order; a task that fails ends it, and one that is sought."""
    environ = ["ANSIBLE_LIBRARY=/check/library", "ANSIBLE_LOCALHOST_WARNING=false", "ANSIBLE_NOCOLOR=true", "ANSIBLE_HOME=/tmp/ansible"]
    environ += ["ANSIBLE_PIPELINING=true", f"PATH={PATH}", "LANG=C.UTF-8", "HOME=/root"]
    words = [part for name, value in WORDS.items() for part in ("--extra-vars", f"{name}={value}")]
    place = ["--connection", "local", "--limit", node.name, "--inventory", "/check/site/ansible/inventory.yaml"]
    command = ["env", "-i", *environ, "timeout", "1500", "ansible-playbook", "--check", *words, *place, "/check/site/ansible/site.yaml"]
    said, found, task = [], [], ""
    with subprocess.Popen(node.inside(command), text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as running:
        for line in running.stdout:
            said.append(line)
            named = re.match(r"(?:TASK|RUNNING HANDLER) \[(.*?)\]", line)
            task = named.group(1) if named else task
            if line.startswith("changed:") and task not in found:
                found.append(task)
            if sought and sought in found:
                os.killpg(running.pid, signal.SIGTERM)
                return found
    counted = re.search(rf"^{node.name} +: ok=(\d+) .*unreachable=0 +failed=0", "".join(said), re.M)
    assert counted and int(counted.group(1)) > 10, "".join(said)[-900:]
    return found
