# -*- coding: utf-8 -*-
"""Dumps what the packages of one installation register as options. Runs on Python 2.7 and 3.

usage: dump.py JOBS.json OUT.json one|two

JOBS is {service: {file: [namespace...]}}; OUT gets {"options": {service: {file: {group: {"o": [option...]}}}}, "plugins": ...}; the file without a name has what the
service's modules register when they are imported, whether or not a namespace lists it.
Discovery is oslo.config's own, as in oslo-config-generator, so that services' changed defaults of libraries are seen; each file
is dumped in a process of its own, because such a change stays once made.

"one" and "two" are two imagined machines: a default that differs between the two dumps was computed from the machine.
"""
from __future__ import print_function

import json
import logging
import numbers
import os
import socket
import sys
import tempfile
import traceback
import warnings

MACHINES = {
    "one": {"host": "one.invalid", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "processors": 1, "program": "one"},
    "two": {"host": "two.invalid", "ipv4": "192.0.2.2", "ipv6": "2001:db8::2", "processors": 97, "program": "two"},
}

# Imported before the first fork: every service uses them.
COMMON = [
    "oslo.log", "oslo.messaging", "oslo.db", "oslo.policy", "oslo.middleware.cors", "oslo.cache", "oslo.service.service",
    "oslo.service.wsgi", "keystonemiddleware.auth_token", "osprofiler",
]

SHAPE = ["min", "max", "max_length", "ignore_case", "quotes", "bounds", "schemes"]
FLAGS = [
    ("req", "required"), ("sec", "secret"), ("adv", "advanced"), ("mut", "mutable"), ("rm", "deprecated_for_removal"),
    ("why", "deprecated_reason"), ("since", "deprecated_since"), ("multi", "multi"), ("sd", "sample_default"),
]


def imagine(machine):
    """Makes this process believe that it runs on the machine; must come before the services are imported."""
    import multiprocessing

    socket.gethostname = lambda: machine["host"]
    socket.getfqdn = lambda name="": machine["host"]
    os.cpu_count = multiprocessing.cpu_count = lambda: machine["processors"]
    os.process_cpu_count = os.cpu_count
    os.sched_getaffinity = lambda pid: set(range(machine["processors"]))
    sys.argv[0] = machine["program"]
    try:
        from oslo_utils import netutils
    except ImportError:
        return
    for name in ("get_my_ipv4", "_get_my_ipv4_address"):
        if hasattr(netutils, name):
            setattr(netutils, name, lambda: machine["ipv4"])
    if hasattr(netutils, "get_my_ipv6"):
        netutils.get_my_ipv6 = lambda: machine["ipv6"]


def plain(value):
    """A value as JSON can say it; a path inside this installation becomes a mark."""
    # Python 2 has a second type of whole numbers, which a large bound is of.
    if value is None or isinstance(value, numbers.Real):
        return value
    if isinstance(value, dict):
        return dict((u"%s" % name, plain(inner)) for name, inner in value.items())
    if isinstance(value, (set, frozenset)):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes) and not isinstance(value, str):
        value = value.decode("utf-8")
    text = u"%s" % (value,)
    for prefix in sorted(set([sys.prefix, os.path.realpath(sys.prefix)])):
        text = text.replace(prefix, u"<prefix>")
    return text


def shape(kind):
    """A type: its name alone, or with what bounds its values."""
    from oslo_config import types

    cls = type(kind)
    # Not all of oslo's own were of its base class at first.
    if not isinstance(kind, types.ConfigType) and cls.__module__ != types.__name__:
        name = getattr(kind, "__name__", cls.__name__)
        return "callable:%s.%s" % (getattr(kind, "__module__", "?"), name)
    own = cls.__module__ != types.__name__
    found = {"t": "custom:%s.%s" % (cls.__module__, cls.__name__) if own else cls.__name__}
    for name in SHAPE:
        value = getattr(kind, name, None)
        if not callable(value) and value not in (None, False, [], (), 0) or name in ("min", "max") and value == 0:
            found[name] = plain(value)
    choices = getattr(kind, "choices", None)
    if choices and not callable(choices):
        found["choices"] = [plain(choice) for choice in choices]
    regex = getattr(kind, "regex", None)
    if regex is not None:
        found["regex"] = plain(getattr(regex, "pattern", regex))
    for name in ("item_type", "value_type"):
        if getattr(kind, name, None) is not None:
            inner = shape(getattr(kind, name))
            found[name] = {"t": inner} if not isinstance(inner, dict) else inner
    return found["t"] if list(found) == ["t"] else found


def option(opt):
    """One option, under short keys; what is unset is left out."""
    found = {"n": opt.name, "t": shape(opt.type)}
    if opt.dest != opt.name.replace("-", "_"):
        found["dest"] = opt.dest
    if opt.default is not None:
        found["d"] = plain(opt.default)
    for ours, theirs in FLAGS:
        value = getattr(opt, theirs, None)
        if value is not None and value is not False:
            found[ours] = plain(value)
    old = [[plain(entry.group), plain(entry.name)] for entry in opt.deprecated_opts or []]
    if old:
        found["dep"] = old
    return found


