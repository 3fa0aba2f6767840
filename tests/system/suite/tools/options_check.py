"""Reads OpenStack configuration files as oslo.config does; runs in the environment that holds the services.

A line of JSON on standard input is one question, a line of JSON on standard output is its answer, a list of complaints:
  {"kind": "names", "file": ..., "namespaces": [...], "dynamic": {...}}    oslo-config-validator, warnings fatal
  {"kind": "values", ...}                                                  every option registered, every value read back
`dynamic` says of sections that the file itself makes whose options they take: {"rbd": ["cinder", "backend_defaults"]}; `plugins`
which auth plugin a section names; `unlisted` which options no list has; `needed` which may be deprecated for removal.
Every question is answered by a child process, so that nothing that a service's options do to each other outlives it.
"""

import contextlib
import io
import json
import logging
import os
import re
import sys
import traceback
import warnings

from keystoneauth1 import loading
from oslo_config import cfg, generator, validator

warnings.simplefilter("ignore")


class Kept(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def listed(namespaces):
    """Group name, option: of all namespaces, as the sample generator finds them."""
    for _, listing in generator._list_opts(namespaces):
        for group, options in listing:
            name = "DEFAULT" if group is None else getattr(group, "name", str(group))
            for option in options:
                # What is for the command line alone stands in no file.
                if not isinstance(option, cfg.SubCommandOpt) and type(option).__name__ not in ("_ConfigFileOpt", "_ConfigDirOpt"):
                    yield name, option


def names(question):
    """oslo-config-validator's own main program; it knows names only."""
    kept = Kept()
    logging.getLogger().addHandler(kept)
    arguments = ["--input-file", question["file"], "--fatal-warnings"]
    for namespace in question["namespaces"]:
        arguments += ["--namespace", namespace]
    for group in question["dynamic"]:
        arguments += ["--exclude-group", group]
    sys.argv = ["oslo-config-validator", *arguments]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            code = validator.main()
        except SystemExit as stop:
            code = stop.code
    # The validator does not know that the plugin that a section names brings options of its own.
    brought = {
        f"{section}/{name} is not part of the sample config"
        for section, kind in question["plugins"].items() for option in of_plugin(kind) for name in (option.name, option.dest)
    }
    lines = [line for line in kept.lines if line not in brought and not line.startswith("Could not load ")]
    only_brought = kept.lines and not lines
    return [] if not code or only_brought else lines or said.getvalue().splitlines()[-3:] or [f"exit {code}"]


def of_plugin(kind):
    """Options that an auth plugin, a session and an adapter of keystoneauth take in their section."""
    common = loading.get_session_conf_options() + loading.get_adapter_conf_options(include_deprecated=False)
    return loading.get_auth_common_conf_options() + loading.get_auth_plugin_conf_options(kind) + common


def values(question):
    kept = Kept()
    logger = logging.getLogger("oslo_config")
    logger.addHandler(kept)
    logger.propagate = False
    sections = {}
    try:
        cfg.ConfigParser(question["file"], sections).parse()
    except cfg.ParseError as error:
        return [f"cannot be parsed: {error}"]
    found = list(listed(question["namespaces"]))
    for section, (namespace, group) in question["dynamic"].items():
        found += [(section, option) for name, option in listed([namespace]) if name == group]
    for section, kind in question["plugins"].items():
        found += [(section, option) for option in of_plugin(kind)]
    configuration, known = cfg.ConfigOpts(), {}
    for group, option in found:
        with contextlib.suppress(cfg.DuplicateOptError):
            configuration.register_opt(option, group=None if group == "DEFAULT" else group)
        for name in (option.name, option.dest, option.name.replace("-", "_")):
            known[group.lower(), name] = (group, option.dest)
    with contextlib.suppress(cfg.RequiredOptError):
        configuration([], project="check", default_config_files=[question["file"]], default_config_dirs=[])
    complaints = []
    for section, entries in sections.items():
        for name in entries:
            place = known.get((section.lower(), name))
            if place is None and name in question["unlisted"]:
                continue
            if place is None:
                complaints.append(f"[{section}] {name}: no such option")
                continue
            try:
                getattr(configuration if place[0] == "DEFAULT" else configuration[place[0]], place[1])
            except (cfg.Error, ValueError, TypeError) as error:
                complaints.append(f"[{section}] {name}: {error}")
    return complaints + [" ".join(line.split()) for line in kept.lines if not harmless(line, question["needed"])]


def harmless(line, needed):
    """What oslo.config says of its own lists, and of options that are deprecated and have no successor yet."""
    removal = re.search(r'Option "(\w+)" from group "\w+" is deprecated for removal', line)
    return line.startswith("normalizing group name") or (removal is not None and removal.group(1) in needed)


def answer(question):
    try:
        return {"names": names, "values": values}[question["kind"]](question)
    except Exception:
        return [traceback.format_exc(limit=-3)]


def main():
    # Imported once, before the first child, so that not every child pays for it. Two services do not fit into one process.
    for namespace in sys.argv[1:]:
        list(listed([namespace]))
    for line in sys.stdin:
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(receive)
            with os.fdopen(send, "w", encoding="utf-8") as pipe:
                json.dump(answer(json.loads(line)), pipe)
            os._exit(0)
        os.close(send)
        with os.fdopen(receive, encoding="utf-8") as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        print(text or json.dumps(["the check itself broke off"]), flush=True)


if __name__ == "__main__":
    main()
