"""A real Home Assistant on loopback, started for a measurement and asked by its REST interface.

It needs a Python environment with Home Assistant and the MQTT client that its integration wants:
`python3.13 -m venv DIR && DIR/bin/pip install homeassistant==2025.4.4 'paho-mqtt<3'`.
"""
import atexit
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from broker import free_port


class HomeAssistant:
    """`venv` is the environment; configuration and data go to `folder`. It is joined to the broker at `broker_port`."""

    def __init__(self, venv, folder, broker_port):
        self.venv, self.folder, self.broker_port = venv, folder, broker_port
        self.port, self.token, self.process = free_port(), None, None
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/configuration.yaml", "w") as file:
            file.write(f"http: {{server_host: 127.0.0.1, server_port: {self.port}}}\napi:\nauth:\nconfig:\nlogger: {{default: warning}}\n")
        self.start()

    def start(self):
        """Starts it, and returns when it answers."""
        log = open(f"{self.folder}/hass.log", "a")
        self.process = subprocess.Popen([f"{self.venv}/bin/hass", "-c", self.folder], stdout=log, stderr=log)
        atexit.register(self.process.kill)
        while True:
            try:
                self.call("GET", "/api/onboarding")
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"Home Assistant ended: see {self.folder}/hass.log")
                time.sleep(0.2)
        if self.token is None:
            self.join()
        else:
            self.renew()

    def join(self):
        """Makes a user, and adds the broker."""
        own = f"http://127.0.0.1:{self.port}/"
        user = {"client_id": own, "name": "a", "username": "a", "password": "a-password", "language": "en"}
        code = self.call("POST", "/api/onboarding/users", user)["auth_code"]
        self.token = self.form("/auth/token", grant_type="authorization_code", code=code, client_id=own)
        self.add("mqtt", {"broker": "127.0.0.1", "port": self.broker_port})

    def add(self, integration, *answers):
        """Sets up an integration by answering its form."""
        flow = self.call("POST", "/api/config/config_entries/flow", {"handler": integration})
        for answer in answers:
            flow = self.call("POST", f"/api/config/config_entries/flow/{flow['flow_id']}", answer)
        if flow.get("type") != "create_entry":
            raise SystemExit(f"Home Assistant did not set up {integration}: {flow}")

    def renew(self):
        own = f"http://127.0.0.1:{self.port}/"
        fresh = self.form("/auth/token", grant_type="refresh_token", refresh_token=self.token["refresh_token"], client_id=own)
        self.token["access_token"] = fresh["access_token"]

    def form(self, path, **fields):
        return self.send(urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", urllib.parse.urlencode(fields).encode()))

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token['access_token']}")
        return self.send(request)

    def send(self, request):
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
        try:
            return json.loads(text)
        except ValueError:
            return text

    def states(self):
        """The state of each entity, by its id."""
        try:
            return {entity["entity_id"]: entity["state"] for entity in self.call("GET", "/api/states")}
        except OSError:
            return {}

    def all_states(self):
        """All that it reports of each entity, by its id."""
        return {entity["entity_id"]: entity for entity in self.call("GET", "/api/states")}

    def ask(self, *commands):
        """The answers of its WebSocket to commands, in order."""
        script = """
import asyncio, aiohttp, json, sys
async def main():
    address, token, commands = json.load(sys.stdin)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(address, max_msg_size=0) as ws:
            await ws.receive_json()
            await ws.send_json({"type": "auth", "access_token": token})
            await ws.receive_json()
            answers = []
            for number, command in enumerate(commands, 1):
                await ws.send_json({"id": number, **command})
                answers.append(await ws.receive_json())
            print(json.dumps(answers))
asyncio.run(main())
"""
        run = subprocess.run(
            [f"{self.venv}/bin/python", "-c", script], capture_output=True, text=True, check=True,
            input=json.dumps([f"http://127.0.0.1:{self.port}/api/websocket", self.token["access_token"], commands]))
        return json.loads(run.stdout)

    def template(self, text):
        """What it makes of a template."""
        return self.call("POST", "/api/template", {"template": text})

    def status(self, entity):
        """The status with which it answers a question for one entity: 404 for one that it does not know."""
        try:
            self.call("GET", f"/api/states/{entity}")
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    def act(self, service, entity):
        """Calls a service, such as `switch/turn_off`, for an entity."""
        self.call("POST", f"/api/services/{service}", {"entity_id": entity})

    def wait(self, wanted, seconds=60):
        """Waits until the entities have the wanted states. Returns the seconds that took, and the states then.

        A wanted state is a text, a function of the state, or `None` for an entity that is not there."""
        start = time.monotonic()
        fits = lambda state, expected: expected(state) if callable(expected) else state == expected
        while True:
            states = self.states()
            found = {entity: states.get(entity) for entity in wanted}
            took = time.monotonic() - start
            if states and all(fits(found[entity], expected) for entity, expected in wanted.items()):
                return took, found
            if took > seconds:
                raise SystemExit(f"Home Assistant shows {found} after {took:.0f} s")
            time.sleep(0.05)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
