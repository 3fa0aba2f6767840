"""Lets the Python library of Open vSwitch find database servers by name.

Since version 3.3 it resolves names by itself, with a module (unbound) that images lack, and then finds none. Python loads
this file before any program; once the library is loaded, its `resolve` asks the system's resolver instead, which knows the
cluster's names, again at every connection.
"""

import importlib.abc
import importlib.util
import socket
import sys

TARGET = "ovs.dns_resolve"


def resolve(name):
    """The first address of a host name; None where there is none."""
    try:
        return socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return None


class Patched(importlib.abc.Loader):
    """Loads a module as its own loader does, then takes over its `resolve`."""

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        module.resolve = resolve


class Finder(importlib.abc.MetaPathFinder):
    """Finds the one module, and leaves all others to those after it."""

    def find_spec(self, name, path, target=None):
        if name != TARGET:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = Patched(spec.loader)
        return spec


sys.meta_path.insert(0, Finder())
