"""The files of routes to instances: the options by the agent itself, the daemons' by FRRouting."""

from suite.readers import Reader, last_lines, openstack
from suite.readers.hosts import package
from suite.readers.places import Place
from suite.root import Root

# Who may use FRRouting's shell: the packages' own rules name files that are made when they are configured.
PERMITTED = "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n"
SHELL = {"/etc/pam.d/frr": PERMITTED, "/etc/pam.d/other": PERMITTED}
OPTIONS = {"ovn-bgp-agent/bgp-agent.conf": ["ovnbgpagent", "oslo.log"]}


def daemons(root):
    """`vtysh` goes through the file as it would give it to the daemons."""
    def read(_site, _path, text):
        outside, inside = root.folder()
        # The start script enters the node's own number.
        (outside / "frr.conf").write_text(text.replace("ROUTER-ID", "192.0.2.1"), encoding="utf-8")
        for path, said in {"/etc/frr/vtysh.conf": "", **SHELL}.items():
            root.write(path, said)
        done = root.run("vtysh", "--dryrun", "--inputfile", f"{inside}/frr.conf")
        return last_lines(done.stdout) or f"status {done.returncode}" if done.returncode else ""

    files = ("config/ovn-bgp-agent/frr.conf",)
    return Reader("vtysh", lambda: package(root, "frr"), files, read, (r"^router bgp (\d+)$", r"router bgp \1 perhaps"))


def readers(work, scratch):
    place = Place(work, "bgp", scratch)
    spoils = ((r"\A", f"[DEFAULT]\n{name} = perhaps\n") for name in ("bgp_ass", "reconcile_interval"))
    return [*openstack.checked(place, OPTIONS, "", *spoils), daemons(Root(work, "frr", "frr"))]
