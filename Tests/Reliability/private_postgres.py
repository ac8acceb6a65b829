"""A PostgreSQL of its own for one run: a directory of its own, a Unix socket in it, no network, every commit on disk."""
import glob, os, shutil, subprocess, sys, tempfile


class PrivatePostgres:
    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        initdb = found[-1] if found else shutil.which("initdb")
        if not initdb:
            sys.exit("This needs PostgreSQL: install it with `apt-get install postgresql`.")
        self.binaries = os.path.dirname(initdb)
        self.directory = tempfile.mkdtemp(prefix="firebreak-pg-")
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-U", "firebreak", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    @property
    def data(self):
        return self.directory + "/data"

    @property
    def connection(self):
        return f"postgres://firebreak@/postgres?host={self.directory}"

    def run(self, program, *arguments, check=True):
        # PostgreSQL refuses to run as root.
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        command = become + [f"{self.binaries}/{program}", *arguments]
        with open("/dev/null", "r+b") as nothing:
            return subprocess.run(command, stdin=nothing, stdout=nothing, stderr=subprocess.STDOUT, cwd="/tmp", check=check)

    def control(self, *arguments, check=True):
        settings = f"-k {self.directory} -c listen_addresses= -c max_connections=100"
        return self.run(
            "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.directory + "/log", "-o", settings, *arguments, check=check)

    def start(self):
        self.control("start")

    def restart(self):
        """Ends it as a crash does, without a last word to its clients, and starts it again."""
        self.control("-m", "immediate", "restart")

    def query(self, sql):
        """The rows of a query, each a list of texts."""
        command = [f"{self.binaries}/psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.connection, "-c", sql]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split("\t") for line in text.splitlines()]

    def remove(self):
        self.control("-m", "immediate", "stop", check=False)
        shutil.rmtree(self.directory, ignore_errors=True)
