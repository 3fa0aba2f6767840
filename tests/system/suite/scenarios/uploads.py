"""Images as real ones go up: of two GiB, slowly and in large chunks, through the emitted server's file, and through nginx by the emitted Ingress."""

import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import time

from suite.cluster.containers import until
from suite.cluster.proxy import before
from suite.scenarios.broken import Fault, faulty
from suite.scenarios.cloud import http as ask, token
from suite.site import Site

BLOCK = 2**20
SMALL = 6
# Longer than what uWSGI waits by itself for the next bytes.
PAUSE = 6
CHUNK = 16


def block(number):
    """The bytes of one MiB of the image, other ones for each."""
    return hashlib.sha256(str(number).encode()).digest() * (BLOCK // 32)


def content(blocks, pause=0.0):
    for number in range(blocks):
        if pause and number == blocks // 2:
            time.sleep(pause)
        yield block(number)


def gathered(blocks, count):
    """Chunks of some blocks each."""
    chunk = []
    for one in blocks:
        chunk.append(one)
        if len(chunk) == count:
            yield b"".join(chunk)
            chunk = []
    if chunk:
        yield b"".join(chunk)


def digest(blocks):
    found = hashlib.sha256()
    for one in content(blocks):
        found.update(one)
    return found.hexdigest()


class Images:
    """The image service at an address, asked as the administrator."""

    def __init__(self, address, port, subject, host=None):
        self.address, self.port = address, port
        self.headers = {"X-Auth-Token": subject, **({"Host": host} if host else {})}

    def made(self):
        body = {"name": "upload", "disk_format": "raw", "container_format": "bare"}
        status, _, text = ask("POST", f"http://{self.address}:{self.port}/v2/images", body, self.headers)
        assert status == 201, f"answer {status}: {text[:200].decode(errors='replace')}"
        return json.loads(text)["id"]

    def put(self, image, chunks, length=None):
        """The status of an upload: with its length told, or in chunks, each of which goes out as one."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=300)
        connection.putrequest("PUT", f"/v2/images/{image}/file", skip_host="Host" in self.headers)
        kind = ("Content-Length", str(length)) if length is not None else ("Transfer-Encoding", "chunked")
        for name, value in [*self.headers.items(), ("Content-Type", "application/octet-stream"), kind]:
            connection.putheader(name, value)
        connection.endheaders()
        with contextlib.closing(connection):
            for chunk in chunks:
                connection.send(chunk if length is not None else b"%x\r\n" % len(chunk) + chunk + b"\r\n")
            if length is None:
                connection.send(b"0\r\n\r\n")
            answer = connection.getresponse()
            answer.read()
            return answer.status

    def back(self, image):
        """The digest of what comes back."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=300)
        found = hashlib.sha256()
        with contextlib.closing(connection):
            connection.request("GET", f"/v2/images/{image}/file", headers=self.headers)
            answer = connection.getresponse()
            assert answer.status == 200, f"the image comes back with {answer.status}"
            while part := answer.read(BLOCK):
                found.update(part)
        return found.hexdigest()

    def goes_up(self, blocks, chunks, length=None):
        """One image up and back: the same bytes."""
        image, began = self.made(), time.monotonic()
        status = self.put(image, chunks, length)
        assert status == 204, f"the upload ends with {status}"
        seconds = time.monotonic() - began
        assert self.back(image) == digest(blocks), "other bytes came back"
        ask("DELETE", f"http://{self.address}:{self.port}/v2/images/{image}", None, self.headers)
        return seconds

    def ways(self):
        """A slow upload with its length, a chunked one, and a slow chunked one; what each took."""
        length = SMALL * BLOCK
        found = {"slow": self.goes_up(SMALL, content(SMALL, PAUSE), length)}
        large = 4 * CHUNK
        found[f"chunks of {CHUNK} MiB"] = self.goes_up(large, gathered(content(large), CHUNK))
        found["slow chunks of 2 MiB"] = self.goes_up(SMALL, gathered(content(SMALL, PAUSE), 2))
        return [f"{what}: {seconds:.0f} s" for what, seconds in found.items()]


def play(stage, steps, up):
    subject = token(up["keystone"]["pods"][0])
    pods = up["glance"]
    images = Images(pods[0].address, 9292, subject)
    with steps.step("an image of 2 GiB comes back as it went up") as notes:
        blocks = 2048
        notes.append(f"{images.goes_up(blocks, content(blocks), blocks * BLOCK):.0f} s up")
    with steps.step(f"clients that pause for {PAUSE} s, and chunks above 1 MiB") as notes:
        notes += images.ways()
    with steps.step("the probe is answered while as many clients upload slowly as there are processes, and one more") as notes:
        notes.append(crowd(images, pods[0]))
    routed(stage, steps, pods, subject)
    spoiled(stage, steps, pods, subject)
    return images


def routed(stage, steps, pods, subject):
    """No package has a program that serves the emitted HTTPRoute; the same site's Ingress is served by nginx."""
    built = stage.work / "exposed" / "output"
    if not built.exists():
        steps.skip("the same by the emitted Ingress", (stage.work / "exposed" / "reason").read_text(encoding="utf-8").strip())
        return
    ingress = Site(built / stage.site.name).named("Ingress", "glance-image")
    with steps.step("the same uploads by the emitted Ingress, which nginx serves, and 256 MiB at once") as notes:
        with before(stage, ingress, pods[0].address) as (address, port, host):
            images = Images(address, port, subject, host)
            notes += images.ways()
            blocks = 256
            notes.append(f"{blocks} MiB: {images.goes_up(blocks, content(blocks), blocks * BLOCK):.0f} s")
    with steps.broken("by an Ingress without its annotations uploads are refused"):
        bare = {**ingress, "metadata": {**ingress["metadata"], "annotations": {}}}
        with before(stage, bare, pods[0].address) as (address, port, host):
            images = Images(address, port, subject, host)
            try:
                status = images.put(images.made(), content(SMALL), SMALL * BLOCK)
            except OSError:
                status = 413
            assert status == 413, f"the upload ends with {status}"


def crowd(images, pod):
    """Slow clients at once: the probe's own patience holds, and all images come back."""
    count = 5
    probe = pod.main().spec["readinessProbe"]

    def one(_):
        image = images.made()
        return image, images.put(image, content(SMALL, 2 * PAUSE), SMALL * BLOCK)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        running = [pool.submit(one, number) for number in range(count)]
        time.sleep(PAUSE / 2)
        began = time.monotonic()
        status, _, _ = ask("GET", f"http://{pod.address}:9292{probe['httpGet']['path']}", None, None, probe["timeoutSeconds"])
        waited = time.monotonic() - began
        ended = [one.result() for one in running]
    assert status == 200 and all(status == 204 for _, status in ended), f"the probe's answer is {status}, uploads end with {ended}"
    assert all(images.back(image) == digest(SMALL) for image, _ in ended), "other bytes came back"
    return f"{count} uploads, the probe's answer after {waited:.2f} s"


LIMITS = Fault("glance-api-uwsgi.ini", r"^(socket-timeout|chunked-input-limit|chunked-input-timeout) = .*$", "")


def spoiled(stage, steps, pods, subject):
    with steps.broken("without the emitted limits of uWSGI a chunk of 2 MiB and a client that pauses are refused"):
        with faulty(stage, pods, 0, LIMITS) as pod:
            until("it is ready without the limits", 240, pod.ready, 2)
            images = Images(pod.address, 9292, subject)
            for chunks, length in ((gathered(content(SMALL), 2), None), (content(SMALL, PAUSE), SMALL * BLOCK)):
                try:
                    status = images.put(images.made(), chunks, length)
                except OSError:
                    continue
                assert status >= 400, f"the upload ends with {status} all the same"
