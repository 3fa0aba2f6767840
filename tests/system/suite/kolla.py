"""A deployment as Kolla-Ansible renders it, beside the site that an import of the same files gives.

Kolla-Ansible's own playbook runs as `kolla-ansible genconfig` runs it (`site.yml`, `kolla_action=config`), with connections to this
machine alone. What it would ask hosts and containers is given: facts of five hosts, that no hypervisor is registered yet, and the
one filter that it takes from a collection. Every option that differs has its reason in the tool's table, or is the same thing at
another place; these are held against what stands behind the addresses. Each broken counterpart must be told by the option it is about.
"""

import json
import os
import re
import secrets
import shutil
import sys
from base64 import b64encode
from pathlib import Path
from struct import pack

from suite import prepare
from suite.root import Failed, call
from suite.scenarios import Ended, Steps

SCENARIO = "cluster-kolla"
VIP = "10.20.0.250"
NODES = {**{f"ctl{n}": f"10.20.0.{10 + n}" for n in (1, 2, 3)}, **{f"cmp{n}": f"10.20.0.{20 + n}" for n in (1, 2)}}
CONTROLLERS = {NODES[name] for name in NODES if name.startswith("ctl")}
RENDERED = ("ctl1", "cmp1")
ROLES = "keystone,glance,placement,nova,nova-cell,nova-api,neutron,cinder,heat,horizon,mariadb,memcached,rabbitmq,openvswitch,ovn"
GLOBALS = f"""---
kolla_internal_vip_address: {VIP}
kolla_base_distro: debian
network_interface: eth0
tunnel_interface: eth1
neutron_external_interface: eth3
neutron_plugin_agent: ovn
openstack_region_name: RegionTwo
nova_compute_virt_type: qemu
enable_cinder: "yes"
enable_cinder_backup: "no"
cinder_backend_ceph: "yes"
glance_backend_ceph: "yes"
nova_backend_ceph: "yes"
"""
MONITORS = "10.20.0.31,10.20.0.32,10.20.0.33"
CEPH = f"[global]\nfsid = 5b7a86d1-4f2d-4c58-9f6e-1b1a4a2c9d10\nmon_host = {MONITORS}\n"
# A port of the deployment, and the Service that answers in its place; without a port it is a name for the public.
SERVICES = {
    "3306": r"mariadb\.", "5000": r"keystone-api\.", "9292": r"glance-api\.", "11211": r"memcached-\d\.memcached\.",
    "6641": r"ovn-ovsdb-nb-\d\.ovn-ovsdb-nb\.", "6642": r"ovn-ovsdb-sb-\d\.ovn-ovsdb-sb\.",
    # Relays of the southbound database, in whose place agents ask its members.
    "16641": r"ovn-ovsdb-sb-\d\.ovn-ovsdb-sb\.",
}
MEMBERS = ("11211", "6641", "6642", "16641")
MOVED = {"16641": "6642"}
NAMES = {"5000": "identity", "6080": "console", "8000": "cloudformation", "": "dashboard"}
MODULE = """#!/usr/bin/python
import json
from ansible.module_utils.basic import AnsibleModule

ARGUMENTS = {"file": {}, "module_name": {}, "module_args": {"type": "dict"}, "container_engine": {}, "module_extra_vars": {"type": "dict"},
             "user": {}, "api_version": {}, "timeout": {"type": "int"}}
module = AnsibleModule(argument_spec=ARGUMENTS)
file = module.params["file"]
module.exit_json(changed=False, **({"ansible_facts": json.load(open(file))} if file else {"resources": []}))
"""
FACTS = """- hosts: localhost
  gather_facts: false
  tags: always
  tasks:
    - given_facts: { file: "{{ facts_folder }}/{{ item }}" }
      delegate_to: "{{ item }}"
      delegate_facts: true
      loop: "{{ groups['all'] | difference(['localhost']) }}"
"""
FILTER = "class FilterModule:\n    def filters(self):\n        return {'ipaddr': lambda value, query='': value}\n"
CONFIG = """[defaults]
forks = 2
collections_path = {folder}/collections
interpreter_python = {python}
local_tmp = {folder}/tmp
remote_tmp = {folder}/tmp
display_skipped_hosts = False
[connection]
pipelining = True
"""


