#!/usr/bin/env python3
"""The types of Kubernetes and of the custom resources that sites use, packed into schema/kubernetes/types.json.

    tools/catalog/kubernetes.py REPOSITORIES [--output schema/kubernetes/types.json]

REPOSITORIES is a folder of git clones, named as in SOURCES (bare or not). Read are, at the tags below:
  * the OpenAPI document that the API servers of a release publish, as kubernetes-client/python keeps it for each release;
  * the Go types of kubernetes/api, for what that document leaves out: the words of enumerations (`+enum`) and the life of
    API versions (`+k8s:prerelease-lifecycle-gen`);
  * the CustomResourceDefinitions of the projects in CRDS.

The output is one JSON document, one kind or type a line, the same bytes for the same tags. compiler/verify/objects/table.rs reads it.

A type is a map of its fields. A field is an expression:
  !EXPR              must be there
  string int32 int64 integer number boolean time bytes quantity int-or-string any object
  string 1..63       length; a number: value; a list or map: size. Either side may be missing.
  (a|b|c)            one of these words; #(301|302) one of these numbers
  core.v1.Container  another type of this file
  [EXPR]             a list; [EXPR]set no item twice; [EXPR]name,protocol=TCP items told apart by these fields (and defaults)
  {EXPR}             a map
  dns-label dns-subdomain port-name label-key labels annotations files{EXPR}
                     texts and maps whose form the API server checks
  server             written by the cluster alone
  EXPR @1.31..1.33   in these releases only; alternatives are parted by ` ; `
A line whose value has the key `=` is no map of fields but an expression with a pattern; `*` are fields of any other name.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

import yaml

RELEASES = ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36"]
OPENAPI = "kubernetes/swagger.json.unprocessed"
# Repository -> release -> tag.
CLIENT = ("kubernetes-client/python", dict(zip(RELEASES, ["v30.1.0", "v31.0.0", "v32.0.1", "v33.1.0", "v34.1.0", "v35.0.0", "v36.0.3"])))
API = ("kubernetes/api", {release: f"v0.{release.split('.')[1]}.0" for release in RELEASES})

CRDS = [
    ("kubernetes-sigs/gateway-api", "v1.6.1", "config/crd/standard/gateway.networking.k8s.io_{}.yaml",
     ["gatewayclasses", "gateways", "httproutes", "grpcroutes", "tlsroutes", "referencegrants", "backendtlspolicies"]),
    ("argoproj/argo-cd", "v3.5.1", "manifests/crds/{}-crd.yaml", ["application", "appproject", "applicationset"]),
    ("fluxcd/kustomize-controller", "v1.9.4", "config/crd/bases/kustomize.toolkit.fluxcd.io_{}.yaml", ["kustomizations"]),
    ("fluxcd/source-controller", "v1.9.1", "config/crd/bases/source.toolkit.fluxcd.io_{}.yaml",
     ["gitrepositories", "ocirepositories"]),
    ("external-secrets/external-secrets", "v2.9.0", "config/crds/bases/external-secrets.io_{}.yaml",
     ["externalsecrets", "secretstores", "clustersecretstores"]),
    ("bitnami-labs/sealed-secrets", "v0.36.6", "helm/sealed-secrets/crds/bitnami.com_{}.yaml", ["sealedsecrets"]),
    ("cert-manager/cert-manager", "v1.21.1", "deploy/crds/cert-manager.io_{}.yaml",
     ["certificates", "issuers", "clusterissuers"]),
]

# Groups whose stable kinds a site may hold.
GROUPS = {
    "", "apps", "batch", "rbac.authorization.k8s.io", "networking.k8s.io", "policy", "scheduling.k8s.io", "storage.k8s.io",
    "autoscaling", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io",
    "discovery.k8s.io", "node.k8s.io", "certificates.k8s.io",
}
# Kinds that clients create for the moment, or that only the cluster writes.
NOT_KEPT = {"Binding", "Event", "ComponentStatus", "CSINode", "VolumeAttachment", "CSIStorageCapacity", "ControllerRevision"}
NOT_OBJECTS = ("List", "Review", "Scale", "Rollback", "Eviction")
# What the cluster fills in itself, so that nobody applies it; `status` besides.
SERVER_FIELDS = {"managedFields", "selfLink", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
                 "resourceVersion", "uid"}

SCALARS = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "object",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "object",
}
QUANTITY = "(([KMGTPE]i)|[numkMGTPE]|([eE]"

PORT = "1..65535"
POSITIVE = "0.."
# Bounds and words that the descriptions and the validation of the API give and its OpenAPI document does not.
BOUNDS = {
    "core.v1.ContainerPort": {"containerPort": PORT, "hostPort": PORT},
    "core.v1.ServicePort": {"port": PORT, "nodePort": PORT},
    "core.v1.Probe": dict.fromkeys(["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"], POSITIVE),
    "core.v1.PodSpec": {"terminationGracePeriodSeconds": POSITIVE, "activeDeadlineSeconds": "1.."},
    "core.v1.WeightedPodAffinityTerm": {"weight": "1..100"},
    "core.v1.PreferredSchedulingTerm": {"weight": "1..100"},
    "core.v1.TopologySpreadConstraint": {"maxSkew": "1..", "minDomains": "1.."},
    "core.v1.PodSecurityContext": dict.fromkeys(["runAsUser", "runAsGroup", "fsGroup"], "0..2147483647"),
    "core.v1.SecurityContext": dict.fromkeys(["runAsUser", "runAsGroup"], "0..2147483647"),
    "core.v1.ServiceAccountTokenProjection": {"expirationSeconds": "600.."},
    "core.v1.KeyToPath": {"mode": "0..511"},
    "core.v1.DownwardAPIVolumeFile": {"mode": "0..511"},
    "core.v1.ConfigMapVolumeSource": {"defaultMode": "0..511"},
    "core.v1.SecretVolumeSource": {"defaultMode": "0..511"},
    "core.v1.ProjectedVolumeSource": {"defaultMode": "0..511"},
    "core.v1.DownwardAPIVolumeSource": {"defaultMode": "0..511"},
    "core.v1.ClientIPConfig": {"timeoutSeconds": "1..86400"},
    "apps.v1.DeploymentSpec": dict.fromkeys(["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], POSITIVE),
    "apps.v1.StatefulSetSpec": dict.fromkeys(["replicas", "minReadySeconds", "revisionHistoryLimit"], POSITIVE),
    "apps.v1.DaemonSetSpec": dict.fromkeys(["minReadySeconds", "revisionHistoryLimit"], POSITIVE),
    "apps.v1.ReplicaSetSpec": dict.fromkeys(["replicas", "minReadySeconds"], POSITIVE),
    "apps.v1.RollingUpdateStatefulSetStrategy": {"partition": POSITIVE},
    "batch.v1.JobSpec": dict.fromkeys(["parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished"], POSITIVE) | {"activeDeadlineSeconds": "1.."},
    "batch.v1.CronJobSpec": dict.fromkeys(["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"], POSITIVE),
    "autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": POSITIVE, "maxReplicas": "1.."},
    "networking.v1.NetworkPolicyPort": {"endPort": PORT},
    "networking.v1.ServiceBackendPort": {"number": PORT},
    "scheduling.v1.PriorityClass": {"value": "-2147483648..1000000000"},
}
WORDS = {
    ("meta.v1.LabelSelectorRequirement", "operator"): ["In", "NotIn", "Exists", "DoesNotExist"],
    ("rbac.v1.RoleRef", "apiGroup"): ["rbac.authorization.k8s.io"],
    ("rbac.v1.RoleRef", "kind"): ["Role", "ClusterRole"],
    ("rbac.v1.Subject", "kind"): ["ServiceAccount", "User", "Group"],
    ("core.v1.EmptyDirVolumeSource", "medium"): ["", "Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi"],
    ("core.v1.PersistentVolumeClaimSpec", "accessModes"): ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"],
}
# What the validation of the API asks for although its OpenAPI document does not.
REQUIRED = {(f"apps.v1.{kind}", "spec") for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")} | {
    ("batch.v1.CronJob", "spec"), ("batch.v1.Job", "spec"), ("batch.v1.JobTemplateSpec", "spec"), ("core.v1.Container", "image"),
    ("core.v1.PersistentVolume", "spec"), ("core.v1.PersistentVolumeClaim", "spec"), ("core.v1.PersistentVolumeClaimSpec", "accessModes"),
    ("core.v1.PersistentVolumeClaimSpec", "resources"), ("core.v1.Pod", "spec"), ("core.v1.PodTemplateSpec", "spec"),
    ("core.v1.Service", "spec"), ("networking.v1.Ingress", "spec"), ("networking.v1.NetworkPolicy", "spec"),
    ("policy.v1.PodDisruptionBudget", "spec"),
}
# Texts and maps of texts with a form that the validation of the API knows by name.
FORMS = {
    ("meta.v1.ObjectMeta", "annotations"): "annotations",
    ("meta.v1.ObjectMeta", "labels"): "labels",
    ("meta.v1.LabelSelector", "matchLabels"): "labels",
    ("meta.v1.LabelSelectorRequirement", "key"): "!label-key",
    ("core.v1.ConfigMap", "binaryData"): "files{bytes}",
    ("core.v1.ConfigMap", "data"): "files{string}",
    ("core.v1.Secret", "data"): "files{bytes}",
    ("core.v1.Secret", "stringData"): "files{string}",
    ("core.v1.Container", "name"): "!dns-label",
    ("core.v1.ContainerPort", "name"): "port-name",
    ("core.v1.PodSpec", "nodeSelector"): "labels",
    ("core.v1.PodSpec", "serviceAccountName"): "dns-subdomain",
    ("core.v1.ServicePort", "name"): "dns-label",
    ("core.v1.ServiceSpec", "selector"): "labels",
    ("core.v1.Volume", "name"): "!dns-label",
}
# A field of a map key that is filled in where it is missing.
KEY_DEFAULTS = {"protocol": "TCP"}


class Repositories:
    """Git clones in a folder; files at tags."""

    def __init__(self, folder):
        self.folder = folder

    def git(self, repository, *arguments):
        candidates = [self.folder / repository, self.folder / f"{repository}.git", self.folder / repository.split("/")[1]]
        for found in filter(pathlib.Path.is_dir, candidates):
            return subprocess.run(["git", "-C", str(found), *arguments], check=True, capture_output=True, text=True).stdout
        sys.exit(f"no clone of {repository} in {self.folder}: git clone https://github.com/{repository}")

    def show(self, repository, tag, path):
        return self.git(repository, "show", f"{tag}:{path}")

    def files(self, repository, tag, ending):
        return [path for path in self.git(repository, "ls-tree", "-r", "--name-only", tag).splitlines() if path.endswith(ending)]


def short(name):
    """`io.k8s.api.core.v1.Pod` to `core.v1.Pod`."""
    name = name.replace("io.k8s.apimachinery.pkg.apis.meta.", "meta.").replace("io.k8s.apiextensions-apiserver.pkg.apis.", "")
    name = name.replace("io.k8s.kube-aggregator.pkg.apis.", "").replace("io.k8s.apimachinery.pkg.", "").replace("io.k8s.api.", "")
    return name


# ---- Go types: enumerations and the life of API versions

STRUCT = re.compile(r"^((?://[^\n]*\n|\n(?=//))*)type (\w+) struct \{\n(.*?)^\}", re.M | re.S)
FIELD = re.compile(r'^\t(?:(\w+)\s+)?(\S+)\s+`json:"([^",]*)(,[^"]*)?"', re.M)


def go_enums(repositories, tag):
    """(definition, field) -> words."""
    enums, structs = {}, {}
    for path in repositories.files(API[0], tag, "types.go"):
        package = path.rsplit("/", 1)[0]
        text = repositories.show(API[0], tag, path)
        for name in set(re.findall(r"^// \+enum\n(?://.*\n)*type (\w+) ", text, re.M)):
            enums[package, name] = sorted(set(re.findall(rf'^\s+\w+\s+{name} = "([^"]*)"', text, re.M)))
        imports = {alias or target.rsplit("/", 1)[-1]: target.removeprefix("k8s.io/api/")
                   for alias, target in re.findall(r'^\t(?:(\w+) )?"(k8s\.io/api/[^"]+)"', text, re.M)}
        for _, name, body in STRUCT.findall(text):
            structs[package, name] = (imports, FIELD.findall(body))
    fields = {}

    def words(package, imports, kind):
        kind = re.sub(r"^(\[\]|\*|map\[\w+\])+", "", kind)
        qualifier, _, name = kind.rpartition(".")
        return enums.get((imports.get(qualifier, package) if qualifier else package, name))

    def enter(definition, package, struct):
        imports, body = structs.get((package, struct), ({}, []))
        for _, kind, name, options in body:
            if not name and "inline" in options:
                enter(definition, package, kind.lstrip("*").rpartition(".")[2])
            elif found := words(package, imports, kind):
                fields[definition, name] = found
    for package, struct in structs:
        enter(f"io.k8s.api.{package.replace('/', '.')}.{struct}", package, struct)
    return fields


def life(repositories, tag):
    """apiVersion and kind of everything that is no stable API: when it came and went, and what took its place."""
    found = {}
    for path in repositories.files(API[0], tag, "types.go"):
        package = path.rsplit("/", 1)[0]
        version = package.rsplit("/", 1)[1]
        text = repositories.show(API[0], tag, path)
        register = repositories.show(API[0], tag, f"{package}/register.go")
        group = re.search(r'GroupName\s*=\s*"([^"]*)"', register).group(1)
        for comment, kind, _ in STRUCT.findall(text):
            tags = dict(re.findall(r"prerelease-lifecycle-gen:(\w+)=(\S+)", comment))
            if group not in GROUPS | {"extensions"} or kind in NOT_KEPT or not tags or kind.endswith(NOT_OBJECTS) or not re.match(r"v\d+(alpha|beta)", version) and "removed" not in tags:
                continue
            entry = {"introduced": tags["introduced"]}
            if "beta" in version or "removed" in tags:
                # The generator's own defaults, where a tag is missing: three releases each.
                later = lambda release: f"1.{int(release.split('.')[1]) + 3}"
                entry["removed"] = tags.get("removed") or later(tags.get("deprecated") or later(tags["introduced"]))
            if "replacement" in tags:
                target_group, target_version, target = tags["replacement"].split(",")
                entry["replacement"] = f"{target_group}/{target_version} {target}".lstrip("/")
            found[f"{group}/{version} {kind}".lstrip("/")] = entry
    return found


# ---- expressions

def bounds(low, high):
    return f" {'' if low is None else low}..{'' if high is None else high}" if (low, high) != (None, None) else ""


class Packer:
    """Schemas to expressions; what has a pattern or fields becomes a type of its own."""

    def __init__(self):
        self.types = {}
        self.known = {}

    def name(self, wanted, body):
        """The name of a type with this body: one that is there already, or `wanted`."""
        key = json.dumps(body, sort_keys=True)
        if key in self.known:
            return self.known[key]
        name, number = wanted, 1
        while name in self.types:
            number += 1
            name = f"{wanted}~{number}"
        self.types[name] = body
        self.known[key] = name
        return name

    def expression(self, schema, path):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return SCALARS.get(name, short(name))
        kind = schema.get("type")
        if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
            return "quantity" if QUANTITY in schema.get("pattern", "") else "int-or-string"
        if kind == "object":
            return self.object(schema, path)
        if kind == "array":
            return self.list(schema, path)
        if "enum" in schema:
            return ("#" if kind == "integer" else "") + "(" + "|".join(map(str, schema["enum"])) + ")"
        if kind == "string":
            plain = {"date-time": "time", "byte": "bytes"}.get(schema.get("format"), "string")
            text = plain + bounds(schema.get("minLength"), schema.get("maxLength"))
            return self.name(path, {"=": text, "pattern": schema["pattern"]}) if "pattern" in schema else text
        if kind in ("integer", "number"):
            plain = schema.get("format", kind) if kind == "integer" else kind
            return plain + bounds(schema.get("minimum"), schema.get("maximum"))
        return kind or "any"

    def list(self, schema, path):
        item = self.expression(schema["items"], path)
        listing = schema.get("x-kubernetes-list-type")
        suffix = ""
        if listing == "set":
            suffix = "set"
        elif listing == "map":
            properties = schema["items"].get("properties", {})
            default = lambda key: properties.get(key, {}).get("default", KEY_DEFAULTS.get(key))
            suffix = ",".join(key if default(key) is None else f"{key}={default(key)}" for key in schema["x-kubernetes-list-map-keys"])
        return f"[{item}]{suffix}" + bounds(schema.get("minItems"), schema.get("maxItems"))

    def object(self, schema, path):
        size = bounds(schema.get("minProperties"), schema.get("maxProperties"))
        properties = schema.get("properties", {})
        other = schema.get("additionalProperties")
        if not properties:
            open_map = isinstance(other, dict) and other
            return (f"{{{self.expression(other, path)}}}" if open_map else "object") + size
        body = self.fields(schema, path)
        if schema.get("x-kubernetes-preserve-unknown-fields") or other is True:
            body["*"] = "any"
        elif isinstance(other, dict):
            body["*"] = self.expression(other, path)
        if size:
            body["="] = "object" + size
        return self.name(path, body)

    def fields(self, schema, path):
        required = set(schema.get("required", []))
        body = {}
        for name, field in sorted(schema["properties"].items()):
            # A default is filled in before the API server looks whether the field is there.
            mark = "!" if name in required and "default" not in field else ""
            body[name] = mark + self.expression(field, f"{path}.{name}")
        return body


# ---- built-in kinds

def scopes(document):
    """Kinds that can be created: (group, version, kind) -> definition, scope."""
    found = {}
    for path, methods in document["paths"].items():
        post = methods.get("post")
        if not post or path.rsplit("/", 1)[1].startswith("{") or "{name}" in path:
            continue
        body = [parameter for parameter in post.get("parameters", []) if parameter.get("in") == "body"]
        target = post["x-kubernetes-group-version-kind"]
        if body and "$ref" in body[0]["schema"]:
            key = (target["group"], target["version"], target["kind"])
            scope = "namespaced" if "{namespace}" in path else "cluster"
            found[key] = (body[0]["schema"]["$ref"].rsplit("/", 1)[1], scope)
    return found


def builtin(repositories):
    """Per release: kinds and bodies of the types that they reach."""
    releases = {}
    for release in RELEASES:
        document = json.loads(repositories.show(CLIENT[0], CLIENT[1][release], OPENAPI))
        definitions, enums = document["definitions"], go_enums(repositories, API[1][release])
        kinds, wanted = {}, []
        for (group, version, kind), (definition, scope) in scopes(document).items():
            if group in GROUPS and re.fullmatch(r"v\d+", version) and kind not in NOT_KEPT and not kind.endswith(NOT_OBJECTS):
                kinds[f"{group}/{version} {kind}".lstrip("/")] = (short(definition), scope)
                wanted.append(definition)
        # Custom resources have the metadata of all objects.
        bodies, packer = {}, Packer()
        while wanted:
            definition = wanted.pop()
            name = short(definition)
            if name in bodies or definition in SCALARS:
                continue
            schema = definitions[definition]
            bodies[name] = body = builtin_body(packer, schema, definition, enums)
            of_server = {field for field, expression in body.items() if expression == "server"}
            if name in {value[0] for value in kinds.values()} and "status" in body:
                body["status"] = "server"
                of_server.add("status")
            wanted += references(schema, definitions, of_server)
        releases[release] = (kinds, bodies)
    return releases


def builtin_body(packer, schema, definition, enums):
    name = short(definition)
    if not schema.get("properties"):
        return {"=": packer.expression(schema, name)}
    body = packer.fields(schema, name)
    for field in body:
        words = WORDS.get((name, field)) or enums.get((definition, field))
        if words:
            body[field] = re.sub(r"\bstring\b", lambda _: "(" + "|".join(words) + ")", body[field])
        if (name, field) in FORMS:
            body[field] = FORMS[name, field]
        if (name, field) in REQUIRED:
            body[field] = "!" + body[field].removeprefix("!")
        if low_high := BOUNDS.get(name, {}).get(field):
            body[field] += " " + low_high
    if name == "meta.v1.ObjectMeta":
        body |= {field: "server" for field in SERVER_FIELDS}
    return body


def references(schema, definitions, skip):
    found = []
    for field, value in schema.get("properties", {}).items():
        if field not in skip:
            found += re.findall(r'"#/definitions/([^"]+)"', json.dumps(value))
    return [name for name in found if name in definitions]


def runs(values):
    """Values by release to [(value, first, last)], a run for as long as nothing changes; the ends None where the table ends."""
    found = []
    for index, release in enumerate(RELEASES):
        value = values.get(release)
        if found and found[-1][0] == value:
            found[-1][2] = index
        else:
            found.append([value, index, index])
    last = len(RELEASES) - 1
    return [(value, RELEASES[first] if first else None, RELEASES[end] if end < last else None) for value, first, end in found if value is not None]


def span(first, last):
    return f" @{first or ''}..{last or ''}" if first or last else ""


def merge(releases):
    """The types of all releases as one: a field says in which it holds."""
    kinds, types = {}, {}
    for kind in sorted({kind for kinds, _ in releases.values() for kind in kinds}):
        values = {release: " ".join(kinds[kind]) for release, (kinds, _) in releases.items() if kind in kinds}
        kinds[kind] = " ; ".join(value + span(first, last) for value, first, last in runs(values))
    for name in sorted({name for _, bodies in releases.values() for name in bodies}):
        bodies = {release: bodies[name] for release, (_, bodies) in releases.items() if name in bodies}
        body = {}
        for field in sorted({field for body in bodies.values() for field in body}):
            # Where the type itself is not there, nothing needs to be said of the field.
            values = {release: bodies[release].get(field) if release in bodies else "?" for release in RELEASES}
            parts = [(value, first, last) for value, first, last in runs(values) if value != "?"]
            if len({value for value, _, _ in parts}) == 1 and all(release not in bodies or field in bodies[release] for release in RELEASES):
                parts = [(parts[0][0], None, None)]
            body[field] = " ; ".join(value + span(first, last) for value, first, last in parts)
        types[name] = body
    return kinds, types


# ---- custom resources

def custom(repositories, packer):
    kinds, sources = {}, []
    for repository, tag, pattern, names in CRDS:
        sources.append(f"{repository} {tag}")
        for name in names:
            document = yaml.safe_load(repositories.show(repository, tag, pattern.format(name)))
            spec = document["spec"]
            kind, group = spec["names"]["kind"], spec["group"]
            for version in spec["versions"]:
                if not version["served"]:
                    continue
                schema = version["schema"]["openAPIV3Schema"]
                schema["properties"]["status"] = {"type": "server"}
                schema["properties"]["metadata"] = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
                schema["required"] = [field for field in schema.get("required", []) if field != "status"]
                path = f"{group.split('.')[0]}.{version['name']}.{kind}"
                scope = spec["scope"].lower()
                kinds[f"{group}/{version['name']} {kind}"] = f"{packer.object(schema, path)} {scope}"
    return kinds, sources


def lines(table):
    return ",\n".join(f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}" for key, value in sorted(table.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("schema/kubernetes/types.json"))
    arguments = parser.parse_args()
    repositories = Repositories(arguments.repositories)
    kinds, types = merge(builtin(repositories))
    packer = Packer()
    more, sources = custom(repositories, packer)
    clash = set(types) & set(packer.types)
    if clash:
        sys.exit(f"two types of one name: {sorted(clash)}")
    gone = {key: entry for key, entry in life(repositories, API[1][RELEASES[-1]]).items() if key not in kinds}
    sources = [f"{repository} {tag} ({release})" for repository, tags in (CLIENT, API) for release, tag in tags.items()] + sources
    text = '{"releases":%s,\n"sources":%s,\n"kinds":{\n%s\n},\n"gone":{\n%s\n},\n"types":{\n%s\n}}\n' % (
        json.dumps(RELEASES), json.dumps(sources), lines(kinds | more), lines(gone), lines(types | packer.types))
    json.loads(text)
    arguments.output.write_text(text, encoding="utf-8")
    print(f"{len(kinds | more)} kinds, {len(gone)} that are gone or not yet stable, {len(types | packer.types)} types, {len(text)} bytes")


if __name__ == "__main__":
    main()
