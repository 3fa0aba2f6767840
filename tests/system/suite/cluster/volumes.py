"""The volumes of a pod as folders: config maps, secrets, claims, what is empty at first, and the token of its account."""

import base64
import os
import re
import shutil
import subprocess


def drop_in(site, name):
    """The secret that is a file of configuration: its place among the config files says which."""
    for path in site.files:
        # `config/SERVICE@GROUP` has what a host group says.
        found = re.fullmatch(r"config/([\w-]+)(@[\w-]+)?/([^/]+)\.d/secret\.conf", path)
        if found:
            slug = found.group(3).replace(".", "-").replace("_", "-") + (found.group(2) or "").replace("@", "-")
            if name in (slug, f"{found.group(1)}-{slug}"):
                return {"secret.conf": site.filled(site.read(path))}
    return None


def keys_of(site, name):
    """The keys of a secret, as the operator is told to make it; else as the list of the site's secrets has them; alone it is a password."""
    for found in site.of_kind("ExternalSecret").values():
        if found["spec"]["target"]["name"] == name:
            return sorted(found["spec"]["target"]["template"]["data"])
    lines = [line.split() for line in site.read("secrets").splitlines()]
    found = {key for secret, key, *_ in lines if secret == name and key != "*"}
    known = any(secret == name for secret, *_ in lines)
    return sorted(found) or (["password"] if known else [])


class Volumes:
    """All volumes of one pod, in a folder of its own. Claims outlive the pod: they lie beside it."""

    def __init__(self, stage, pod, spec, node):
        self.stage, self.pod, self.spec, self.node = stage, pod, spec, node
        self.folder = stage.folder / "pods" / pod
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        context = spec.get("securityContext", {})
        self.user, self.group = context.get("runAsUser", 0), context.get("fsGroup", context.get("runAsGroup", 0))

    def of(self, volume):
        """The folder of a volume, made."""
        if "persistentVolumeClaim" in volume or "claim" in volume:
            return self.owned(self.stage.folder / "claims" / f"{volume['name']}-{self.pod}")
        folder = self.folder / volume["name"]
        if folder.exists():
            return folder
        if "hostPath" in volume:
            return self.owned(self.stage.folder / "nodes" / self.node / volume["hostPath"]["path"].strip("/"))
        if "configMap" in volume:
            data = self.stage.site.named("ConfigMap", volume["configMap"]["name"]).get("data") or {}
            return self.written(folder, data, volume["configMap"].get("defaultMode", 0o644))
        if "secret" in volume:
            return self.written(folder, self.secret(volume["secret"]["secretName"]), volume["secret"].get("defaultMode", 0o644))
        if "projected" in volume:
            token = {"token": self.spec["serviceAccountName"], "namespace": "openstack"}
            token["ca.crt"] = self.stage.api.authority.read_text(encoding="utf-8")
            return self.written(folder, token, 0o444)
        return self.owned(folder)

    def secret(self, name):
        stored = self.stage.api.get("secrets", name)
        if stored is not None:
            return {key: base64.b64decode(value).decode() for key, value in (stored.get("data") or {}).items()}
        if name in self.stage.certificates:
            return self.stage.certificates[name]
        found = drop_in(self.stage.site, name)
        if found is not None:
            # What the suite's machine lacks is set in a file that is read last.
            more = self.stage.overrides.get(name)
            return {**found, "suite.conf": more} if more else found
        if name.endswith("-ssh"):
            return {"id_ed25519": self.stage.ssh_key()}
        return {key: self.stage.site.value(name, key) for key in keys_of(self.stage.site, name)}

    def refresh(self, name):
        """A Secret has changed: its files follow, as the kubelet has them follow after a while."""
        for volume in self.spec.get("volumes", []):
            if volume.get("secret", {}).get("secretName") == name and (self.folder / volume["name"]).exists():
                for old in (self.folder / volume["name"]).iterdir():
                    old.unlink()
                self.written(self.folder / volume["name"], self.secret(name), volume["secret"].get("defaultMode", 0o644))

    def written(self, folder, data, mode):
        folder.mkdir(parents=True, exist_ok=True)
        fault = self.stage.faults.get(self.pod)
        for name, text in data.items():
            text = fault.of(f"{folder.name}/{name}", text) if fault else text
            (folder / name).write_text(text, encoding="utf-8")
            os.chown(folder / name, 0, self.group)
            (folder / name).chmod(mode)
        return folder

    def owned(self, folder):
        if not folder.exists():
            folder.mkdir(parents=True)
            os.chown(folder, 0, self.group)
            # What is set on a volume for the group of the pod: its members may write, and what they make belongs to the group.
            folder.chmod(0o2777)
        return folder


def bind(source, target, read_only):
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    subprocess.run(["mount", "--bind", source, target], check=True)
    if read_only:
        subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)
