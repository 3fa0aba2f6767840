"""The dashboard's settings, from its own sources and those of Django.

`horizon.py FOLDER` reads one folder a release and leaves the table's other releases as they are. Each has what these paths hold of openstack/horizon at that release's branch:
openstack_auth/defaults.py, horizon/defaults.py, openstack_dashboard/defaults.py, openstack_dashboard/settings.py and
doc/source/configuration/settings.rst, and with django/conf/global_settings.py of the Django and compressor/conf.py of the django-compressor that its requirements.txt asks for.

Before Train only settings.py and the reference (in Ocata doc/source/topics/settings.rst) stand there, and django-openstack-auth has no defaults.

A setting's type is that of its default: a text, an integer, a boolean, a list or a dictionary; one without a default may be anything.
What only settings.rst names, and what settings.py sets by itself, is a setting too.
"""

import ast
import pathlib
import re
import sys

import shared
import series  # shared knows the way to it

FILE = "local_settings.py"
SOURCES = [
    "django/conf/global_settings.py", "openstack_auth/defaults.py", "horizon/defaults.py", "openstack_dashboard/settings.py",
    "openstack_dashboard/defaults.py",
]
SECRETS = {"SECRET_KEY", "EMAIL_HOST_PASSWORD"}
# What a site may say and the program then computes again, or what is no setting.
NOT_SETTINGS = {"ROOT_PATH", "BIN_DIR", "TEMPLATE_DIRS"}


def typed(value):
    """The record of a default."""
    if isinstance(value, ast.Constant):
        for kind, word in ((bool, "boolean"), (int, "integer"), (str, "custom:Text")):
            if isinstance(value.value, kind):
                return {"type": word} if word == "custom:Text" else {"type": word, "default": value.value}
    if isinstance(value, (ast.List, ast.Tuple)):
        return {"type": "custom:List"}
    if isinstance(value, (ast.Dict, ast.DictComp)):
        return {"type": "custom:Dict"}
    return {"type": "custom:Any"}


def assigned(path):
    """The names in upper case that a module assigns at its top, with their records; of several the first that tells a type."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper() and not target.id.startswith("_"):
                record = typed(node.value)
                if found.get(target.id, {"type": "custom:Any"}) == {"type": "custom:Any"}:
                    found[target.id] = record
    return found


def compressor(path):
    """The settings of django-compressor: the names in its configuration class, with their prefix."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        for inner in node.body if isinstance(node, ast.ClassDef) else []:
            for target in inner.targets if isinstance(inner, ast.Assign) else []:
                if isinstance(target, ast.Name) and target.id.isupper():
                    found[f"COMPRESS_{target.id}"] = typed(inner.value)
    return found


def headings(path):
    """The settings that the reference has a section for."""
    return re.findall(r"^`*([A-Z][A-Z0-9_]+)`*\n[-~^=]{3,}$", path.read_text(), re.M)


def version(folder):
    """All settings of a release."""
    records = {name: {"type": "custom:Any"} for name in headings(folder / "doc/source/configuration/settings.rst")}
    for held in [compressor(folder / "compressor/conf.py"), *(assigned(folder / source) for source in SOURCES if (folder / source).exists())]:
        for name, record in held.items():
            if name not in records or record != {"type": "custom:Any"}:
                records[name] = record
    for name in SECRETS & records.keys():
        records[name] = {**records[name], "secret": True}
    return {(FILE, shared.NAMELESS, name): record for name, record in records.items() if name not in NOT_SETTINGS}


def main(folder):
    """Reads the folders, writes the table."""
    held = shared.held("horizon")
    held.update({home.name: version(home) for home in pathlib.Path(folder).iterdir()})
    shared.write("horizon", held, [release for release in series.RELEASES if release in held])


if __name__ == "__main__":
    main(*sys.argv[1:])
