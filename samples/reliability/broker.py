"""A real broker (mosquitto), and clients of it that have nothing to do with this project, for measurements."""
import atexit
import os
import random
import signal
import socket
import subprocess
import threading
import time


def free_port():
    """A free port that the system gives to no client: who knocks at such a one while nobody listens may be connected to itself."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Broker:
    """mosquitto on a port of its own. It keeps nothing on the disk: what is lost with it is lost."""

    def __init__(self, folder, persistence=False):
        self.port, self.folder, self.process = free_port(), folder, None
        with open(f"{folder}/mosquitto.conf", "w") as file:
            # Without limits, so that a message is passed on before it is confirmed.
            file.write(f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
                       f"max_inflight_messages 0\npersistence {str(persistence).lower()}\n"
                       f"persistence_location {folder}/\nautosave_interval 1\n")
        self.start()

    def start(self):
        program = next(path for path in ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"] if os.path.exists(path))
        self.process = subprocess.Popen([program, "-c", f"{self.folder}/mosquitto.conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        while not is_open(self.port):
            if self.process.poll() is not None:
                raise SystemExit(f"mosquitto ended with {self.process.returncode}")
            time.sleep(0.005)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def retained(self, topic):
        """The payload that is kept for `topic`; `None` where there is none within two seconds."""
        run = subprocess.run(["mosquitto_sub", "-p", str(self.port), "-t", topic, "-C", "1", "-W", "2", "-F", "%p"],
                             capture_output=True, text=True)
        return run.stdout.rstrip("\n") or None

    def publish(self, topic, text):
        subprocess.run(["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-m", text], check=True)


class Listener:
    """mosquitto_sub: `messages` has (seconds since 1970, topic, payload) of all that came so far.

    It confirms nothing: a confirmation to a broker that was killed would reset the connection, and what lies in it unread
    would be gone."""

    def __init__(self, port, topic="#"):
        self.messages = []
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-d", "-p", str(port), "-q", "0", "-k", "3600", "-t", topic, "-F",
             "message %U %t\t%p"], stdout=subprocess.PIPE, text=True, bufsize=1 << 20)
        self.ready, self.left = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.ready.wait(30)

    def read(self):
        for line in self.process.stdout:
            if line.startswith("message "):
                _, moment, rest = line.split(" ", 2)
                topic, payload = rest.rstrip("\n").split("\t", 1)
                self.messages.append((float(moment), topic, payload))
            elif line.startswith("Subscribed"):
                self.ready.set()
            elif "sending CONNECT" in line and self.ready.is_set():
                self.left.set()

    def end(self, broker_is_gone=False):
        """Ends it. With `broker_is_gone` it does so when it wants to connect again: then all that was sent to it is read."""
        if broker_is_gone:
            self.left.wait(10)
        self.process.terminate()
        self.thread.join()
        self.process.wait()


class Gate:
    """A port in front of another one, through which connections pass while it is open.

    What lies behind it can be made ready first: a listener that comes after the publisher would miss something."""

    def __init__(self, port):
        self.inner, self.is_open, self.pairs = port, True, []
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket()
            if not self.is_open or server.connect_ex(("127.0.0.1", self.inner)) != 0:
                client.close()
                server.close()
                continue
            for source, sink in [(client, server), (server, client)]:
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source, sink):
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
        except OSError:
            pass
        for end in [source, sink]:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
