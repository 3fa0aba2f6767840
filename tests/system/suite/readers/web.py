"""What the API servers and the dashboard read besides oslo.config's files."""

import re

from suite.readers import Reader, last_lines
from suite.readers.openstack import installed

# Entries of uWSGI's file that the application reads through uwsgi.opt and that uWSGI itself does not know: strict mode has no word for
# them. Neutron's workers tell by `start-time` which of them belong to one start (neutron/common/utils.py, get_start_time).
OF_APPLICATIONS = "start-time"

# The dashboard takes its local settings from a module of its package; here the emitted file is that module.
DASHBOARD = """
import importlib, importlib.util, sys
path = sys.argv[1]
spec = importlib.util.spec_from_file_location("local.local_settings", path)
module = importlib.util.module_from_spec(spec)
sys.modules["local.local_settings"] = module
spec.loader.exec_module(module)
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "openstack_dashboard.settings"
import django
django.setup()
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
for name in dir(module):
    if name.isupper() and getattr(settings, name) != getattr(module, name):
        sys.exit(f"{name} did not reach the settings")
call_command("check", fail_level="WARNING")
importlib.import_module(settings.SESSION_ENGINE)
importlib.import_module(settings.ROOT_URLCONF)
caches["default"].get_backend_timeout()
"""


def uwsgi(root, environment):
    """uWSGI in strict mode refuses an option that it does not know. The application is not loaded, only looked for, with its module."""
    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "server.ini").write_text(re.sub(rf"^(module|need-app|{OF_APPLICATIONS}) = .*\n", "", text, flags=re.M), encoding="utf-8")
        done = root.run("/var/lib/openstack/bin/uwsgi", "--strict", "--no-server", "--ini", f"{inside}/server.ini", user="65534:65534")
        if done.returncode != 0 or "no-server mode requested" not in done.stdout:
            return last_lines(done.stdout)
        module = re.search(r"^module = ([\w.]+):(\w+)$", text, re.M)
        if not module:
            return "names no module"
        base = environment / "lib/python3.11/site-packages" / module.group(1).replace(".", "/")
        source = next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.exists()), None)
        if source is None:
            return f"this release has no module {module.group(1)}"
        named = re.search(rf"\b{module.group(2)}\b", source.read_text(encoding="utf-8"))
        return "" if named else f"{module.group(1)} has no {module.group(2)}"

    version = lambda: installed(environment, "pyuwsgi")
    return Reader("uwsgi --strict", version, ("config/*/*-uwsgi.ini",), read, (r"^thunder-lock", "thunder-lok"))


def dashboard(root, environment):
    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "local_settings.py").write_text(text, encoding="utf-8")
        root.write("/run/secrets/secret-key/password", "one that tests use, long enough to be taken as a key of sessions\n")
        done = root.run("/var/lib/openstack/bin/python", "-W", "ignore", "-c", DASHBOARD, f"{inside}/local_settings.py")
        return last_lines(done.stdout) if done.returncode != 0 else ""

    spoil = (r"django\.contrib\.sessions\.backends\.cache", "django.contrib.sessions.backends.cash")
    return Reader("Django's check, dashboard", lambda: installed(environment, "horizon"), ("config/horizon/local_settings.py",), read, spoil)


def shares(root, environment):
    """Cinder's NFS driver reads its list of shares; a line that it cannot use it only logs."""
    program = (
        "import sys\nfrom unittest import mock\nfrom cinder.volume.drivers import remotefs\n"
        "driver = remotefs.RemoteFSDriver.__new__(remotefs.RemoteFSDriver)\ndriver.configuration = mock.Mock(nas_host=None, nas_share_path=None)\n"
        "driver.shares = {}\ndriver._load_shares_config(sys.argv[1])\n"
        "lines = [line for line in open(sys.argv[1]) if line.strip() and not line.startswith('#')]\n"
        "sys.exit(0 if driver.shares and len(driver.shares) == len(lines) else f'read {driver.shares} of {lines}')\n"
    )

    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "nfs_shares").write_text(text, encoding="utf-8")
        done = root.run("/var/lib/openstack/bin/python", "-W", "ignore", "-c", program, f"{inside}/nfs_shares")
        return last_lines(done.stdout) if done.returncode != 0 else ""

    return Reader("cinder's remotefs driver", lambda: installed(environment, "cinder"), ("config/cinder/nfs_shares",), read, (r":/", " "))


def readers(root, environments):
    environment = environments / "2026.1"
    root.bind(environment, "/var/lib/openstack")
    return [uwsgi(root, environment), dashboard(root, environment), shares(root, environment)]
