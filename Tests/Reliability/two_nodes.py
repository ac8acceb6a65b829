"""What must hold where several nodes share one PostgreSQL, and where that PostgreSQL fails."""
import collections, http.client, os, random, signal, statistics, threading, time

from harness import Server, check, pictures, work
from submitters import Submitters


def value(chance):
    return f"{chance.getrandbits(256):064x}"


def until(condition, seconds):
    """How long it takes until a condition holds, in seconds; `None` where it does not in time."""
    started = time.time()
    while time.time() - started < seconds:
        if condition():
            return time.time() - started
        time.sleep(0.005)
    return None


def spread(times):
    return f"median {statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"


def nodes(options, postgres):
    chance = random.Random(options.seed)
    a, b = pair(options, postgres)
    samples = pictures()
    bank = a.bank_of(samples[:2])
    entries_travel(a, b, bank, chance)
    keys_end(a, b)
    changes_keep_their_order(a, b, bank, chance)
    one_key_one_submission(a, b, chance)
    with Submitters([a, b], samples, options.clients, options.seed) as clients:
        time.sleep(10)
    print(f"both nodes took submissions for 10 s: {dict(clients.sent)}")
    clients.verify(b)
    a_node_that_hangs(a, b, chance)
    a_node_comes_back(a, b, samples)
    a_node_is_replaced(options, postgres, a, b, samples)
    for server in (a, b):
        server.stop()
    audit = b.doctor()["audit log"]
    check(audit["level"] == "good", audit["detail"])
    print("audit:", audit["detail"])


def pair(options, postgres):
    """Two nodes that start at the same moment on an empty database."""
    a, b = (Server(options.binary, f"{work}/{name}", postgres) for name in "ab")
    for server in (a, b):
        server.launch()
    for server in (a, b):
        server.wait()
    made = [server for server in (a, b) if server.key]
    keys, platforms = a.count("SELECT COUNT(*) FROM api_key"), a.count("SELECT COUNT(*) FROM platform")
    check((keys, platforms, len(made)) == (1, 1, 1), f"{keys} keys, {platforms} platforms, {len(made)} key files at the first start")
    a.key = b.key = made[0].key
    print(f"started together: {keys} first key, {platforms} platform")
    return a, b


def entries_travel(a, b, bank, chance):
    seen, gone = [], []
    for here, there in [(a, b), (b, a)] * 10:
        known = value(chance)
        status, entry = here.json("POST", f"/v1/banks/{bank}/entries", {"fingerprints": [{"algorithm": "pdq", "value": known}]})
        check(status == 201 and here.look_up(known) == "matched", f"entry: {status} {entry}")
        seen.append(until(lambda: there.look_up(known) == "matched", 5) or 5)
        status, answer = here.json("POST", f"/v1/banks/{bank}/entries/{entry['id']}/suspend", {"reason": "a trial"})
        check(status == 200, f"suspend: {status} {answer}")
        gone.append(until(lambda: there.look_up(known) == "clear", 5) or 5)
    check(max(seen) < 1 and max(gone) < 1, f"the other node was late: {spread(seen)}, {spread(gone)}")
    print(f"the other node matches a new entry after: {spread(seen)}; lets a suspended one go after: {spread(gone)}", flush=True)


def keys_end(a, b):
    times = []
    for _ in range(3):
        _, key = a.json("POST", "/v1/keys", {"name": "short-lived", "scopes": ["lookup"]})
        guest = {"Authorization": "Bearer " + key["secret"], "Content-Type": "application/json"}
        question = b'{"fingerprints":[{"algorithm":"pdq","value":"' + b"0" * 64 + b'"}]}'
        ask = lambda: b.call("POST", "/v1/lookup", question, guest)[0]
        check(ask() == 200, "a new key does not work on the other node")
        status, answer = a.keyed("DELETE", f"/v1/keys/{key['id']}")
        check(status in (200, 204), f"revoke: {status} {answer}")
        times.append(until(lambda: ask() == 401, 10) or 10)
    check(max(times) < 5.2, f"a revoked key worked too long: {spread(times)}")
    print(f"a revoked key ends on the other node after: {spread(times)}", flush=True)


