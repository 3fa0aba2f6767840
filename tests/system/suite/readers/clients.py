"""What clients of the APIs read: the administrator's settings, and the resources that Jobs make."""

import base64

from suite.readers import Reader, last_lines

# The client's own library, up to the plugin that would log in.
SETTINGS = """
import sys
from openstack.config import OpenStackConfig
files = sys.argv[1:]
settings = OpenStackConfig(config_files=files, secure_files=[], vendor_files=[], load_envvars=not files)
for name in settings.get_cloud_names():
    cloud = settings.get_one(cloud=name, **({"password": "one"} if files else {}))
    cloud.get_auth()
    if not cloud.get_auth_args().get("auth_url") or not cloud.get_auth_args().get("password"):
        sys.exit(f"{name} has no URL or no password")
"""
# The Job's own script says which kinds it makes; nothing is made.
KINDS = """
import json, runpy, sys, types
sys.path.insert(0, sys.argv[1])
import resources
known = {}
resources.Cloud = lambda: types.SimpleNamespace(headers={})
resources.main = lambda kinds, cloud=None: known.update(kinds)
runpy.run_path(f"{sys.argv[1]}/make-resources.py", run_name="__main__")
with open(f"{sys.argv[1]}/resources.json", encoding="utf-8") as file:
    document = json.load(file)
unknown = sorted(set(document) - set(known))
if unknown or not document:
    sys.exit(f"makes no {unknown}" if unknown else "declares nothing")
"""


def clouds(place):
    def read(_site, _path, text):
        outside, inside = place.root.folder()
        (outside / "clouds.yaml").write_text(text, encoding="utf-8")
        done = place.root.run(place.python, "-W", "ignore", "-c", SETTINGS, f"{inside}/clouds.yaml")
        return last_lines(done.stdout) if done.returncode != 0 else ""

    spoil = (r"auth_type: password", "auth_type: pasword")
    return Reader("openstacksdk, as far as the login", lambda: place.version("openstacksdk"), ("hosts/clouds.yaml",), read, spoil)


def variables(place):
    """The shell takes it, `kubectl` in its place gives a password, and the client reads the variables."""
    def read(_site, _path, text):
        outside, inside = place.root.folder()
        (outside / "openrc").write_text(text, encoding="utf-8")
        (outside / "settings.py").write_text(SETTINGS, encoding="utf-8")
        (outside / "kubectl").write_text(f"#!/bin/sh\necho {base64.b64encode(b'one').decode()}\n", encoding="utf-8")
        (outside / "kubectl").chmod(0o755)
        script = f"PATH={inside}:$PATH; . {inside}/openrc; exec {place.python} -W ignore {inside}/settings.py"
        done = place.root.run("sh", "-euc", script)
        return last_lines(done.stdout) if done.returncode != 0 else ""

    spoil = (r"OS_AUTH_TYPE=password", "OS_AUTH_TYPE=pasword")
    return Reader("sh, then openstacksdk", lambda: place.version("openstacksdk"), ("hosts/openrc",), read, spoil)


def resources(place):
    def read(site, path, text):
        outside, inside = place.root.folder()
        (outside / "resources.json").write_text(text, encoding="utf-8")
        for name in ("identity.py", "resources.py", "make-resources.py"):
            (outside / name).write_text(site.scripts[f"{path.split('/')[1]}-bin/{name}"], encoding="utf-8")
        done = place.root.run(place.python, "-W", "ignore", "-c", KINDS, inside)
        return last_lines(done.stdout) if done.returncode != 0 else ""

    return Reader("the Job's script, its kinds", lambda: "-", ("config/*/resources.json",), read, (r'^  "', '  "no-'))


def readers(place):
    return [clouds(place), variables(place), resources(place)]