def key():
    """A key of Ceph, made for the run."""
    return b64encode(pack("<hiih", 1, 1700000000, 0, 16) + secrets.token_bytes(16)).decode()


def interface(device, address):
    network = address.rsplit(".", 1)[0]
    ipv4 = {"address": address, "netmask": "255.255.255.0", "network": f"{network}.0", "prefix": "24"}
    return {"device": device, "active": True, "type": "ether", "ipv4": ipv4}


def facts(name, address):
    """What Ansible would gather on a host."""
    last = address.rsplit(".", 1)[1]
    found = {"hostname": name, "nodename": name, "fqdn": name, "processor_vcpus": 8, "memtotal_mb": 65536, "os_family": "Debian"}
    found |= {"distribution": "Debian", "distribution_release": "bookworm", "distribution_major_version": "12", "architecture": "x86_64"}
    found |= {"all_ipv4_addresses": [address], "interfaces": ["eth0", "eth1", "eth3"], "python": {"executable": sys.executable}}
    found |= {"eth0": interface("eth0", address), "eth1": interface("eth1", f"10.21.0.{last}"), "eth3": {"device": "eth3", "active": True}}
    found |= {"service_mgr": "systemd", "user_uid": 0, "env": {}, "kernel": "6.1", "date_time": {"epoch": "0"}}
    return {f"ansible_{fact}": value for fact, value in found.items()}


class Deployment:
    """The files that its operators have, and those that Kolla-Ansible renders."""

    def __init__(self, folder: Path, environment: Path):
        self.folder, self.environment = folder, environment
        shutil.rmtree(folder, ignore_errors=True)
        self.tool = environment / "share/kolla-ansible"
        (folder / "facts").mkdir(parents=True)
        (folder / "globals.yml").write_text(GLOBALS, encoding="utf-8")
        (folder / "multinode").write_text(self.inventory(), encoding="utf-8")
        for name, address in NODES.items():
            (folder / "facts" / name).write_text(json.dumps(facts(name, address)), encoding="utf-8")
        self.ceph()
        passwords = folder / "passwords.yml"
        shutil.copy(self.tool / "etc_examples/kolla/passwords.yml", passwords)
        passwords.chmod(0o600)
        self.python("kolla_ansible.cmd.genpwd", "-p", passwords)

    def python(self, module, *words, **more):
        # A script's first line names a path of where the environment was made.
        program = f"import sys; from {module} import main; sys.exit(main())"
        environ = {**os.environ, "PATH": f"{self.environment / 'bin'}:{os.environ['PATH']}", **more}
        return call(self.environment / "bin/python", "-c", program, *words, env=environ, cwd=self.folder)

    def inventory(self):
        """The tool's own example, with these hosts."""
        _, rest = (self.tool / "ansible/inventory/multinode").read_text(encoding="utf-8").split("[baremetal:children]", 1)
        hosts = [f"{name} ansible_host={address}" for name, address in NODES.items()]
        head = ["[control]", *hosts[:3], "[network]", "ctl[1:3]", "[compute]", *hosts[3:], "[monitoring]", "ctl1", "[storage]", "ctl[1:3]"]
        return "\n".join([*head, "[deployment]", "localhost ansible_connection=local", "", "[baremetal:children]"]) + rest

    def ceph(self):
        volumes = key()
        keyrings = {"glance": ("glance", key()), "nova": ("cinder", volumes), "cinder/cinder-volume": ("cinder", volumes)}
        for part, (client, secret) in keyrings.items():
            place = self.folder / "config" / part
            place.mkdir(parents=True)
            (place / "ceph.conf").write_text(CEPH, encoding="utf-8")
            (place / f"ceph.client.{client}.keyring").write_text(f"[client.{client}]\nkey = {secret}\n", encoding="utf-8")

    def render(self):
        """What `genconfig` runs, with stand-ins for what would ask hosts and containers."""
        folder, play = self.folder, self.folder / "play"
        shutil.copytree(self.tool / "ansible", play)
        for name in ("kolla_toolbox", "given_facts"):
            (play / "library" / f"{name}.py").write_text(MODULE, encoding="utf-8")
        (play / "given.yml").write_text(FACTS, encoding="utf-8")
        filters = folder / "collections/ansible_collections/ansible/utils/plugins/filter"
        filters.mkdir(parents=True)
        (filters / "ipaddr.py").write_text(FILTER, encoding="utf-8")
        python = self.environment / "bin/python"
        (folder / "ansible.cfg").write_text(CONFIG.format(folder=folder, python=python), encoding="utf-8")
        values = {
            "kolla_action": "config", "facts_folder": str(folder / "facts"), "CONFIG_DIR": str(folder), "ansible_become": False,
            "node_config_directory": f"{folder}/rendered/{{{{ inventory_hostname }}}}", "config_owner_user": "root",
            "config_owner_group": "root", "ansible_python_interpreter": str(python),
        }
        words = ["-i", "multinode", "-c", "local", "-e", "@globals.yml", "-e", "@passwords.yml", "-e", json.dumps(values)]
        words += ["--limit", ",".join(("localhost", *RENDERED)), "--skip-tags", "common,loadbalancer,haproxy", "--tags", ROLES]
        return self.python(
            "ansible.cli.playbook", *words, play / "given.yml", play / "site.yml",
            ANSIBLE_CONFIG=str(folder / "ansible.cfg"), PYTHONPATH=str(self.environment), HOME=str(folder),
        )


