"""What every check stands on: the real binary on a directory of its own, sample media, and the list of broken promises."""
import glob, hashlib, http.client, json, os, signal, socket, sqlite3, subprocess, sys, tempfile, time

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
    """One node. Without a `PrivatePostgres` its database is the SQLite file in its data directory."""

    def __init__(self, binary, data, postgres=None, key=None):
        self.binary, self.data, self.postgres, self.key = binary, data, postgres, key
        self.port, self.process = free_port(), None
        self.log = open(f"{work}/server.log", "a")

    @property
    def place(self):
        return ["--data", self.data, *(["--database", self.postgres.connection] if self.postgres else [])]

    def launch(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")}
        self.process = subprocess.Popen(
            [self.binary, "serve", *self.place, "--listen", f"127.0.0.1:{self.port}", "--set", "log_level=warning"],
            stdout=self.log, stderr=self.log, env=environment)

    def wait(self):
        for _ in range(1200):
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
        if os.path.exists(f"{self.data}/keys/admin.key"):
            self.key = open(f"{self.data}/keys/admin.key").read().strip()

    def start(self):
        self.launch()
        self.wait()

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

    def json(self, method, path, value, headers={}, timeout=60):
        return self.keyed(method, path, json.dumps(value).encode(), {"Content-Type": "application/json", **headers}, timeout)

    def upload(self, path, content, fields={}, headers={}, timeout=60):
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
        parts.append(b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + content + b"\r\n--edge--\r\n")
        return self.keyed("POST", path, b"".join(parts), {"Content-Type": "multipart/form-data; boundary=edge", **headers}, timeout)

    def look_up(self, value, timeout=60):
        """`matched`, `clear`, or the code of the refusal, for one PDQ value."""
        status, answer = self.json("POST", "/v1/lookup", {"fingerprints": [{"algorithm": "pdq", "value": value}]}, timeout=timeout)
        return answer["status"] if status == 200 else answer.get("code", str(status))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def workers(self):
        """The process ids of its media workers."""
        lists = (open(path).read().split() for path in glob.glob(f"/proc/{self.process.pid}/task/*/children"))
        return [int(worker) for workers in lists for worker in workers]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def doctor(self):
        output = subprocess.run([self.binary, "doctor", *self.place, "--json"], capture_output=True, text=True).stdout
        return {finding["name"]: finding for finding in json.loads(output)}

    def query(self, sql):
        """The rows of a query, each a list of texts."""
        if self.postgres:
            return self.postgres.query(sql)
        with sqlite3.connect(f"file:{self.data}/firebreak.sqlite?mode=ro", uri=True) as database:
            return [[str(value) for value in row] for row in database.execute(sql)]

    def count(self, sql):
        return int(self.query(sql)[0][0])

    def bank_of(self, files=()):
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
