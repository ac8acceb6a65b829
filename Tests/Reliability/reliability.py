#!/usr/bin/env python3
"""Shows that the server keeps its promises when it is killed, fed with damage, out of disk,
bereft of its database, or one of two on one PostgreSQL.

    Tests/Reliability/reliability.py kill     [--rounds 100] [--clients 8] [--postgres]
    Tests/Reliability/reliability.py failover [--rounds 100] [--clients 8]
    Tests/Reliability/reliability.py nodes
    Tests/Reliability/reliability.py mutants  [--files 500]
    Tests/Reliability/reliability.py full

Each starts the real binary on a directory of its own, prints what it counted, and exits with 1 if a promise is broken.
"""
import argparse, collections, os, random, shutil, subprocess, sys, time

from harness import Server, broken, check, media, pictures, work
from private_postgres import PrivatePostgres
from submitters import Submitters
import two_nodes

parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["kill", "failover", "nodes", "mutants", "full"])
parser.add_argument("--binary", default=".build/debug/firebreak")
parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL instead of SQLite")
parser.add_argument("--rounds", type=int, default=100)
parser.add_argument("--clients", type=int, default=8)
parser.add_argument("--files", type=int, default=500)
parser.add_argument("--seed", type=int, default=15032019)
options = parser.parse_args()
print("seed", options.seed)
databases = []


def start_postgres():
    databases.append(PrivatePostgres())
    return databases[-1]


def kill():
    server = Server(options.binary, f"{work}/data", start_postgres() if options.postgres else None)
    server.start()
    samples = pictures()
    server.bank_of(samples[:2])
    chance = random.Random(options.seed)
    started = time.time()
    with Submitters([server], samples, options.clients, options.seed) as clients:
        for _ in range(options.rounds):
            time.sleep(chance.uniform(0.05, 0.8))
            server.kill()
            server.start()
    print(f"{options.rounds} kills in {time.time() - started:.0f} s, answers {dict(clients.sent)}, {len(clients.acknowledged)} submissions acknowledged")
    clients.verify(server)
    server.stop()
    print(f"spool files left {len(spooled(server))}")


def spooled(server):
    return os.listdir(f"{server.data}/spool")


def mutants():
    server = Server(options.binary, f"{work}/data")
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
    jobs = server.count("SELECT COUNT(*) FROM job")
    undecided = server.count("SELECT COUNT(*) FROM content WHERE state = 'submitted'")
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
        server = Server(options.binary, data)
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
        count = server.count("SELECT COUNT(*) FROM content")
        check(count == stored, f"{stored} were acknowledged, {count} are stored")
        status, answer = server.upload("/v1/content", samples[0])
        check(status == 201 and answer["state"] == "declined", f"after making room: {status} {answer}")
        print(f"after making room: {count} of {stored} acknowledged submissions stored, the next upload {answer.get('state')}")
        server.stop()
        check(server.doctor()["audit log"]["level"] == "good", "the audit chain is broken")
    finally:
        server.stop()
        subprocess.run(["umount", "-l", data])


def failover():
    two_nodes.failover(options, start_postgres())


def nodes():
    two_nodes.nodes(options, start_postgres())


try:
    {"kill": kill, "failover": failover, "nodes": nodes, "mutants": mutants, "full": full}[options.what]()
finally:
    for database in databases:
        database.remove()
    if broken:
        print(open(f"{work}/server.log").read()[-3000:])
    shutil.rmtree(work, ignore_errors=True)
print("BROKEN PROMISES:" if broken else "all promises kept", len(broken) or "")
sys.exit(1 if broken else 0)
