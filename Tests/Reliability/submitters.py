"""Careful clients that submit without a pause, and what they were promised."""
import collections, http.client, random, threading, time

from harness import check


class Submitters:
    """Clients that send each submission again under its key until it is acknowledged, each time to a server of their choice."""

    # What becomes of the samples of `pictures()`, of which the first two are in the bank.
    expected = ["declined", "declined", None, None]

    def __init__(self, servers, samples, clients, seed):
        self.servers, self.samples, self.seed = servers, samples, seed
        self.acknowledged, self.sent = {}, collections.Counter()
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def work(self, number):
        mine, turn = random.Random(f"{self.seed}/{number}"), 0
        while not self.stopping.is_set():
            turn += 1
            self.submit(mine, f"c{number}-{turn}")

    def submit(self, mine, name):
        kind, value = mine.randrange(6), f"{mine.getrandbits(256):064x}"
        while not self.stopping.is_set():
            headers, server = {"Idempotency-Key": name}, mine.choice(self.servers)
            try:
                if kind < 4:
                    fields = {"external_id": name, "wait": mine.choice(["0", "5"])}
                    status, answer = server.upload("/v1/content", self.samples[kind], fields, headers, 10)
                else:
                    body = {"external_id": name, "fingerprints": [{"algorithm": "pdq", "value": value}]}
                    status, answer = server.json("POST", "/v1/content", body, headers, 10)
            except (OSError, http.client.HTTPException, ValueError):
                self.count("broken off")
                time.sleep(0.02)
                continue
            self.count(status if status < 400 else f"{status} {answer.get('code')}")
            if status in (201, 202):
                with self.lock:
                    self.acknowledged[name] = (answer["id"], answer["state"], kind)
                return
            time.sleep(0.05)

    def count(self, what):
        with self.lock:
            self.sent[what] += 1

    def verify(self, server, seconds=120):
        """Everything acknowledged is there, reaches its verdict in time, and was recorded once."""
        deadline, waiting = time.time() + seconds, dict(self.acknowledged)
        while waiting and time.time() < deadline:
            for name, (identifier, state, kind) in list(waiting.items()):
                status, answer = server.keyed("GET", f"/v1/content/{identifier}")
                check(status == 200, f"{name} {identifier} was acknowledged and is lost: {status}")
                if status != 200 or answer["state"] != "submitted":
                    del waiting[name]
                if status == 200 and answer["state"] != "submitted":
                    check(answer["external_id"] == name, f"{identifier} is another submission")
                    check(state in ("submitted", answer["state"]), f"{identifier} was {state}, is {answer['state']}")
                    if kind < 4 and self.expected[kind]:
                        check(answer["state"] == self.expected[kind], f"{identifier} of a known picture is {answer['state']}")
            time.sleep(0.2)
        check(not waiting, f"{len(waiting)} submissions have no verdict: {list(waiting.values())[:3]}")
        while server.count("SELECT COUNT(*) FROM job") > 0 and time.time() < deadline:
            time.sleep(0.2)
        twice = server.query("SELECT subject, COUNT(*) FROM audit_event WHERE kind = 'content.decided' GROUP BY subject HAVING COUNT(*) > 1")
        check(not twice, f"decided twice: {twice[:5]}")
        double = server.query("SELECT external_id, COUNT(*) FROM content GROUP BY external_id HAVING COUNT(*) > 1")
        check(not double, f"made twice under one key: {double[:5]}")
        stored, decided, jobs = (server.count(text) for text in (
            "SELECT COUNT(*) FROM content", "SELECT COUNT(*) FROM content WHERE state <> 'submitted'", "SELECT COUNT(*) FROM job"))
        check(jobs == 0, f"{jobs} jobs are left")
        audit = server.doctor()["audit log"]
        check(audit["level"] == "good", audit["detail"])
        print(f"stored {stored}, decided {decided}, jobs left {jobs}; audit: {audit['detail']}", flush=True)
