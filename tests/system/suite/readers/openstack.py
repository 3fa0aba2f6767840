"""OpenStack's configuration files: names, values, policies, web server files, the dashboard's settings."""

import json
import re
import subprocess
import threading
from fnmatch import fnmatchcase

from suite.readers import Reader, last_lines
from suite.root import PATH
from suite.site import filled

MESSAGING = ["oslo.log", "oslo.messaging", "oslo.concurrency", "oslo.privsep", "osprofiler", "oslo.reports", "oslo.versionedobjects"]
MESSAGING += ["oslo.service.periodic_task", "oslo.service.service", "oslo.service.sslutils", "oslo.service.wsgi"]
SERVER = ["oslo.db", "oslo.policy", "oslo.middleware", "oslo.cache", "oslo.limit", "keystonemiddleware.auth_token", *MESSAGING]
HEAT = [
    "heat.api.aws.ec2token", "heat.common.cache", "heat.common.config", "heat.common.context", "heat.common.crypt", "heat.common.wsgi",
    "heat.engine.clients", "heat.engine.clients.os.keystone.heat_keystoneclient", "heat.engine.hot.functions",
    "heat.engine.notification", "heat.engine.resources",
]
NEUTRON = ["neutron", "neutron.agent", "neutron.base.agent", "neutron.db", "neutron.extensions", "neutron.experimental"]
# File below config/ -> the namespaces of its options, as the services' own sample files have them.
NAMESPACES = {
    "keystone/keystone.conf": ["keystone", *SERVER],
    "keystone/keystone-db.conf": ["keystone", *SERVER],
    "glance/glance-api.conf": ["glance.api", "glance.store", "glance.multi_store", *SERVER],
    "placement/placement.conf": ["placement.conf", *SERVER],
    "nova/nova.conf": ["nova.conf", "os_vif", "os_brick", *SERVER],
    "nova/nova-compute.conf": ["nova.conf", "os_vif", "os_brick", *SERVER],
    "nova/nova-manage.conf": ["nova.conf", "os_vif", "os_brick", *SERVER],
    "neutron/neutron.conf": [*NEUTRON, "nova.auth", "placement.auth", "ironic.auth", "designate.auth", *SERVER],
    "neutron/neutron-manage.conf": [*NEUTRON, "nova.auth", "placement.auth", "ironic.auth", "designate.auth", *SERVER],
    "neutron/neutron-agent.conf": [*NEUTRON, *MESSAGING],
    "neutron/ml2_conf.ini": ["neutron.ml2", "neutron.ml2.ovn", "oslo.log"],
    "neutron/openvswitch_agent.ini": ["neutron.ml2.ovs.agent", "oslo.log"],
    "neutron/l3_agent.ini": ["neutron.base.agent", "neutron.az.agent", "neutron.l3.agent", "oslo.log"],
    "neutron/dhcp_agent.ini": ["neutron.base.agent", "neutron.az.agent", "neutron.dhcp.agent", "oslo.log"],
    "neutron/metadata_agent.ini": ["neutron.metadata.agent", "oslo.log", "oslo.cache"],
    # The agent also takes the mechanism driver's section on OVN, which its own sample leaves out.
    "neutron/ovn_metadata_agent.ini": ["neutron.ovn.metadata.agent", "neutron.ml2.ovn", "oslo.log", "oslo.cache"],
    "cinder/cinder.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "cinder/cinder-manage.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "cinder/cinder-volume.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "cinder/cinder-volume-*.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "cinder/cinder-api.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "cinder/cinder-backup-*.conf": ["cinder", "os_brick", "oslo.config", *SERVER],
    "heat/heat.conf": [*HEAT, *SERVER],
    "aodh/aodh.conf": ["aodh", "aodh-auth", *SERVER],
    "barbican/barbican.conf": [
        "barbican.common.config", "barbican.plugin.crypto", "barbican.plugin.crypto.simple", "barbican.plugin.secret_store", *SERVER,
    ],
    "ceilometer/ceilometer.conf": ["ceilometer", "ceilometer-auth", *SERVER],
    "designate/designate.conf": ["designate.conf", *SERVER],
    "gnocchi/gnocchi.conf": ["gnocchi", *SERVER],
    "ironic/ironic.conf": ["ironic", *SERVER],
    "magnum/magnum.conf": ["magnum.conf", *SERVER],
    "manila/manila.conf": ["manila", *SERVER],
    "manila/manila-share-*.conf": ["manila", *SERVER],
    "masakari/masakari.conf": ["masakari.conf", *SERVER],
    "mistral/mistral.conf": ["mistral.config", *SERVER],
    "octavia/octavia.conf": ["octavia", "octavia.api.drivers.ovn", *SERVER],
}
# Options that a service registers as it starts and that no list of options has.
UNLISTED = {"cinder": {"backend_host": "cinder/cmd/volume.py registers it in the section of each back end"}}
# Options that are deprecated for removal and still needed, with the reason; any other one is a complaint.
STILL_NEEDED = {
    "live_migration_uri": "the two options that are to replace it cannot name the socket, the port and the key of a migration",
    "api_paste_config": "the file lies in the image's environment, where the service would not look for it",
}


def file_of(path, files):
    """The entry of the table of files that a path belongs to."""
    main = re.sub(r"\.d/secret\.conf$", "", path.removeprefix("config/"))
    return next((pattern for pattern in files if fnmatchcase(main, pattern)), main)


