"""What the scenarios of OpenStack services share: the emitted Jobs in their order, the Identity API, the public client."""

import concurrent.futures
import json
import urllib.error
import urllib.request

from suite.cluster.pods import DOMAIN, Late, Pod, until
from suite.cluster.volumes import bind
from suite.root import PATH, Root
from suite.site import secret_value

WAVE = "argocd.argoproj.io/sync-wave"


def wave(entity):
    return int(entity["metadata"].get("annotations", {}).get(WAVE, "0"))


def jobs(stage, service, but=()):
    """Run a service's Jobs, those of one wave side by side; what each took, as notes."""
    found = [one for one in stage.site.of_kind("Job").values() if one["metadata"]["labels"]["app.kubernetes.io/name"] == service]
    found = [one for one in found if one["metadata"]["labels"]["app.kubernetes.io/component"] not in but]
    names = []
    for number in sorted({wave(one) for one in found}):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            of_wave = [one["metadata"]["name"] for one in found if wave(one) == number]
            list(pool.map(stage.job, of_wave))
            names += of_wave
    return [f"{len(names)} Jobs: {', '.join(name.removeprefix(f'{service}-')[:-11] for name in names)}"]


def started(stage, names, seconds=240):
    """Pods of Deployments, started and ready by their own probes."""
    pods = [pod.start() for pod in (stage.deployment(*name) if isinstance(name, tuple) else stage.deployment(name) for name in names)]
    for pod in pods:
        def check(pod=pod):
            dead = [one for one in pod.containers.values() if not one.running()]
            if dead:
                raise RuntimeError(f"{pod.name}.{dead[0].name} ended: {dead[0].tail()}")
            return pod.ready()
        try:
            until(f"{pod.name} is ready by its probe", seconds, check)
        except Late as late:
            raise Late(f"{late}; {pod.main().tail()}") from None
    return pods


def base(pod, port):
    """Where a pod's API is, by TLS where its probe asks so."""
    return f"{pod.main().spec['readinessProbe'].get('httpGet', {}).get('scheme', 'HTTP').lower()}://{pod.address}:{port}"


def http(method, url, body=None, headers=None, timeout=60, context=None):
    """Status, headers and body; an answer that is an error is an answer."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def token(pod, user="admin", project="admin", secret=("keystone-admin", "password")):
    """A token from one instance of the Identity API."""
    domain = {"id": "default"}
    password = {"user": {"name": user, "domain": domain, "password": secret_value(*secret)}}
    body = {"auth": {"identity": {"methods": ["password"], "password": password}, "scope": {"project": {"name": project, "domain": domain}}}}
    status, headers, text = http("POST", f"{base(pod, 5000)}/v3/auth/tokens", body, context=pod.stage.context())
    assert status == 201, f"{pod.name} answered {status}: {text[:200].decode()}"
    return headers["X-Subject-Token"]


def accepts(pod, subject, by):
    """Does an instance take a token that another one gave?"""
    headers = {"X-Auth-Token": by, "X-Subject-Token": subject}
    return http("GET", f"http://{pod.address}:5000/v3/auth/tokens", None, headers)[0] == 200


class Client:
    """The public command-line client, in a root of its own that knows the stage's names."""

    def __init__(self, stage, scheme="http"):
        self.root = Root(stage.work, "bookworm", "client")
        bind(stage.environment, self.root.path / "var/lib/openstack", True)
        bind(stage.hosts, self.root.path / "etc/hosts", False)
        self.environ = {
            "PATH": f"/var/lib/openstack/bin:{PATH}", "OS_AUTH_URL": f"{scheme}://keystone-api.{DOMAIN}:5000/v3", "OS_USERNAME": "admin",
            "OS_PASSWORD": secret_value("keystone-admin", "password"), "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default", "OS_INTERFACE": "internal", "OS_IDENTITY_API_VERSION": "3", "OS_REGION_NAME": "RegionOne",
        }
        if scheme == "https":
            self.root.write("/tmp/trust.crt", stage.certificates["taco-trust"]["ca.crt"])
            self.environ["OS_CACERT"] = "/tmp/trust.crt"

    def run(self, *words, text=None, timeout=300):
        done = self.root.run("/var/lib/openstack/bin/python", "-W", "ignore", "/var/lib/openstack/bin/openstack", *words, env=self.environ,
                             timeout=timeout, text=text)
        assert done.returncode == 0, f"openstack {' '.join(words[:4])}: {done.stdout.strip()[-700:]}"
        return done.stdout

    def json(self, *words, **more):
        output = self.run(*words, "-f", "json", **more)
        return json.loads(output[min(index for index in (output.find("{"), output.find("[")) if index >= 0):])


def member(stage, kind, name, node):
    """The pod of a DaemonSet on a node, whose name it has."""
    return Pod(stage, stage.workload(kind, name), f"{name}-{node}", hostname=node, node=node)
