"""What the API servers and the dashboard read besides oslo.config's files."""

import re

from suite.readers import Reader, last_lines

# Entries of uWSGI's file that the application reads through uwsgi.opt and that uWSGI itself does not know: strict mode has no word for
# them. Neutron's workers tell by `start-time` which of them belong to one start (neutron/common/utils.py, get_start_time).
OF_APPLICATIONS = "start-time"

# The dashboard takes its local settings from the first package named `local`, here made of the emitted files as its pod has them.
DASHBOARD = """
import importlib, sys
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "openstack_dashboard.settings"
import django
django.setup()
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
module = sys.modules["local.local_settings"]
if not module.__file__.startswith(sys.argv[1]):
    sys.exit(f"the settings were read from {module.__file__}")
for name in dir(module):
    if name.isupper() and getattr(settings, name) != getattr(module, name):
        sys.exit(f"{name} did not reach the settings")
call_command("check", fail_level="WARNING")
importlib.import_module(settings.SESSION_ENGINE)
importlib.import_module(settings.ROOT_URLCONF)
caches["default"].get_backend_timeout()
"""


def uwsgi(place):
    """uWSGI in strict mode refuses an option that it does not know. The application, or what makes it, is only looked for: by module, or by file."""
    root = place.root

    def read(_site, _path, text):
        outside, inside = root.folder()
        left = re.sub(rf"^(module|wsgi-file|need-app|{OF_APPLICATIONS}) = .*\n", "", text, flags=re.M)
        (outside / "server.ini").write_text(left, encoding="utf-8")
        done = root.run(*place.uwsgi, "--strict", "--no-server", "--ini", f"{inside}/server.ini", user="65534:65534")
        if done.returncode != 0 or "no-server mode requested" not in done.stdout:
            return last_lines(done.stdout)
        script = re.search(r"^wsgi-file = (\S+)$", text, re.M)
        if script:
            # The image has the environment's programs; a packaged release has them beside all others.
            return "" if (root.path / place.bin.lstrip("/") / script.group(1).rsplit("/", 1)[-1]).exists() else f"there is no {script.group(1)}"
        module = re.search(r"^module = ([\w.]+):(\w+)(?:\(\))?$", text, re.M)
        return lacking(place, *module.groups()) if module else "names no module"

    spoil = (r"^thunder-lock", "thunder-lok")
    return Reader("uwsgi --strict", lambda: place.version("pyuwsgi"), ("config/*/*-uwsgi.ini",), read, spoil)


def lacking(place, module, name):
    base = place.packages / module.replace(".", "/")
    source = next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.exists()), None)
    if source is None:
        return f"this release has no module {module}"
    named = re.search(rf"\b{name}\b", source.read_text(encoding="utf-8"))
    return "" if named else f"{module} has no {name}"


def dashboard(place):
    """Both files of the package: each is judged, and spoiled, beside the other one as it was emitted."""
    root = place.root
    names = {"config/horizon/local_settings.py": "local_settings.py", "config/horizon/local.py": "__init__.py"}

    def read(site, path, text):
        outside, inside = root.folder()
        (outside / "local").mkdir()
        for other, name in names.items():
            (outside / "local" / name).write_text(text if other == path else site.read(other), encoding="utf-8")
        root.write("/run/secrets/secret-key/password", "one that tests use, long enough to be taken as a key of sessions\n")
        done = root.run(place.python, "-W", "ignore", "-c", DASHBOARD, inside, env={"PYTHONPATH": inside})
        return last_lines(done.stdout) if done.returncode != 0 else ""

    spoils = ((r"django\.contrib\.sessions\.backends\.cache", "django.contrib.sessions.backends.cash"), (r"^# Makes", "Makes"))
    version = lambda: place.version("horizon")
    return [Reader("Django's check, dashboard", version, (path,), read, spoil) for path, spoil in zip(names, spoils)]


def shares(place):
    """Cinder's NFS driver reads its list of shares; a line that it cannot use it only logs."""
    root = place.root
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
        done = root.run(place.python, "-W", "ignore", "-c", program, f"{inside}/nfs_shares")
        return last_lines(done.stdout) if done.returncode != 0 else ""

    return Reader("cinder's remotefs driver", lambda: place.version("cinder"), ("config/cinder/nfs_shares",), read, (r":/", " "))


def readers(place):
    return [uwsgi(place), *dashboard(place), shares(place)]
