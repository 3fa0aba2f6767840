#!/usr/bin/env python3
"""Run the tests once and keep their results; fails where a test does.

Identifiers that a cloud gives its resources are not known before: image, flavor and outer network are looked up by name,
and stand in a copy of the configuration in memory.
"""

import configparser
import json
import os
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

CONFIG, WORKSPACE = "/etc/tempest/tempest.conf", "/tmp/workspace"
# `tempest init` copies files with their modes and writes to the copies, which it cannot where they are those of a mounted Secret.
FOLDER = "/tmp/configuration"
COPY = f"{FOLDER}/tempest.conf"
SMOKE = r"(?=.*\[.*\bsmoke\b.*\])"
# Kind of a service -> path of a list, the key in the answer, the setting with the name, and the options that take the id.
RESOURCES = {
    "image": ("/v2/images?name={}", "images", "TACO_IMAGE", [("compute", "image_ref"), ("compute", "image_ref_alt")]),
    "compute": ("/flavors", "flavors", "TACO_FLAVOR", [("compute", "flavor_ref"), ("compute", "flavor_ref_alt")]),
    "network": ("/v2.0/networks?name={}", "networks", "TACO_NETWORK", [("network", "public_network_id")]),
}


class Cloud:
    """The site's APIs as the administrator of the configuration."""

    def __init__(self, config):
        self.trust = ssl.create_default_context(cafile=config.get("identity", "ca_certificates_file", fallback=None))
        auth = config["auth"]
        user = {"name": auth["admin_username"], "password": auth["admin_password"], "domain": {"name": auth["admin_domain_name"]}}
        scope = {"project": {"name": auth["admin_project_name"], "domain": {"name": auth["admin_domain_name"]}}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
        answer, headers = self.call(f"{config['identity']['uri_v3']}/auth/tokens", body=body)
        self.token, self.catalog = headers["X-Subject-Token"], answer["token"]["catalog"]

    def call(self, url, token=None, body=None):
        request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("X-Auth-Token", token)
        with urllib.request.urlopen(request, context=self.trust, timeout=60) as answer:
            return json.load(answer), answer.headers

    def endpoint(self, kind):
        found = [one["url"] for entry in self.catalog if entry["type"] == kind for one in entry["endpoints"] if one["interface"] == "internal"]
        return found[0].rstrip("/") if found else None

    def find(self, kind, path, key, name):
        """The id of a resource by its name; none where the cloud has no such service or resource."""
        url = self.endpoint(kind)
        if url is None:
            return None
        listed = self.call(url + path.format(urllib.parse.quote(name)), self.token)[0][key]
        return next((one["id"] for one in listed if one["name"] == name), None)


    def extensions(self):
        """What the network service has beside its core, which depends on its back end; none where there is no such service."""
        url = self.endpoint("network")
        return [one["alias"] for one in self.call(f"{url}/v2.0/extensions", self.token)[0]["extensions"]] if url else []


def filled(config):
    """Enters the ids, and says which resources are missing: their tests are skipped or fail by themselves."""
    cloud = Cloud(config)
    features = "network-feature-enabled"
    if not config.has_option(features, "api_extensions"):
        # Without a list all that Tempest knows are held to be there.
        config.has_section(features) or config.add_section(features)
        config[features]["api_extensions"] = ",".join(sorted(cloud.extensions())) or "none"
    for kind, (path, key, variable, options) in RESOURCES.items():
        name = os.environ[variable]
        found = cloud.find(kind, path, key, name)
        if found is None:
            print(f"no {kind} resource `{name}`", file=sys.stderr)
            continue
        for section, option in options:
            config[section][option] = found


def command():
    """Lines of a list and `--smoke` would each choose tests: of both, only what both choose is to run."""
    words = ["tempest", "run", "--config-file", COPY, "--concurrency", os.environ["TACO_CONCURRENCY"]]
    smoke, lines = os.environ["TACO_TESTS"] == "smoke", listed("include")
    if smoke and not lines:
        words.append("--smoke")
    if lines:
        chosen = pathlib.Path(FOLDER, "include.txt")
        # The attributes of a test stand behind its name, in brackets.
        chosen.write_text("".join(f"{SMOKE if smoke else ''}(?:{line})\n" for line in lines), encoding="utf-8")
        words += ["--include-list", str(chosen)]
    if listed("exclude"):
        words += ["--exclude-list", "/etc/tempest/exclude.txt"]
    return words


def listed(kind):
    """The expressions of a list, without its comments."""
    lines = pathlib.Path(f"/etc/tempest/{kind}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in (line.partition("#")[0].strip() for line in lines) if line]


def main():
    config = configparser.RawConfigParser()
    config.read(CONFIG, encoding="utf-8")
    filled(config)
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    with open(COPY, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        config.write(file)
    made = subprocess.run(
        ["tempest", "init", "--config-dir", FOLDER, WORKSPACE], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if made.returncode != 0:
        sys.exit(f"tempest init ended with {made.returncode}, see /results/tempest.log: {made.stdout}")
    done = subprocess.run(command(), check=False, cwd=WORKSPACE)
    stamp = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    with open(f"/results/{stamp}.subunit", "wb") as file:
        subprocess.run(["stestr", "last", "--subunit"], check=False, cwd=WORKSPACE, stdout=file)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
