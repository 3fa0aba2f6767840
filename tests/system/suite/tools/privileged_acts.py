"""Privileged acts of a daemon, asked of oslo.privsep's helper with the daemon's own files and root helper.

    privileged_acts.py SERVICE ACTS WORDS...

ACTS is JSON: a list of [module, function, arguments]; WORDS are those that the daemon is started with. The answers are printed.
"""

import importlib
import json
import shlex
import sys

from oslo_config import cfg
from oslo_privsep import priv_context


def cinder(words):
    importlib.import_module("cinder.common.config")
    cfg.CONF(words, project="cinder")
    return importlib.import_module("cinder.utils").get_root_helper()


def nova(words):
    importlib.import_module("nova.config").parse_args(["nova-compute", *words])
    return importlib.import_module("nova.utils").get_root_helper()


def neutron(words):
    common = importlib.import_module("neutron.conf.agent.common")
    common.register_root_helper(cfg.CONF)
    importlib.import_module("neutron.conf.common").register_core_common_config_opts(cfg.CONF)
    importlib.import_module("neutron.common.config").init(words)
    return common.get_root_helper(cfg.CONF)


service, acts, *given = sys.argv[1:]
priv_context.init(root_helper=shlex.split({"cinder": cinder, "nova": nova, "neutron": neutron}[service](given)))
for module, function, arguments in json.loads(acts):
    print(f"{module}.{function}: {getattr(importlib.import_module(module), function)(*arguments)}", flush=True)
