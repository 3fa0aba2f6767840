"""The program to jsonnet: a library of functions, one file a unit, the config files as sections, the scripts as texts."""

import json
from collections import defaultdict
from pathlib import Path

from .factor import Call, Join
from .read import Data, Digest, Ini


def write(program, texts, folder):
    """Writes `main.jsonnet`, which gives the objects, and `all.jsonnet`, which gives every file of a site as a text.

    `texts` are config texts by path, as in a ConfigMap's data.
    """
    printer = Printer(Path(folder))
    printer.folder.mkdir(parents=True)
    functions = []
    for number, function in sorted(program.functions.items()):
        names = ", ".join(f"p{index}" for index in range(len(function.parameters)))
        functions.append(f"  f{number}({names}):: {printer.value(function.body, 1)},\n")
    printer.save("lib.libsonnet", f"local lib = {{\n{''.join(functions)}}};\nlib\n")
    units = defaultdict(dict)
    for path, value in program.objects.items():
        parts = path.split("/")
        units[parts[1] if parts[0] == "kubernetes" else f"{parts[0]}-files"][path] = value
    for unit, objects in units.items():
        lines = [f"  {json.dumps(path)}: {printer.value(value, 1)},\n" for path, value in objects.items()]
        imports = "local lib = import 'lib.libsonnet';\nlocal conf = import 'conf.libsonnet';\n"
        printer.save(f"{unit}.libsonnet", f"{imports}{{\n{''.join(lines)}}}\n")
    lines = [f"  {json.dumps(path)}: {printer.content('site', path, value)},\n" for path, value in texts.items()]
    printer.configs(f"  site: {{\n{''.join(lines)}}},\n")
    main = [unit for unit in units if not unit.endswith("-files")]
    printer.save("main.jsonnet", " +\n".join(f"(import '{unit}.libsonnet')" for unit in main) + "\n")
    printer.save("all.jsonnet", ALL + "".join(f"+ texts(import '{unit}.libsonnet')\n" for unit in units if unit not in main))


ALL = """local yaml(objects) = {
  [path]: std.manifestYamlDoc(objects[path], indent_array_in_object=false, quote_keys=false)
  for path in std.objectFields(objects)
};
local texts(files) = {
  [path]: if std.isArray(files[path]) then std.lines(files[path]) else yaml({ it: files[path] }).it
  for path in std.objectFields(files)
};
local conf = import 'conf.libsonnet';
yaml(import 'main.jsonnet') + conf.site
"""


class Printer:
    def __init__(self, folder):
        self.folder = folder
        self.maps = {}
        self.sections = {}

    def save(self, name, text):
        Path(self.folder, name).write_text(text, encoding="utf-8")

    def value(self, value, depth):
        pad = "  " * depth
        if isinstance(value, dict):
            lines = [f"{pad}  {key(name)}: {self.value(item, depth + 1)},\n" for name, item in value.items()]
            return f"{{\n{''.join(lines)}{pad}}}" if lines else "{}"
        if isinstance(value, list):
            lines = [f"{pad}  {self.value(item, depth + 1)},\n" for item in value]
            return f"[\n{''.join(lines)}{pad}]" if lines else "[]"
        if isinstance(value, Call):
            arguments = ", ".join(self.value(item, depth + 1) for item in value.arguments)
            return f"lib.f{value.function}({arguments})"
        if isinstance(value, Join):
            parts = [text(value.before), f"p{value.parameter}", text(value.after)]
            return " + ".join(part for part in parts if part != "''")
        if isinstance(value, Digest):
            maps = ", ".join(f"conf[{text(name)}]" for name in value.maps)
            return f"std.sha256(std.manifestJsonMinified([{maps}]))"
        if isinstance(value, Data):
            self.maps[value.name] = value.files
            return f"conf[{text(value.name)}]"
        return text(value) if isinstance(value, str) else json.dumps(value)

    def configs(self, more):
        """`conf.libsonnet`: ConfigMap -> its data; a section that several files share is written once."""
        lines = []
        for name, data in self.maps.items():
            lines.append(f"  {text(name)}: {{\n")
            for file, content in data.items():
                lines.append(f"    {text(file)}: {self.content(name, file, content)},\n")
            lines.append("  },\n")
        shared = [f"local s{number} = {code};\n" for code, number in self.sections.items()]
        self.save("conf.libsonnet", "".join(shared) + "{\n" + "".join(lines) + more + "}\n")

    def content(self, name, file, content):
        if not isinstance(content, Ini):
            Path(self.folder, "files", name, file).parent.mkdir(parents=True, exist_ok=True)
            self.save(f"files/{name}/{file}", content)
            return f"importstr {text(f'files/{name}/{file}')}"
        lines = []
        for section, options in content.sections.items():
            code = self.value(options, 0)
            number = self.sections.setdefault(code, len(self.sections) + 1)
            lines.append(f"{key(section)}: s{number}")
        return f"std.manifestIni({{sections: {{{', '.join(lines)}}}}})"


def text(value):
    """A string in quotes."""
    if "'" not in value and "\\" not in value and value.isprintable():
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def key(name):
    """A field's name; in quotes unless it is an identifier that is no keyword."""
    keywords = {"assert", "else", "error", "false", "for", "function", "if", "import", "importstr", "in", "local",
                "null", "self", "super", "tailstrict", "then", "true", "importbin"}
    plain = name.isidentifier() and name.isascii() and name not in keywords
    return name if plain else text(name)
