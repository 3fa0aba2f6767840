#!/usr/bin/env python3
"""Which options a program may read, from the sources of its packages: reads.py SERIES SERVICE PROGRAM... [--without PLACE...]

A program is a console script, or the module that a WSGI server loads. Followed from there are imports, and functions by their
names: a function is reached where code that is reached says its name, as a word or in a text. An option is read where reached code
says section and name together, or hands the section on as a whole; one of a library where a module of the library is imported.
What cannot be told counts as read: what is loaded by name (entry points, drivers, pipelines of filters), sections whose name is
computed, methods of classes that a library calls. What a program is known not to load or call is named by `--without`.
"""

import argparse
import ast
import collections
import configparser
import functools
import json
import pathlib
import re
import sys

import series
import tables

# Packages that hold a service's own code, beside that of its name.
OWN = {"neutron": ["neutron", "neutron_lib"], "glance": ["glance", "glance_store"], "cinder": ["cinder", "os_brick"], "nova": ["nova", "os_brick", "os_vif"]}
WORD = re.compile(r"[A-Za-z_]\w*")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
CONF = re.compile(r"conf|^cfg$|^opts$", re.IGNORECASE)
# Functions that take a section by its name.
SECTION = re.compile(r"conf|group|adapter|session|auth|client|endpoint|plugin|getattr", re.IGNORECASE)
# Libraries that register options in sections that their users name.
ANYWHERE = {"keystoneauth1", "keystonemiddleware"}
# Decorators that call nothing: what they mark is called by its name.
PLAIN = {"property", "staticmethod", "classmethod", "setter", "abstractmethod", "cached_property", "lru_cache", "cache", "wraps", "contextmanager", "cachedproperty"}


def normal(name):
    """Options and sections as the tables have them."""
    return name.replace("-", "_").lower()


class Unit:
    """A function with all that is in it, or what a module runs when it is imported."""

    def __init__(self, module, name, owner):
        self.module, self.name, self.owner = module, name, owner
        self.words, self.texts, self.heads, self.tails = set(), set(), set(), set()
        self.imports, self.pairs, self.wholes, self.given = set(), set(), set(), set()
        self.options, self.cases = [], []
        self.is_called, self.is_of_class = False, False


class Module:
    """A module's units, classes and options."""

    def __init__(self, name, path, package):
        self.name, self.package = name, package
        self.units, self.classes, self.lazy = [], {}, {}
        # Does it ask for attributes by names that it computes?
        self.is_dynamic = False
        self.top = Unit(name, "", None)
        self.units.append(self.top)
        tree = ast.parse(path.read_text(encoding="utf8"))
        for statement in tree.body:
            self.statement(statement)

    def statement(self, node):
        # An object that stands ready in a variable acts where the variable is named.
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call):
            called = node.value.func
            word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if word[:1].isupper() and not word.endswith("Opt"):
                lazy = self.lazy.setdefault(node.targets[0].id, Unit(self.name, node.targets[0].id, None))
                Reader(self, lazy, None).visit(node.value)
                self.units.append(lazy)
                self.top.words.add(word + ".__init__")
                return
        Reader(self, self.top, None).visit(node)


class Class:
    """A class: its bases, its functions, and whether a library calls them."""

    def __init__(self, module, name, bases):
        self.module, self.name, self.bases = module, name, bases
        self.units, self.is_endpoint, self.is_registered = [], False, False