def main_of(site, path):
    """The text of the file that a drop-in belongs to."""
    return site.read(re.sub(r"\.d/secret\.conf$", "", path))


def plugins_of(main):
    """Section -> the auth plugin that it names, itself or by another section; its options belong to the section, in the drop-in too."""
    sections = re.split(r"^\[(.+)\]$", main, flags=re.M)
    bodies = list(zip(sections[1::2], sections[2::2]))

    def saying(option):
        found = ((name, re.search(rf"^{option} = (\S+)$", body, re.M)) for name, body in bodies)
        return {name: value.group(1) for name, value in found if value}

    named = saying("auth_type")
    return named | {name: named[other] for name, other in saying("auth_section").items() if other in named}


def dynamic_of(path, main):
    """Sections that a file makes by itself: back ends of volumes and of shares, image stores, and the contexts of oslo.privsep (its `cfg_section`)."""
    shares = re.search(r"^enabled_share_backends = (\S+)$", main, re.M)
    if shares:
        # Lists have the options of drivers under [DEFAULT].
        return {name: ["manila", "DEFAULT"] for name in shares.group(1).split(",")}
    names = re.search(r"^enabled_backends = (.*)$", main, re.M)
    if not names:
        return {}
    if "/glance/" in path:
        stores = [name.split(":")[0] for name in names.group(1).split(",")]
        return {name: ["glance.store", "glance_store"] for name in (*stores, "os_glance_staging_store", "os_glance_tasks_store")}
    backends = {name: ["cinder", "backend_defaults"] for name in names.group(1).split(",")}
    return backends | {name: ["oslo.privsep", "privsep"] for name in ("cinder_sys_admin", "privsep_osbrick")}


class Asked:
    """The checking processes, one for each list of namespaces, started at the first question for it."""

    def __init__(self, place):
        self.place, self.processes, self.lock = place, {}, threading.Lock()

    def process(self, namespaces):
        if namespaces not in self.processes:
            self.processes[namespaces] = subprocess.Popen(
                self.place.root.command([self.place.python, "/check/tools/options_check.py", *namespaces]),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={"PATH": f"{self.place.bin}:{PATH}", "LANG": "C.UTF-8", "HOME": "/root"},
            )
        return self.processes[namespaces]

    def ask(self, question):
        with self.lock:
            process = self.process(tuple(question["namespaces"]))
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline() or '["the checking process ended"]')


def known(place, files):
    """File -> namespaces, of those that the release has: a later one may have begun as part of another."""
    names = re.compile(r"^\[oslo\.config\.opts\]\n((?:(?!\[).*\n)*)", re.M)
    listed = {line.split("=")[0].strip() for file in place.packages.glob("*-info/entry_points.txt")
              for found in names.findall(file.read_text(encoding="utf-8") + "\n") for line in found.splitlines() if "=" in line}
    return {file: [name for name in namespaces if name in listed] for file, namespaces in files.items()}


def options(place):
    """Each file alone, as its place says which options it may hold."""
    spoils = (r"^debug = ", "debugg = "), (r"^debug = .*$", "debug = perhaps")
    return checked(place, NAMESPACES, "config/**/*.conf, *.ini of OpenStack", *spoils)


def checked(place, files, what, unknown, impossible):
    """Two readers of files with options, by the namespaces of each: of names and of values. `unknown` and `impossible` spoil one."""
    patterns = tuple(f"config/{name}{part}" for name in files for part in ("", ".d/secret.conf"))

    asked, namespaces = Asked(place), known(place, files)

    def reading(kind):
        def read(site, path, text):
            folder = place.scratch / "options" / kind
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / path.replace("/", "_")
            file.write_text(filled(text), encoding="utf-8")
            main, service = main_of(site, path), path.split("/")[1]
            question = {"kind": kind, "file": place.inside(file), "namespaces": namespaces[file_of(path, files)], "dynamic": dynamic_of(path, main)}
            question |= {"plugins": plugins_of(main), "unlisted": sorted(UNLISTED.get(service, {})), "needed": sorted(STILL_NEEDED)}
            return " / ".join(asked.ask(question))[:900]
        return read

    version = lambda: place.version("oslo-config")
    return [
        Reader("oslo-config-validator", version, patterns, reading("names"), unknown, what=what),
        Reader("oslo.config, every value read", version, patterns, reading("values"), impossible, what=what),
    ]


# Namespaces of rules, where they are not the service's name.
RULES = {"ironic": "ironic.api"}


def policy(place):
    """oslo.policy with the service's own rules: a rule that it does not know, or cannot parse, is refused."""
    def read(_site, path, text):
        service = path.split("/")[1]
        file = place.scratch / f"{service}-policy.yaml"
        file.write_text(text, encoding="utf-8")
        environ = {"OS_OSLO_POLICY__POLICY_FILE": place.inside(file)}
        done = place.root.run(f"{place.bin}/oslopolicy-validator", "--namespace", RULES.get(service, service), "--config-file", "/dev/null", env=environ)
        return last_lines(done.stdout) if done.returncode != 0 else ""

    version = lambda: place.version("oslo-policy")
    return Reader("oslopolicy-validator", version, ("config/*/policy.yaml", "config/*/*-policy.yaml"), read, (r"\A[\s\S]*\Z", '"no:such:rule": "role:admin"\n'))


def readers(place):
    return [*options(place), policy(place)]