class Project:
    """A project of its own with the site that the import writes."""

    def __init__(self, program: Path, deployment: Deployment):
        self.program, self.deployment = program, deployment
        self.folder, self.identity = deployment.folder / "project", deployment.folder / "project/identity"
        for part in ("schema", "overlays"):
            shutil.copytree(prepare.REPOSITORY / part, self.folder / part)
        there = deployment.folder
        self.run(
            "import", "kolla", "moved", there / "globals.yml", there / "multinode", "--config", there / "config",
            "--passwords", there / "passwords.yml", "--identity", self.identity,
        )
        self.spec = self.folder / "sites/moved/site.kdl"

    def run(self, *words):
        return call(self.program, *words, cwd=self.folder)

    def compared(self):
        """The files of the deployment, each with what differs."""
        words = ("--config", self.deployment.folder / "rendered", "--tool", "kolla", "--identity", self.identity, "--format", "json")
        return json.loads(self.run("compare", "sites/moved", *words))


def complaints(files):
    """What has no reason: options and files."""
    found = [f"{file['file']} has no counterpart" for file in files if file["ours"] is None and not file["reason"]]
    for file in files:
        for one in file["differences"]:
            option = f"{file['file']} [{one['section']}] {one['option']}"
            if one["kind"] == "place":
                found += [f"{option}: {said}" for said in misplaced(one["meaning"])]
            elif one["kind"] != "known":
                found.append(f"{option}: {one['meaning']}, {one['theirs']} there, {one['ours']} here")
    return found