def listed(namespaces):
    """{group: {"o": [option...]}} of a file; of an option that several namespaces list, the first stays."""
    from oslo_config import generator

    groups = {}
    for _, listing in generator._list_opts(namespaces):
        for group, opts in listing:
            name = "DEFAULT" if group is None else getattr(group, "name", group)
            held = groups.setdefault(name, {})
            for opt in opts:
                if type(opt).__name__ != "SubCommandOpt":
                    held.setdefault(opt.name.replace("-", "_"), option(opt))
    return dict((name, {"o": [held[key] for key in sorted(held)]}) for name, held in groups.items())


# Parts of packages that no daemon of a service imports.
APART = ("tests", "test", "hacking", "migrations", "migration", "migrate_repo", "alembic_migrations", "versions", "fakes")


def modules(path, prefix):
    """Imports all modules of a package; one that cannot be imported here (a library that is missing) is passed over."""
    import importlib
    import pkgutil

    for entry in sorted(pkgutil.iter_modules(path), key=lambda entry: entry[1]):
        name = prefix + entry[1]
        if entry[1] in APART:
            continue
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        if hasattr(module, "__path__"):
            modules(module.__path__, name + ".")


def registered(package):
    """{group: {"o": [option...]}} of all that is registered while the modules of a package are imported, but options of command lines."""
    import importlib

    from oslo_config import cfg

    groups, register = {}, cfg.ConfigOpts.register_opt

    def noting(self, opt, group=None, cli=False, **more):
        if not cli and self is cfg.CONF and type(opt).__name__ != "SubCommandOpt":
            name = "DEFAULT" if group is None else getattr(group, "name", group)
            groups.setdefault(name, {}).setdefault(opt.name.replace("-", "_"), option(opt))
        return register(self, opt, group=group, cli=cli, **more)

    cfg.ConfigOpts.register_opt = noting
    # A module that is imported as a program would read the command line.
    sys.argv[1:] = []
    modules(importlib.import_module(package).__path__, package + ".")
    return dict((name, {"o": [held[key] for key in sorted(held)]}) for name, held in groups.items())


def plugins():
    """keystoneauth's plugins by auth_type, and what sessions and adapters take."""
    from keystoneauth1 import loading
    from keystoneauth1.loading import base

    found = {"ksa_plugins": {}, "fails": []}
    for name in sorted(base.get_available_plugin_names()):
        try:
            opts = base.get_plugin_loader(name).get_options()
        except Exception as error:
            found["fails"].append([name, repr(error)])
            continue
        found["ksa_plugins"][name] = [plugin_option(opt) for opt in opts]
    for kind, getter in (("session_opts", "get_session_conf_options"), ("adapter_opts", "get_adapter_conf_options"),
                         ("auth_common_opts", "get_auth_common_conf_options")):
        opts = getattr(loading, getter, list)()
        found[kind] = [option(opt) for opt in opts]
    return found


def plugin_option(opt):
    """One option of a plugin, under the same short keys."""
    found = {"n": opt.name, "dest": opt.dest, "t": "callable:%s" % getattr(opt.type, "__name__", opt.type)}
    if opt.default is not None:
        found["d"] = plain(opt.default)
    if opt.required:
        found["req"] = True
    if opt.secret:
        found["sec"] = True
    old = [[None, entry.name] for entry in opt.deprecated or []]
    if old:
        found["dep"] = old
    return found


def forked(work):
    """Runs work in a child and gives its answer, or None where it failed."""
    handle, path = tempfile.mkstemp()
    os.close(handle)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            answer = work()
            with open(path, "w") as file:
                json.dump(answer, file)
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    status = os.waitpid(child, 0)[1]
    try:
        if status:
            return None
        with open(path) as file:
            return json.load(file)
    finally:
        os.remove(path)


def load(namespaces):
    """Imports what namespaces name, without asking it for options."""
    from stevedore import named

    def failed(manager, entry, error):
        print("cannot load %s: %r" % (entry, error), file=sys.stderr)

    named.NamedExtensionManager("oslo.config.opts", names=namespaces, on_load_failure_callback=failed, invoke_on_load=False)


def service(name, files):
    """{file: groups} of a service; None stands for a file that failed. Under no name: what the service registers besides."""
    found = forked(lambda: registered(name))
    load(sorted(set(namespace for namespaces in files.values() for namespace in namespaces)))
    found = {"": found}
    found.update((file, forked(lambda: listed(files[file]))) for file in sorted(files))
    return found


def main(jobs, out, machine):
    """Dumps all services and the plugins; exits 1 where anything failed."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    imagine(MACHINES[machine])
    with open(jobs) as file:
        wanted = json.load(file)
    load(COMMON)
    options = dict((name, forked(lambda: service(name, wanted[name]))) for name in sorted(wanted))
    found = {"options": options, "plugins": forked(plugins)}
    with open(out, "w") as file:
        json.dump(found, file, sort_keys=True, indent=0)
    broken = [name for name in options if options[name] is None or None in options[name].values()]
    if broken or found["plugins"] is None:
        sys.exit("failed: %s" % ", ".join(broken + ["plugins"] * (found["plugins"] is None)))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