def changes_keep_their_order(a, b, bank, chance):
    """Entries added to both at once: each node sees all of them, since no change overtakes another."""
    lists = [[value(chance) for _ in range(600)] for _ in range(4)]
    singles = [[value(chance) for _ in range(40)] for _ in range(4)]
    answers = collections.Counter()

    def take_list(server, values):
        status, answer = server.keyed("POST", f"/v1/banks/{bank}/imports?type=pdq&wait=60", "\n".join(values).encode(), {"Content-Type": "text/plain"})
        answers[f"list {status}"] += 1
        check(status in (200, 201, 202), f"import: {status} {answer}")

    def take_each(server, values):
        for known in values:
            status, answer = server.json("POST", f"/v1/banks/{bank}/entries", {"fingerprints": [{"algorithm": "pdq", "value": known}]})
            answers[f"entry {status}"] += 1
            check(status == 201, f"entry: {status} {answer}")

    threads = [threading.Thread(target=work, args=((a, b)[number % 2], values))
               for work, groups in ((take_list, lists), (take_each, singles)) for number, values in enumerate(groups)]
    started = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - started
    until(lambda: a.count("SELECT COUNT(*) FROM job") == 0, 60)
    time.sleep(1)
    every = [known for group in lists + singles for known in group]
    missed = {name: sum(server.look_up(known) != "matched" for known in every) for name, server in (("a", a), ("b", b))}
    check(missed == {"a": 0, "b": 0}, f"entries that a node does not see: {missed}")
    holes = a.count("SELECT MAX(seq) - COUNT(*) FROM signal_change")
    check(holes == 0, f"{holes} numbers are missing among the changes")
    deadlocks = a.count("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'")
    print(f"{len(every)} entries added to both nodes at once in {took:.1f} s ({dict(answers)}), missed: {missed}, deadlocks: {deadlocks}", flush=True)