def misplaced(meaning):
    """What is wrong with `the same at another place: A there, B here`: A is an address of the deployment, B what answers for it."""
    there, here = (part.split(",") for part in re.fullmatch(r".*: (.+) there, (.+) here", meaning).groups())
    ports = {place.partition(":")[2] for place in there}
    port = ports.pop() if len(ports) == 1 else None
    addresses = {place.partition(":")[0] for place in there}
    is_listening = here == ["0.0.0.0"] and addresses <= CONTROLLERS
    if not is_listening and addresses != (CONTROLLERS if port in MEMBERS else {VIP}):
        return [f"{sorted(addresses)} are not where the deployment has it"]
    public = NAMES.get(port, "?") + ".openstack.internal"
    if is_listening or here == [public]:
        return []
    wanted = re.compile(SERVICES.get(port, r"\b\B") + rf"openstack\.svc\.cluster\.local:{MOVED.get(port, port)}")
    wrong = [place for place in here if not wanted.fullmatch(place)]
    count = len(CONTROLLERS) if port in MEMBERS else 1
    return [f"{wrong or here} in place of {there}"] if wrong or len(here) != count else []


# What is changed in the spec, and the option by which it must be told.
BROKEN = {
    "another monitor": ((MONITORS, MONITORS.replace(".33", ".34")), "ceph.conf [global] mon_host"),
    "another pool of volumes": (("rbd_pool volumes", "rbd_pool others"), "cinder.conf [rbd-1] rbd_pool"),
    "another region": (("region RegionTwo", "region RegionOne"), "region_name"),
    "another kind of machine": (("virt-type qemu", "virt-type kvm"), "nova.conf [libvirt] virt_type"),
}


def told(project, text, option):
    """A change must be told by the option that it is about."""
    said = complaints(project.compared())
    if not any(option in one for one in said):
        raise Failed(f"{text} is not told: {said[:3]}")


def play(steps, folder, environment, program):
    with steps.step("`genconfig` of a deployment of five hosts, by Kolla-Ansible's own playbook") as notes:
        deployment = Deployment(folder, environment)
        recap = deployment.render().rsplit("PLAY RECAP", 1)[-1]
        hosts = re.findall(r"^(\w+)\s*:.*failed=(\d+)", recap, re.M)
        assert len(hosts) == 3 and all(failed == "0" for _, failed in hosts), recap
        count = sum(1 for file in (folder / "rendered").rglob("*") if file.is_file())
        assert count > 80, f"{count} files"
        notes.append(f"{count} files of {' and '.join(RENDERED)}")
    with steps.step("an import of its files, and every option beside its own: each difference has a reason") as notes:
        project = Project(program, deployment)
        files = project.compared()
        differences = [one for file in files for one in file["differences"]]
        kinds = {kind: sum(1 for one in differences if one["kind"] == kind) for kind in sorted({one["kind"] for one in differences})}
        same = sum(file["same"] for file in files)
        notes.append(f"{len(files)} files, {same} options the same, differences: {kinds}")
        assert same > 500, "most options are the same"
        said = complaints(files)
        assert not said, f"{len(said)} without a reason: {'; '.join(said[:8])}"
    whole = project.spec.read_text(encoding="utf-8")
    for text, ((old, new), option) in BROKEN.items():
        with steps.broken(f"told: {text}"):
            assert old in whole, f"the spec does not say {old}"
            project.spec.write_text(whole.replace(old, new), encoding="utf-8")
            told(project, text, option)
    project.spec.write_text(whole, encoding="utf-8")
    with steps.broken("told: another password of a database"):
        project.run("passwords", "rotate", "moved", "glance-database/password", "--identity", project.identity)
        told(project, "another password", "glance-api.conf [database] connection")


def run(table, options):
    """The import of a rendered deployment; where there is no program, the reason."""
    environment = options.work / "environments" / "kolla"
    lock = (prepare.LOCKS / "kolla.txt").read_text(encoding="utf-8")
    steps = Steps(table, "an import from Kolla-Ansible", "kolla-ansible", re.search(r"^kolla-ansible==(\S+)", lock, re.M).group(1))
    program, reason = prepare.program()
    if program is None:
        steps.skip("all of it", reason)
        return
    try:
        play(steps, options.work / "kolla", environment, program)
    except Ended as step:
        print(f"      kolla: ended with {step}", flush=True)
