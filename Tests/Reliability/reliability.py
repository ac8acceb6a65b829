#!/usr/bin/env python3
"""Shows that the server keeps its promises when it is killed, fed with damage, or out of disk.

    Tests/Reliability/reliability.py kill    [--rounds 100] [--clients 8]
    Tests/Reliability/reliability.py mutants [--files 500]
    Tests/Reliability/reliability.py full

Each starts the real binary on a directory of its own, prints what it counted, and exits with 1 if a promise is broken.
"""
import argparse, collections, hashlib, http.client, json, os, random, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["kill", "mutants", "full"])
parser.add_argument("--binary", default=".build/debug/firebreak")
parser.add_argument("--rounds", type=int, default=100)
parser.add_argument("--clients", type=int, default=8)
parser.add_argument("--files", type=int, default=500)
parser.add_argument("--seed", type=int, default=15032019)
options = parser.parse_args()
print("seed", options.seed)
work = tempfile.mkdtemp(prefix="firebreak-reliability-")
broken = []


def check(condition, message):
    if not condition:
        broken.append(message)
        print("BROKEN:", message, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, data):
        self.data, self.port, self.process = data, free_port(), None
        self.log = open(f"{work}/server.log", "a")

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")}
        self.process = subprocess.Popen(
            [options.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--set", "log_level=warning"],
            stdout=self.log, stderr=self.log, env=environment)
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit("the server ended at its start: " + open(f"{work}/server.log").read()[-2000:])
            try:
                if self.call("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.05)
        else:
            sys.exit("the server did not get ready")
        self.key = open(f"{self.data}/keys/admin.key").read().strip()

    def call(self, method, path, body=None, headers={}, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text[:1] == b"{" else {}
        finally:
            connection.close()

    def keyed(self, method, path, body=None, headers={}, timeout=60):
        return self.call(method, path, body, {"Authorization": "Bearer " + self.key, **headers}, timeout)

    def json(self, method, path, value):
        return self.keyed(method, path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def upload(self, path, content, fields={}, headers={}, timeout=60):
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
        parts.append(b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + content + b"\r\n--edge--\r\n")
        return self.keyed("POST", path, b"".join(parts), {"Content-Type": "multipart/form-data; boundary=edge", **headers}, timeout)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def doctor(self):
        output = subprocess.run([options.binary, "doctor", "--data", self.data, "--json"], capture_output=True, text=True).stdout
        return {finding["name"]: finding for finding in json.loads(output)}

    def bank_of(self, files):
        _, bank = self.json("POST", "/v1/banks", {"name": "known", "purpose": "enforce", "approval": "single"})
        self.json("PATCH", f"/v1/banks/{bank['id']}", {"state": "live"})
        for content in files:
            status, answer = self.upload(f"/v1/banks/{bank['id']}/entries", content)
            check(status == 201, f"entry: {status} {answer}")
        return bank["id"]


def media(arguments, ending):
    path = f"{work}/sample-{hashlib.md5(arguments.encode()).hexdigest()[:8]}.{ending}"
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments.split(), path], check=True)
    return open(path, "rb").read()


def pictures():
    return [media(f"-f lavfi -i mandelbrot=s=320x240:start_scale={scale} -frames:v 1 -q:v 5", "jpg") for scale in (3, 2, 1.2)] + [
        media("-f lavfi -i testsrc2=s=320x240 -frames:v 1", "png")]


def kill():
    server = Server(f"{work}/data")
    server.start()
    samples = pictures()
    server.bank_of(samples[:2])
    chance = random.Random(options.seed)
    expected = ["declined", "declined", None, None]
    acknowledged, lock, stopping = {}, threading.Lock(), threading.Event()
    sent = collections.Counter()

    def client(number):
        mine, turn = random.Random(f"{options.seed}/{number}"), 0
        while not stopping.is_set():
            turn += 1
            name = f"c{number}-{turn}"
            kind, value = mine.randrange(6), f"{mine.getrandbits(256):064x}"
            # Until it is acknowledged the same submission is sent again under the same key, as a careful client does.
            while not stopping.is_set():
                headers = {"Idempotency-Key": name}
                try:
                    if kind < 4:
                        status, answer = server.upload("/v1/content", samples[kind], {"external_id": name, "wait": mine.choice(["0", "5"])}, headers, 10)
                    else:
                        body = {"external_id": name, "fingerprints": [{"algorithm": "pdq", "value": value}]}
                        status, answer = server.keyed("POST", "/v1/content", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, 10)
                except (OSError, http.client.HTTPException, ValueError):
                    sent["broken off"] += 1
                    time.sleep(0.02)
                    continue
                if status in (201, 202):
                    sent[status] += 1
                    with lock:
                        acknowledged[name] = (answer["id"], answer["state"], kind)
                    break
                sent[status] += 1
                time.sleep(0.05)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(options.clients)]
    for thread in threads:
        thread.start()
    started = time.time()
    for number in range(options.rounds):
        time.sleep(chance.uniform(0.05, 0.8))
        server.kill()
        server.start()
    stopping.set()
    for thread in threads:
        thread.join()
    print(f"{options.rounds} kills in {time.time() - started:.0f} s, answers {dict(sent)}, {len(acknowledged)} submissions acknowledged")
    deadline = time.time() + 120
    waiting = dict(acknowledged)
    while waiting and time.time() < deadline:
        for name, (identifier, state, kind) in list(waiting.items()):
            status, answer = server.keyed("GET", f"/v1/content/{identifier}")
            check(status == 200, f"{name} {identifier} was acknowledged and is lost: {status}")
            if status != 200 or answer["state"] != "submitted":
                del waiting[name]
            if status == 200 and answer["state"] != "submitted":
                check(answer["external_id"] == name, f"{identifier} is another submission")
                check(state in ("submitted", answer["state"]), f"{identifier} was {state}, is {answer['state']}")
                if kind < 4 and expected[kind]:
                    check(answer["state"] == expected[kind], f"{identifier} of a known picture is {answer['state']}")
        time.sleep(0.2)
    check(not waiting, f"{len(waiting)} submissions have no verdict")
    server.stop()
    database = sqlite3.connect(f"{work}/data/firebreak.sqlite")
    twice = database.execute("SELECT subject, COUNT(*) FROM audit_event WHERE kind = 'content.decided' GROUP BY subject HAVING COUNT(*) > 1").fetchall()
    check(not twice, f"decided twice: {twice[:5]}")
    double = database.execute("SELECT external_id, COUNT(*) FROM content GROUP BY external_id HAVING COUNT(*) > 1").fetchall()
    check(not double, f"made twice under one key: {double[:5]}")
    stored, decided, jobs = (database.execute(text).fetchone()[0] for text in (
        "SELECT COUNT(*) FROM content", "SELECT COUNT(*) FROM content WHERE state <> 'submitted'", "SELECT COUNT(*) FROM job"))
    check(jobs == 0, f"{jobs} jobs are left")
    findings = server.doctor()
    check(findings["audit log"]["level"] == "good", findings["audit log"]["detail"])
    spool = os.listdir(f"{work}/data/spool")
    print(f"stored {stored}, decided {decided}, jobs left {jobs}, spool files left {len(spool)}; audit: {findings['audit log']['detail']}")


def mutants():
    server = Server(f"{work}/data")
    server.start()
    tone = "-f lavfi -i sine=f=440:d=4"
    video = "-f lavfi -i testsrc=s=160x120:r=10:d=4 " + tone
    seeds = pictures() + [
        media("-f lavfi -i testsrc=s=160x120 -frames:v 1", "bmp"), media("-f lavfi -i testsrc=s=160x120 -frames:v 1", "tiff"),
        media("-f lavfi -i testsrc=s=160x120 -frames:v 1", "webp"), media("-f lavfi -i testsrc=s=160x120:d=1:r=5", "gif"),
        *(media(video + " -c:v mpeg4 -c:a aac", ending) for ending in ("mp4", "mkv", "avi", "ts")),
        media(video + " -c:v flv -ar 22050", "flv"), media(tone, "mp3"), media(tone, "flac"), media(tone, "wav"), media(tone, "ogg"),
    ]
    chance = random.Random(options.seed)
    outcomes, slowest = collections.Counter(), 0
    for number in range(options.files):
        content = bytearray(chance.choice(seeds))
        how = chance.randrange(4)
        if how == 0:
            for _ in range(chance.randrange(1, 60)):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        elif how == 1:
            del content[chance.randrange(len(content)):]
        elif how == 2:
            other = chance.choice(seeds)
            content[:chance.randrange(8, 400)] = other[:chance.randrange(8, 400)]
        else:
            start = chance.randrange(len(content))
            content[start:start + chance.randrange(1, 2000)] = chance.randbytes(chance.randrange(1, 2000))
        began = time.time()
        status, answer = server.upload("/v1/content", bytes(content) or b"x", {"wait": "60"}, timeout=90)
        slowest = max(slowest, time.time() - began)
        check(status in (201, 202), f"file {number} ({['flips', 'truncation', 'splice', 'noise'][how]}): {status} {answer}")
        reasons = answer.get("verdict", {}).get("reasons") or [{"code": "analysed"}]
        outcomes[reasons[0]["code"] if status == 201 else f"status {status}"] += 1
    time.sleep(1)
    database = sqlite3.connect(f"file:{work}/data/firebreak.sqlite?mode=ro", uri=True)
    jobs = database.execute("SELECT COUNT(*) FROM job").fetchone()[0]
    undecided = database.execute("SELECT COUNT(*) FROM content WHERE state = 'submitted'").fetchone()[0]
    check(jobs == 0 and undecided == 0, f"{jobs} jobs and {undecided} submissions are stuck")
    status, ready = server.call("GET", "/readyz")
    check(status == 200, f"not ready after: {ready}")
    workers = [part["detail"] for part in ready["parts"] if part["name"] == "media_workers"]
    print(f"{options.files} mutants: {dict(outcomes)}; slowest {slowest:.1f} s; stuck jobs {jobs}; workers: {workers[0]}")
    server.stop()


def full():
    if os.geteuid() != 0:
        sys.exit("the disk-full check mounts a small file system and needs root")
    data = f"{work}/data"
    os.mkdir(data)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", data], check=True)
    try:
        server = Server(data)
        server.start()
        samples = pictures()
        server.bank_of(samples[:1])
        status, answer = server.upload("/v1/content", os.urandom(40 << 20))
        check(status == 507 and answer.get("code") == "storage_full", f"a file larger than the disk: {status} {answer}")
        check(not os.listdir(f"{data}/spool"), "a part of the file stayed in the spool")
        print(f"an upload larger than the disk: {status} {answer.get('code')}")
        statuses = collections.Counter()
        for _ in range(3000):
            value = {"fingerprints": [{"algorithm": "audio", "value": ",".join(str(random.getrandbits(32)) for _ in range(4000))}]}
            status, answer = server.json("POST", "/v1/content", value)
            statuses[f"{status} {answer.get('code', '')}".strip()] += 1
            if status == 507:
                break
        print("submissions until the database was full:", dict(statuses))
        check(any(name.startswith("507") for name in statuses), "the full database never answered 507")
        check(all(name.startswith(("201", "507")) for name in statuses), f"other answers: {dict(statuses)}")
        stored = statuses["201"]
        server.stop()
        subprocess.run(["mount", "-o", "remount,size=200m", data], check=True)
        server.start()
        count = sqlite3.connect(f"file:{data}/firebreak.sqlite?mode=ro", uri=True).execute("SELECT COUNT(*) FROM content").fetchone()[0]
        check(count == stored, f"{stored} were acknowledged, {count} are stored")
        status, answer = server.upload("/v1/content", samples[0])
        check(status == 201 and answer["state"] == "declined", f"after making room: {status} {answer}")
        print(f"after making room: {count} of {stored} acknowledged submissions stored, the next upload {answer.get('state')}")
        server.stop()
        check(server.doctor()["audit log"]["level"] == "good", "the audit chain is broken")
    finally:
        server.stop()
        subprocess.run(["umount", "-l", data])


try:
    {"kill": kill, "mutants": mutants, "full": full}[options.what]()
finally:
    if broken:
        print(open(f"{work}/server.log").read()[-3000:])
    shutil.rmtree(work, ignore_errors=True)
print("BROKEN PROMISES:" if broken else "all promises kept", len(broken) or "")
sys.exit(1 if broken else 0)
