"""Notes every option that the program which imports this registers, as dump.py tells it, a JSON line each, in the file that TACO_REGISTERED names.

A library may hold options of its own that no file is read into: only what is registered where a file under TACO_FILES is read counts.

Invariant: the program itself runs as it would; an option is noted when it is registered, so that one that is ended early has told what it has.
"""

import json
import os
import sys

from oslo_config import cfg

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dump  # noqa: E402


def watch(path, files):
    """Notes options in a file."""
    file = open(path, "a", buffering=1)
    held, readers, noted = {}, set(), set()
    register, parse = cfg.ConfigOpts.register_opt, cfg.ConfigOpts._parse_config_files

    def note(number):
        for said in held.get(number, ()):
            if number in readers and said not in noted:
                noted.add(said)
                file.write(said + "\n")

    def registering(self, opt, group=None, cli=False, **more):
        if type(opt).__name__ != "SubCommandOpt":
            name = "DEFAULT" if group is None else getattr(group, "name", group)
            held.setdefault(id(self), []).append(json.dumps([name, bool(cli), dump.option(opt)]))
            if id(self) in readers:
                note(id(self))
        return register(self, opt, group=group, cli=cli, **more)

    def parsing(self):
        found = parse(self)
        if any(str(name).startswith(files) for name in self.config_file or ()):
            readers.add(id(self))
            note(id(self))
        return found

    cfg.ConfigOpts.register_opt, cfg.ConfigOpts._parse_config_files = registering, parsing


if "TACO_REGISTERED" in os.environ:
    watch(os.environ["TACO_REGISTERED"], os.environ["TACO_FILES"])
