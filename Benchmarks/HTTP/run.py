#!/usr/bin/env python3
"""Measures the HTTP interface of a release build with wrk on the same machine, and prints one table.

    Benchmarks/HTTP/run.py [--binary .build/release/firebreak] [--hashes 1000000] [--seconds 10]

Starts a server on a data directory of its own, imports random PDQ hashes, and takes every figure in one run.
"""
import argparse, json, os, random, re, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--binary", default=".build/release/firebreak")
parser.add_argument("--hashes", type=int, default=1_000_000)
parser.add_argument("--seconds", type=int, default=10)
parser.add_argument("--only", default="", help="comma-separated names of figures")
options = parser.parse_args()
here = os.path.dirname(os.path.abspath(__file__))
work = tempfile.mkdtemp(prefix="firebreak-bench-")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


port = free_port()
base = f"http://127.0.0.1:{port}"
log = open(f"{work}/server.log", "w")
environment = {name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")}
server = subprocess.Popen(
    [options.binary, "serve", "--data", f"{work}/data", "--listen", f"127.0.0.1:{port}", "--set", "log_level=warning"],
    stderr=log, stdout=log, env=environment)


def call(method, path, body=None, kind="application/json", key=None):
    request = urllib.request.Request(base + path, method=method, data=body)
    if body is not None:
        request.add_header("Content-Type", kind)
    if key:
        request.add_header("Authorization", "Bearer " + key)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read())


def ready():
    for _ in range(600):
        try:
            return call("GET", "/readyz")
        except Exception:
            time.sleep(0.1)
    sys.exit("the server did not get ready: " + open(f"{work}/server.log").read()[-2000:])


def wrk(script, connections=32, threads=1, **environment):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{options.seconds}s", "-s", f"{here}/{script}", base]
    text = subprocess.run(
        command, env={**os.environ, "BENCH_KEY": key, **environment}, capture_output=True, text=True).stdout
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", text)
    if not found:
        sys.exit("wrk gave no figures: " + text)
    return [float(found.group(i)) for i in (1, 2, 3)] + [int(found.group(4))]


rows = []


def row(name, figures, target):
    rate, middle, late, errors = figures
    rows.append((name, f"{rate:,.0f}/s", f"{middle:.2f} ms", f"{late:.2f} ms", str(errors), target))
    print("  ".join(rows[-1]), flush=True)


def wanted(name):
    return not options.only or name in options.only.split(",")


try:
    ready()
    key = open(f"{work}/data/keys/admin.key").read().strip()
    bank = call("POST", "/v1/banks", b'{"name":"bench","purpose":"watch"}', key=key)["id"]
    call("PATCH", f"/v1/banks/{bank}", b'{"state":"live"}', key=key)
    chance = random.Random(7)
    hashes = [f"{chance.getrandbits(256):064x}" for _ in range(options.hashes)]
    started = time.time()
    lines = "\n".join("pdq " + value for value in hashes).encode()
    item = call("POST", f"/v1/banks/{bank}/imports?wait=0", lines, kind="text/plain", key=key)
    while item["state"] == "running":
        time.sleep(0.5)
        item = call("GET", f"/v1/banks/{bank}/imports/{item['id']}", key=key)
    took = time.time() - started
    print(f"import of {item['added']:,} hashes: {took:.1f} s, {item['added'] / took:,.0f}/s", flush=True)
    time.sleep(3)
    with open(f"{work}/hashes", "w") as file:
        for value in chance.sample(hashes, min(20_000, len(hashes))):
            file.write(f"{int(value, 16) ^ (1 << chance.randrange(256)):064x}\n")
    if wanted("lookup"):
        row("lookup of one hash", wrk("lookup.lua", BENCH_HASHES=f"{work}/hashes"), "≥ 10,000/s, p99 ≤ 15 ms")
    for name, size, target in [("hash512", "512x384", "≥ 900/s"), ("hash1", "1156x867", "≥ 250/s"), ("hash12", "4000x3000", "≥ 25/s")]:
        if not wanted(name):
            continue
        file = f"{work}/{size}.jpg"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"mandelbrot=s={size}", "-frames:v", "1", "-q:v", "4", file],
            check=True)
        row(f"hash of a JPEG, {size}", wrk("file.lua", BENCH_FILE=file, BENCH_PATH="/v1/hash"), target)
    if wanted("upload"):
        file = f"{work}/up.jpg"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "mandelbrot=s=512x384", "-frames:v", "1", "-q:v", "4", file],
            check=True)
        row("image upload to durable verdict", wrk("file.lua", BENCH_FILE=file, BENCH_PATH="/v1/content"), "≥ 400/s")
    if wanted("submit"):
        row("submission by fingerprint", wrk("submit.lua", connections=64), "≥ 5,000/s")
    status = open(f"/proc/{server.pid}/status").read()
    print("server memory:", re.search(r"VmRSS:\s+(\d+)", status).group(1), "kB")
    stopped = time.time()
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=120)
    print(f"orderly stop with snapshot: {time.time() - stopped:.1f} s")
    started = time.time()
    server = subprocess.Popen(
        [options.binary, "serve", "--data", f"{work}/data", "--listen", f"127.0.0.1:{port}", "--set", "log_level=warning"],
        stderr=log, stdout=log, env=environment)
    ready()
    print(f"start to ready over {options.hashes:,} hashes: {time.time() - started:.1f} s")
finally:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill()
    shutil.rmtree(work, ignore_errors=True)