def one_key_one_submission(a, b, chance):
    different = 0
    for number in range(100):
        ids, known = {}, value(chance)
        body = {"external_id": f"twin-{number}", "fingerprints": [{"algorithm": "pdq", "value": known}]}

        def submit(server):
            status, answer = server.json("POST", "/v1/content", body, {"Idempotency-Key": f"twin-{number}"})
            check(status == 201, f"twin: {status} {answer}")
            ids[server.port] = answer.get("id")

        pair = [threading.Thread(target=submit, args=(server,)) for server in (a, b)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        different += len(set(ids.values())) != 1
    check(different == 0, f"{different} of 100 keys made two submissions on two nodes")
    print(f"100 keys used on both nodes at once: {different} made two submissions", flush=True)


def a_node_that_hangs(a, b, chance):
    """A node that stops in the middle of its work holds nothing up for long."""
    slowest, statuses = 0, collections.Counter()
    with Submitters([a], pictures(), 4, 7):
        for _ in range(5):
            time.sleep(chance.uniform(0.3, 0.6))
            a.process.send_signal(signal.SIGSTOP)
            for number in range(20):
                began = time.time()
                status, _ = b.json("POST", "/v1/content", {"fingerprints": [{"algorithm": "pdq", "value": value(chance)}]})
                statuses[status] += 1
                slowest = max(slowest, time.time() - began)
            a.process.send_signal(signal.SIGCONT)
    check(set(statuses) == {201}, f"while the other node hung: {dict(statuses)}")
    check(slowest < 10, f"a node that hangs held the other up for {slowest:.1f} s")
    print(f"with the other node stopped five times: {dict(statuses)}, slowest answer {slowest:.1f} s", flush=True)


def leave_work(server, samples):
    """Submissions that are accepted and not decided when their node is killed: its media workers were stopped before."""
    left, workers = {}, server.workers()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    for number in range(6):
        kind = number % 2
        status, answer = server.upload("/v1/content", samples[kind], {"wait": "0"})
        check(status == 202, f"submission: {status} {answer}")
        left[answer["id"]] = number
    server.kill()
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    return left


def verdicts(server, left, seconds):
    found = {}

    def are_reached():
        for identifier in left:
            if identifier not in found:
                status, answer = server.keyed("GET", f"/v1/content/{identifier}")
                if status == 200 and answer["state"] != "submitted":
                    found[identifier] = answer["state"]
        return len(found) == len(left)

    took = until(are_reached, seconds)
    return took, collections.Counter(found.values())


def a_node_comes_back(a, b, samples):
    """Uploads that only the killed node holds wait for it; the other does not judge what it cannot read."""
    left = leave_work(a, samples)
    time.sleep(70)
    _, before = verdicts(b, left, 0.1)
    check(not before, f"the other node judged uploads that it does not have: {dict(before)}")
    a.start()
    took, after = verdicts(b, left, 60)
    check(after == {"declined": 6}, f"after the killed node came back: {dict(after)}")
    print(f"a node killed with work and back after 70 s: {dict(after)} {took or 60:.1f} s after its start", flush=True)


def a_node_is_replaced(options, postgres, a, b, samples):
    """Two nodes that share a spool finish each other's work."""
    c, d = (Server(options.binary, f"{work}/{name}", postgres, key=a.key) for name in "cd")
    os.makedirs(f"{work}/shared", mode=0o700)
    for server in (c, d):
        os.makedirs(server.data, mode=0o700)
        os.symlink(f"{work}/shared", f"{server.data}/spool")
        server.start()
    # The first two would take the work over and hand it back, since they do not see the shared spool.
    left = leave_work(c, samples)
    took, after = verdicts(d, left, 120)
    check(after == {"declined": 6}, f"a killed node's work on a shared spool: {dict(after)}")
    print(f"a node killed with work that shares its spool: {dict(after)} by the others after {took or 120:.1f} s", flush=True)
    check(not os.listdir(f"{work}/shared"), "files are left in the shared spool")
    d.stop()


def failover(options, postgres):
    """PostgreSQL ends as in a crash and starts again while clients submit and ask."""
    server = Server(options.binary, f"{work}/data", postgres)
    server.start()
    samples = pictures()
    bank = server.bank_of(samples[:2])
    chance = random.Random(options.seed)
    known = value(chance)
    server.json("POST", f"/v1/banks/{bank}/entries", {"fingerprints": [{"algorithm": "pdq", "value": known}]})
    answers, over = collections.Counter(), threading.Event()

    def ask():
        while not over.is_set():
            try:
                answers[server.look_up(known, timeout=30)] += 1
            except (OSError, http.client.HTTPException, ValueError) as error:
                answers[f"broken off: {error}"] += 1
            time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    recoveries = []
    with Submitters([server], samples, options.clients, options.seed) as clients:
        for number in range(options.rounds):
            time.sleep(chance.uniform(0.3, 1.5))
            if number % 5 == 4:
                postgres.control("-m", "immediate", "stop")
                time.sleep(12)
                postgres.start()
            else:
                postgres.restart()
            before = sum(clients.sent[status] for status in (201, 202))
            recoveries.append(until(lambda: sum(clients.sent[status] for status in (201, 202)) > before, 30) or 30)
    over.set()
    asking.join()
    print(f"{options.rounds} ends of PostgreSQL, answers {dict(clients.sent)}, {len(clients.acknowledged)} submissions acknowledged")
    print(f"submissions go on after PostgreSQL is back: {spread(recoveries)}; lookups: {dict(answers)}")
    check(answers["clear"] == 0, f"{answers['clear']} lookups of a known picture answered “clear”")
    check(server.process.poll() is None, "the server ended")
    check(max(recoveries) < 10, f"the server did not recover by itself in time: {spread(recoveries)}")
    clients.verify(server)
    server.stop()
