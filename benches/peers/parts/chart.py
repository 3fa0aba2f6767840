"""The program to a Helm chart: named templates, a template an object, options and arguments as values.

It follows what charts of this size do: a library of named templates, config files printed from maps of options, scripts
read from files, and a checksum of the rendered config in each pod template.
"""

import json
import re
from pathlib import Path

from .factor import Call, Join
from .read import Data, Digest

LIBRARY = """{{- define "lib.ini" -}}
{{- range $section, $options := . }}
[{{ $section }}]
{{- range $key, $value := $options }}
{{- if kindIs "slice" $value }}
{{- range $value }}
{{ $key }} = {{ . }}
{{- end }}
{{- else }}
{{ $key }} = {{ $value }}
{{- end }}
{{- end }}
{{ end }}
{{- end }}
{{- define "lib.data" -}}
{{- $root := index . 0 }}
{{- $name := index . 1 }}
{{- range $file, $sections := index $root.Values.conf $name }}
{{ $file }}: |
{{- include "lib.ini" $sections | trim | nindent 2 }}
{{- end }}
{{- range $file := index $root.Values.files $name }}
{{ $file }}: |
{{- $root.Files.Get (printf "files/%s/%s" $name $file) | nindent 2 }}
{{- end }}
{{- end }}
{{- define "lib.digest" -}}
{{- $root := index . 0 }}
{{- $all := "" }}
{{- range index . 1 }}{{ $all = print $all (include "lib.data" (list $root .)) }}{{ end }}
{{- $all | sha256sum }}
{{- end }}
"""


def write(program, folder):
    """Writes the chart."""
    printer = Printer(program, Path(folder))
    printer.save("Chart.yaml", "apiVersion: v2\nname: site\nversion: 1.0.0\n")
    library = [LIBRARY]
    for number, function in sorted(program.functions.items()):
        printer.types = function.parameters
        body = printer.block(function.body, 0)
        library.append(f'{{{{- define "lib.f{number}" -}}}}\n{body}{{{{- end }}}}\n')
    printer.save("templates/_lib.tpl", "".join(library))
    printer.types = None
    for path, value in program.objects.items():
        if path.startswith("kubernetes/"):
            printer.object(path, value)
    values = {"conf": printer.conf, "files": printer.files, "objects": printer.arguments}
    printer.save("values.yaml", block(values, 0))


class Printer:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.types = None
        self.conf = {}
        self.files = {}
        self.arguments = {}

    def save(self, name, text):
        path = Path(self.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def object(self, path, value):
        unit, file = path.split("/")[1:]
        self.place = (re.sub(r"\W", "_", unit), re.sub(r"\W", "_", file.removesuffix(".yaml")))
        if isinstance(value, Call):
            text = f"{self.call(value, 0).removeprefix('{{- ')}\n"
            text = "{{ " + text.replace("| nindent 0 ", "")
        else:
            text = self.block(value, 0)
        self.save(f"templates/{unit}/{file}", text)

    def block(self, value, depth):
        """Lines of a map or list that begin at `depth`."""
        if isinstance(value, Call):
            return " " * depth + self.call(value, depth).removeprefix("{{- ").join(["{{ ", ""]) + "\n"
        lines = []
        pad = " " * depth
        pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for name, item in pairs:
            head = f"{pad}-" if name is None else f"{pad}{key(name)}:"
            if isinstance(item, (dict, list)) and item:
                lines.append(f"{head}\n{self.block(item, depth + 2)}")
            elif isinstance(item, Call):
                lines.append(f"{head}\n{pad}{self.call(item, depth + 2)}\n")
            elif isinstance(item, Data):
                lines.append(f"{head}\n{pad}{self.data(item)}\n")
            else:
                lines.append(f"{head} {self.scalar(item)}\n")
        return "".join(lines)

    def scalar(self, item):
        if isinstance(item, Join):
            code = self.code(item)
            return f"{{{{ {code} | quote }}}}" if self.types[item.parameter] in (str, Digest) else f"{{{{ {code} }}}}"
        if isinstance(item, Digest):
            return f"{{{{ {self.code(item)[1:-1]} | quote }}}}"
        return literal(scalar(item))

    def code(self, item):
        """An argument as an expression."""
        if isinstance(item, Join):
            if not item.before and not item.after:
                return f".p{item.parameter}"
            parts = [json.dumps(item.before)] if item.before else []
            parts += [f".p{item.parameter}"] + ([json.dumps(item.after)] if item.after else [])
            return f"(print {' '.join(parts)})"
        if isinstance(item, Digest):
            names = " ".join(json.dumps(name) for name in item.maps)
            return f'(include "lib.digest" (list $ (list {names})))'
        return "nil" if item is None else json.dumps(item)

    def call(self, call, depth):
        """An object's own arguments are values; those that a function hands on are expressions."""
        names = [f"p{index}" for index in range(len(call.arguments))]
        if self.types is None and names:
            unit, file = self.place
            own = self.arguments.setdefault(unit, {}).setdefault(file, {})
            name = f"c{len(own) + 1}"
            own[name] = {p: item for p, item in zip(names, call.arguments) if not isinstance(item, Digest)}
            context = f".Values.objects.{unit}.{file}.{name}"
            digests = [f'"{p}" {self.code(item)}' for p, item in zip(names, call.arguments) if isinstance(item, Digest)]
            if digests:
                context = f"(merge (dict {' '.join(digests)}) {context})"
        else:
            context = f"(dict {' '.join(f'{json.dumps(p)} {self.code(i)}' for p, i in zip(names, call.arguments))})"
        return f'{{{{- include "lib.f{call.function}" {context} | nindent {depth} }}}}'

    def data(self, data):
        texts = {name: text for name, text in data.files.items() if isinstance(text, str)}
        self.conf[data.name] = {name: text.sections for name, text in data.files.items() if name not in texts}
        self.files[data.name] = list(texts)
        for name, text in texts.items():
            self.save(f"files/{data.name}/{name}", text)
        return f'{{{{- include "lib.data" (list $ {json.dumps(data.name)}) | nindent 2 }}}}'


def literal(text):
    """A text whose braces the template engine leaves as they are: an ExternalSecret holds a template of its own."""
    return text.replace("{{", '{{ "{{" }}')


def block(value, depth):
    """A value as YAML lines that begin at `depth`."""
    lines = []
    pad = " " * depth
    for name, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
        head = f"{pad}-" if name is None else f"{pad}{key(name)}:"
        if isinstance(item, (dict, list)) and item:
            lines.append(f"{head}\n{block(item, depth + 2)}")
        else:
            lines.append(f"{head} {scalar(item)}\n")
    return "".join(lines)


def key(name):
    """A map's key; in quotes unless it is an identifier or a dotted name."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", name) and name.lower() not in ("y", "n", "yes", "no", "on", "off")
    return name if plain else json.dumps(name)


def scalar(item):
    """A scalar or an empty map or list in JSON, which is YAML too."""
    return json.dumps(item, ensure_ascii=False)