class Reader(ast.NodeVisitor):
    """Reads a tree into a unit; functions and classes at the top have units of their own."""

    def __init__(self, module, unit, owner):
        self.module, self.unit, self.owner = module, unit, owner

    def visit_FunctionDef(self, node):
        if self.unit.name:
            return self.generic_visit(node)
        unit = Unit(self.module.name, node.name, self.owner)
        self.module.units.append(unit)
        if self.owner:
            self.owner.units.append(unit)
        for decorator in node.decorator_list:
            self.visit(decorator)
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            unit.is_called |= word not in PLAIN
            unit.is_of_class |= word in ("classmethod", "staticmethod", "remotable_classmethod")
        inner = Reader(self.module, unit, self.owner)
        for default in node.args.defaults + [one for one in node.args.kw_defaults if one]:
            self.visit(default)
        for statement in node.body:
            inner.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        if self.unit.name:
            return self.generic_visit(node)
        bases = [ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases if not isinstance(base, ast.Call)]
        owner = Class(self.module.name, node.name, bases)
        self.module.classes[node.name] = owner
        for decorator in node.decorator_list:
            self.visit(decorator)
            owner.is_registered = True
        for base in node.bases:
            # A class that was made by a call; another's name is told by what derives from it.
            if isinstance(base, ast.Call):
                self.visit(base)
        inner = Reader(self.module, self.unit, owner)
        for statement in node.body:
            if isinstance(statement, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "target" for to in statement.targets):
                owner.is_endpoint = True
            inner.visit(statement)

    def visit_Import(self, node):
        self.unit.imports.update(alias.name for alias in node.names)

    def visit_ImportFrom(self, node):
        base = node.module or ""
        if node.level:
            parts = self.module.package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1] + ([node.module] if node.module else []))
        self.unit.imports.add(base)
        self.unit.imports.update(f"{base}.{alias.name}" for alias in node.names)
        # A name under which it is known here is one more word for it.
        for alias in node.names:
            if alias.asname:
                self.unit.words.add(alias.name)

    def visit_Name(self, node):
        self.unit.words.add(node.id)

    def visit_Dict(self, node):
        # What is chosen by a program's name is that program's.
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and "-" in key.value:
                case = Unit(self.module.name, self.unit.name, self.owner)
                Reader(self.module, case, self.owner).visit(value)
                self.unit.cases.append((key.value, case))
            else:
                for one in (key, value):
                    if one is not None:
                        self.visit(one)

    def visit_Attribute(self, node):
        # What is given a value is not called.
        if not isinstance(node.ctx, ast.Store):
            self.unit.words.add(node.attr)
        value = node.value
        if isinstance(value, ast.Attribute):
            self.unit.pairs.add((normal(value.attr), normal(node.attr)))
        elif isinstance(value, ast.Name):
            self.unit.pairs.add((normal(value.id), normal(node.attr)))
        if is_conf(value):
            # `conf.section.option`, or the section by itself.
            self.unit.wholes.add((normal(node.attr), id(node)))
        self.generic_visit(node)
        if isinstance(value, ast.Attribute) and is_conf(value.value):
            # With an option behind it the section is not handed on.
            self.unit.wholes.discard((normal(value.attr), id(value)))

    def visit_Subscript(self, node):
        if is_conf(node.value) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            self.unit.wholes.add((normal(node.slice.value), id(node)))
        self.generic_visit(node)

    def visit_Call(self, node):
        called = node.func
        word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if word.endswith("Opt") and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            words = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
            # An option's default may stand for another option.
            self.unit.texts.update(word for text in texts for word in re.findall(r"\$\{?(\w+)", text))
            self.unit.options.append((normal(node.args[0].value), [text for text in texts if " " not in text], words))
            return
        if word in ("register_opts", "register_opt", "register_cli_opts", "register_cli_opt", "register_group", "set_default", "set_defaults", "import_group", "import_opt", "OptGroup", "set_override"):
            # What is registered is not read yet; the options in it count as declared.
            for one in ast.walk(node):
                if isinstance(one, ast.Call) and one is not node:
                    self.visit(one)
                elif isinstance(one, ast.Name):
                    self.unit.words.add(one.id)
            if word in ("import_group", "import_opt"):
                self.unit.imports.update(one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str) and "." in one.value)
            return
        if SECTION.search(word):
            given = [*node.args, *[one.value for one in node.keywords]]
            self.unit.given.update(normal(one.value) for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
        # A section by name, handed on together with what options are asked of.
        if any(is_conf(one) for one in node.args):
            for one in node.args:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    self.unit.wholes.add((normal(one.value), id(node)))
        if word in ("getattr", "hasattr", "methodcaller", "attrgetter") and node.args:
            for one in node.args:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    self.unit.words.add(one.value)
            if word == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
                self.module.is_dynamic = True
        self.generic_visit(node)

    def visit_Expr(self, node):
        # Text that documents is no word of the program.
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            self.generic_visit(node)

    def visit_JoinedStr(self, node):
        texts = [part.value if isinstance(part, ast.Constant) else "%s" for part in node.values]
        self.text("".join(texts))
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.text(node.value)

    def text(self, text):
        if len(text) > 200:
            return
        if WORD.fullmatch(text.replace("-", "_")):
            self.unit.texts.add(text)
        elif DOTTED.fullmatch(text.replace(":", ".")):
            self.unit.texts.add(text)
            self.unit.imports.update({text.replace(":", "."), text.split(":")[0]})
            self.unit.words.update(text.replace(":", ".").split(".")[1:])
        else:
            found = re.fullmatch(r"([A-Za-z_][\w.]*[_.])(?:%s|%\(\w+\)s|\{\w*\})", text)
            if found:
                self.unit.heads.add(found[1])
            found = re.fullmatch(r"(?:%s|%\(\w+\)s|\{\w*\})(_\w+)", text)
            if found:
                self.unit.tails.add(found[1])


def is_conf(node):
    """Is it what options are asked of?"""
    word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(CONF.search(word))


class Packages:
    """The modules of an environment."""

    def __init__(self, folder):
        self.site = next((folder / "venv" / "lib").glob("python*/site-packages"))
        self.etc = folder / "venv" / "etc"
        self.entries = collections.defaultdict(list)
        for path in self.site.glob("*.dist-info/entry_points.txt"):
            held = configparser.RawConfigParser(delimiters=("=",), strict=False)
            held.optionxform = str
            held.read_string(path.read_text())
            for group in held.sections():
                for name, target in held.items(group):
                    self.entries[group].append((name, target.split("[")[0].strip()))
        self.scripts = dict(self.entries["console_scripts"])

    @functools.lru_cache(None)
    def libraries(self):
        """{package: (options that it declares, words in texts)} of all packages that declare options."""
        found = {}
        for path in sorted(self.site.glob("*/**/*.py")):
            parts = path.relative_to(self.site).parts
            if "tests" in parts:
                continue
            text = path.read_text(encoding="utf8", errors="replace")
            if "Opt(" not in text:
                continue
            options, texts = found.setdefault(parts[0], (set(), set()))
            options.update(normal(name) for name in re.findall(r"Opt\(\s*['\"]([\w-]+)['\"]", text))
            texts.update(normal(word) for word in re.findall(r"['\"]([\w-]+)['\"]", text))
            texts.add("default")
        return found

    @functools.lru_cache(None)
    def path(self, name):
        path = self.site.joinpath(*name.split("."))
        for file in (path / "__init__.py", path.with_name(path.name + ".py")):
            if file.is_file():
                return file
        return None

    @functools.lru_cache(None)
    def needs(self, package):
        """A library and those that it imports, and so on."""
        todo, found = [package], set()
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo.extend(self.imported(one) - found)
        return frozenset(found)

    @functools.lru_cache(None)
    def imported(self, package):
        """The packages that a library's modules import, wherever they do."""
        folder, found = self.site / package, set()
        for path in folder.rglob("*.py") if folder.is_dir() else []:
            if "tests" not in path.parts:
                text = path.read_text(encoding="utf8", errors="replace")
                found.update(re.findall(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", text, re.MULTILINE))
        return frozenset(name for name in found if (self.site / name).is_dir())

    @functools.lru_cache(None)
    def module(self, name):
        path = self.path(name)
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        return Module(name, path, package)

    @functools.lru_cache(None)
    def below(self, name):
        path = self.site.joinpath(*name.split("."))
        files = [file for file in path.rglob("*.py") if "tests" not in file.parts] if path.is_dir() else []
        names = [".".join(file.relative_to(self.site).with_suffix("").parts) for file in files]
        return [name for name in (name.removesuffix(".__init__") for name in names) if self.path(name)]


class Program:
    """What a program reaches."""

    def __init__(self, packages, own, targets, name="", without=()):
        self.packages, self.own, self.name, self.without = packages, own, name, tuple(without)
        self.modules, self.libraries = {}, set()
        self.words, self.texts, self.heads, self.tails = set(), set(), set(), set()
        self.reached, self.alive, self.whole = set(), set(), set()
        self.pairs, self.sections, self.given, self.options = set(), set(), set(), {}
        self.todo, self.waiting, self.spaces = [], collections.defaultdict(list), set()
        self.derived = {}
        self.by_name, self.classes = collections.defaultdict(list), collections.defaultdict(list)
        for target in targets:
            self.target(target)
        self.run()

    def target(self, target):
        module, _, function = target.partition(":")
        self.load(module)
        for word in function.split("."):
            self.word(word)

    def load(self, name):
        parts = name.split(".")
        if parts[0] not in self.own:
            self.libraries |= self.packages.needs(parts[0])
            return
        for count in range(1, len(parts) + 1):
            inner = ".".join(parts[:count])
            if inner in self.modules or not self.packages.path(inner) or ".tests" in inner or self.is_without(inner):
                continue
            module = self.modules[inner] = self.packages.module(inner)
            self.reach(module.top)
            for unit in module.units[1:]:
                self.by_name[unit.name].append(unit)
                self.consider(unit)
            for word, held in module.classes.items():
                self.classes[word].append(held)
                self.live(held)
            for unit in module.units:
                for option, texts, words in unit.options:
                    self.options.setdefault(option, []).append((texts, words))
                    if option in self.words or option in self.texts:
                        self.default(texts, words)

    def is_without(self, name):
        return any(name == other or name.startswith(other + ".") for other in self.without)

    def default(self, texts, words):
        """What an option's default names is loaded by it; of a driver its neighbours too."""
        for text in texts:
            if DOTTED.fullmatch(text.replace(":", ".")):
                parts = text.replace(":", ".").split(".")
                self.load(".".join(parts))
                for word in parts[1:]:
                    self.word(word)
                for count in (2, 1):
                    parent = ".".join(parts[:-count])
                    if parent.count(".") >= 1 and not self.packages.path(".".join(parts)) and parts[0] in self.own and count == 2:
                        self.all_below(parent)
            elif WORD.fullmatch(text):
                self.text(text)
        for word in words:
            self.word(word)

    def all_below(self, parent):
        if parent in self.whole:
            return
        self.whole.add(parent)
        for name in self.packages.below(parent):
            if name not in self.modules:
                self.load(name)
            for held in self.modules[name].classes if name in self.modules else []:
                self.word(held)

    def word(self, word):
        if word in self.words:
            return
        self.words.add(word)
        for held in self.classes.get(word.removesuffix(".__init__"), []):
            self.live(held)
        for unit in self.by_name.get(word, []):
            self.consider(unit)
        for texts, words in self.options.get(word.lower(), []):
            self.default(texts, words)

    def text(self, text):
        if text in self.texts:
            return
        self.texts.add(text)
        # A name with several parts is one of the program's own; a single word may be anything.
        word = text.replace("-", "_")
        if "_" in word:
            self.word(word)
        for texts, words in self.options.get(word.lower(), []):
            self.default(texts, words)
        if text in self.packages.entries and text not in self.spaces:
            self.spaces.add(text)
            for _, target in self.packages.entries[text]:
                self.target(target)

    def live(self, held):
        """A class whose name is said, or that of one derived from it, has objects."""
        key = (held.module, held.name)
        if key in self.alive or not (held.name in self.words or held.is_registered or held.name in self.derived):
            if key not in self.alive and held.name + ".__init__" in self.words:
                for unit in held.units:
                    if unit.name in ("__init__", "__new__"):
                        self.reach(unit)
            return
        self.alive.add(key)
        for base in held.bases:
            self.derived.setdefault(base, set()).add(held.name)
            for other in self.classes.get(base, []):
                self.live(other)
        for unit in held.units:
            self.consider(unit)

    def consider(self, unit):
        if id(unit) in self.reached:
            return
        held = unit.owner
        place = f"{unit.module}:{held.name + '.' if held else ''}{unit.name}"
        if any(place == other or place.startswith(other + ".") for other in self.without if ":" in other):
            return
        if held:
            if (held.module, held.name) not in self.alive:
                return
            is_named = held.name in self.words
            if unit.is_of_class and not is_named and not self.has_named(held):
                return
            is_special = unit.name.startswith("__") or unit.is_called or held.is_endpoint
            is_special = is_special or any(self.foreign(base) for base in held.bases)
            is_special = is_special or self.modules[unit.module].is_dynamic and unit.name in self.texts
            if not (is_special or self.is_said(unit.name)):
                return
        elif not (self.is_said(unit.name) or unit.is_called):
            return
        self.reach(unit)

    def has_named(self, held):
        """Is a class that derives from it named?"""
        return any(name in self.words for name in self.derived.get(held.name, ()))

    def foreign(self, name):
        found = self.classes.get(name)
        if name in ("object", "ABC", "Exception"):
            return False
        return not found or any(held.is_endpoint or any(self.foreign(base) for base in held.bases if base != name) for held in found)

    def is_said(self, name):
        return name in self.words or any(name.startswith(head) for head in self.heads) or any(name.endswith(tail) for tail in self.tails)

    def reach(self, unit):
        if id(unit) not in self.reached:
            self.reached.add(id(unit))
            self.todo.append(unit)

    def run(self):
        while self.todo:
            while self.todo:
                unit = self.todo.pop()
                self.pairs |= unit.pairs
                self.given |= unit.given
                self.sections |= {section for section, _ in unit.wholes}
                for name in sorted(unit.imports):
                    self.load(name)
                for word in sorted(unit.words):
                    self.word(word)
                for text in sorted(unit.texts):
                    self.text(text)
                for head in sorted(unit.heads):
                    if "." in head:
                        self.all_below(head.rstrip("._"))
                self.heads |= {head for head in unit.heads if "." not in head}
                self.tails |= unit.tails
                for name, case in unit.cases:
                    if name == self.name or name not in self.packages.scripts:
                        self.todo.append(case)
                if "loadapp" in unit.words:
                    self.pipelines()
            # Options may be asked for by names that are put together.
            for option in [name for name in self.options if self.is_said(name)]:
                self.word(option)
            # Bases of a class may have come after it; patterns of names too.
            for module in list(self.modules.values()):
                for unit in module.units:
                    self.consider(unit)

    def finish(self):
        """What options are held against."""
        self.said = {normal(word) for word in self.words | self.texts}
        self.named = {normal(text) for text in self.texts}
        return self

    def pipelines(self):
        """What files of filters and applications name."""
        for package in self.own:
            for path in sorted((self.packages.etc / package).rglob("*.ini")) if (self.packages.etc / package).is_dir() else []:
                for target in re.findall(r"=\s*([A-Za-z_][\w.]*(?::[\w.]+))\s*$", path.read_text(), re.MULTILINE):
                    self.target(target)
                for target in re.findall(r"factory\s*=\s*([A-Za-z_][\w.]*)\s*$", path.read_text(), re.MULTILINE):
                    self.load(target.rpartition(".")[0])
                    self.word(target.rpartition(".")[2])


class Options:
    """Which options of a table a program may read."""

    def __init__(self, packages, own):
        self.own, self.packages_own = set(), set(own)
        self.libraries = packages.libraries()
        for package in own:
            for name in packages.below(package):
                module = packages.module(name)
                self.own |= {option for unit in module.units for option, _, _ in unit.options}

    def reads(self, program, section, option):
        """May it read the option?"""
        group, name = normal(section), normal(option)
        if group in program.sections or (group, name) in program.pairs:
            return True
        said = name in program.said
        if group == "default" and said:
            return True
        is_own = name in self.own
        if said and group in program.given or not is_own and group in program.named:
            return True
        owners = {
            library for library, (options, texts) in self.libraries.items()
            if library not in self.packages_own and name in options and (not is_own or group in texts or library in ANYWHERE)
        }
        if owners:
            return bool(owners & program.libraries)
        return not is_own


def holds(table, record, release):
    """Is the record one of the release?"""
    first, _, last = record["in"].partition("..")
    places = [table["releases"].index(word) for word in (first, release, last or first)]
    return places == sorted(places)


def main():
    """Prints the options that each program may not read, by section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series")
    parser.add_argument("service")
    parser.add_argument("program", nargs="+", help="a console script, or MODULE:FUNCTION")
    parser.add_argument("--without", nargs="*", default=[], help="modules and MODULE:FUNCTION that it does not load or call")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "target" / "catalog")
    wanted = parser.parse_args()
    sys.setrecursionlimit(10000)
    packages = Packages(wanted.folder / wanted.series)
    own = tuple(OWN.get(wanted.service, [wanted.service]))
    options = Options(packages, own)
    table = json.loads((tables.FOLDER / f"{wanted.service}.json").read_text())
    release = series.release(wanted.series)
    for name in wanted.program:
        program = Program(packages, own, [packages.scripts.get(name, name)], name, wanted.without).finish()
        print(f"{name}: {len(program.modules)} modules; options that it does not read:")
        for section in sorted({section for file in table["files"].values() for section in file}):
            names = [option for file in table["files"].values() for option, records in file.get(section, {}).items() if any(holds(table, one, release) for one in records)]
            unread = sorted({option for option in names if not options.reads(program, section, option)})
            if unread:
                print(f"  [{section}] {'all' if len(unread) == len(set(names)) else ' '.join(unread)}")


if __name__ == "__main__":
    main()
