#!/usr/bin/env python3
"""usage: frigate-integration.py MODEL IMAGE --venv DIR --integration DIR [--size 320] [--rate 10]

Frigate's own Home Assistant integration against a service with `format: frigate`: a real Home Assistant, a real broker (mosquitto), an
RTSP camera that shows IMAGE. --integration is a checkout of https://github.com/blakeblackshear/frigate-hass-integration (tried with
5.15.2), --venv a Python environment as in home_assistant.py, with `titlecase==2.4.1 hass-web-proxy-lib==0.0.7` besides. Printed: the entities
that the integration makes, their states, what a switch does, the folders of its media browser, and what does not work.
"""
import argparse
import json
import os
import tempfile
import time
import urllib.error
import urllib.request

from broker import Broker
from cameras import Cameras, Service, encode
from home_assistant import HomeAssistant


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("--venv", required=True)
    parser.add_argument("--integration", required=True)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--rate", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        encode(["-loop", "1", "-i", options.image], clip, options.rate)
        cameras = Cameras(clip, options.rate)
        broker = Broker(folder)
        os.makedirs(f"{folder}/home/custom_components")
        os.symlink(f"{os.path.abspath(options.integration)}/custom_components/frigate", f"{folder}/home/custom_components/frigate")
        service = Service(
            folder, options.model, [cameras.url("a")], "{fps: 20, motion: {gate: false}, classes: [person]}", options.size,
            camera=", zones: {yard: {points: [[0, 0], [1, 0], [1, 1], [0, 1]]}}",
            outputs=f', state: "{folder}/state", storage: {{path: "{folder}/media", min_free: 0}}, '
                    f'mqtt: {{url: "mqtt://127.0.0.1:{broker.port}", format: frigate}}')
        service.wait_until_up()
        home = HomeAssistant(options.venv, f"{folder}/home", broker.port)
        home.add("frigate", {"url": service.address, "validate_ssl": False})
        some = lambda state: state is not None and state.isdigit() and int(state) > 0

        def show(what, wanted, seconds=60):
            took, found = home.wait(wanted, seconds)
            print(f"{what}: {took:.1f} s")
            for entity, state in found.items():
                print(f"    {entity} = {state}", flush=True)

        show("set up", {
            "binary_sensor.c0_person_occupancy": "on", "sensor.c0_person_count": some, "sensor.yard_person_count": some,
            "binary_sensor.c0_all_occupancy": "on", "switch.c0_detect": "on", "switch.c0_recordings": "on",
            "switch.c0_snapshots": "on", "sensor.c0_review_status": lambda state: state in ("ALERT", "DETECTION", "NONE")})
        # Those that the integration leaves off until a user wants them.
        registry, = home.ask({"type": "config/entity_registry/list"})
        hidden = [entity["entity_id"] for entity in registry["result"] if entity["platform"] == "frigate" and entity["disabled_by"]]
        home.ask(*[{"type": "config/entity_registry/update", "entity_id": entity, "disabled_by": None} for entity in hidden])
        entry = next(entry for entry in home.call("GET", "/api/config/config_entries/entry") if entry["domain"] == "frigate")
        home.call("POST", f"/api/config/config_entries/entry/{entry['entry_id']}/reload")
        show(f"{len(hidden)} entities switched on that are off by default", {
            "sensor.frigate_status": "running", "sensor.frigate_uptime": lambda state: state not in (None, "unknown", "unavailable"),
            "sensor.frigate_detection_fps": lambda state: state not in (None, "unknown", "unavailable"),
            "switch.c0_detect": "on", "sensor.c0_person_count": some})
        home.act("switch/turn_off", "switch.c0_detect")
        show("detect switched off", {"switch.c0_detect": "off", "sensor.c0_person_count": "0", "binary_sensor.c0_person_occupancy": "off"})
        before = service.reports()[0]["inferred"]
        time.sleep(3)
        print(f"network passes in 3 s: {service.reports()[0]['inferred'] - before}")
        home.act("switch/turn_on", "switch.c0_detect")
        show("and on", {"switch.c0_detect": "on", "sensor.c0_person_count": some})
        home.act("switch/turn_off", "switch.c0_recordings")
        show("recordings switched off", {"switch.c0_recordings": "off", "switch.c0_snapshots": "off"})
        home.act("switch/turn_on", "switch.c0_recordings")
        # A first object must have ended for the media browser to have something.
        home.act("switch/turn_off", "switch.c0_detect")
        time.sleep(8)
        states = {entity["entity_id"]: entity["state"] for entity in home.call("GET", "/api/states") if
                  entity["entity_id"].split(".")[1].startswith(("c0", "yard", "frigate"))}
        lacking = sorted(entity for entity, state in states.items() if state in ("unavailable", "unknown"))
        print(f"{len(states)} entities, of which without a state: {lacking}")
        for entity, state in sorted(states.items()):
            print(f"    {entity} = {state}")

        def get(path):
            request = urllib.request.Request(f"http://127.0.0.1:{home.port}{path}")
            request.add_header("Authorization", f"Bearer {home.token['access_token']}")
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read()

        image = get("/api/camera_proxy/camera.c0")
        print(f"camera.c0 by Home Assistant's proxy: {len(image)} bytes, a JPEG: {image[:2] == bytes([0xFF, 0xD8])}")
        events = json.loads(service.get("/api/events?cameras=c0&has_snapshot=1"))
        print(f"events with a snapshot: {len(events)}")
        if events:
            image = get(f"/api/frigate/frigate/snapshot/{events[0]['id']}")
            print(f"its snapshot by the integration's proxy: {len(image)} bytes, a JPEG: {image[:2] == bytes([0xFF, 0xD8])}")
        browse(home)
        service.process.kill()
        service.process.wait()
        show("kill -9 of the service", {"binary_sensor.c0_person_occupancy": "unavailable", "switch.c0_detect": "unavailable"})
        home.end()
        cameras.end()
        broker.kill()


def browse(home):
    """The media browser: what its folders hold, and what a file in them resolves to."""
    def children(media):
        answer, = home.ask({"type": "media_source/browse_media", "media_content_id": media})
        found = (answer.get("result") or {}).get("children", [])
        print("media browser", media, "->", answer.get("error") or [child["title"] for child in found][:6])
        return found

    children("media-source://frigate")
    for kind in ["clips", "snapshots"]:
        files = [child for child in children(f"media-source://frigate/frigate/event-search/{kind}") if not child["can_expand"]]
        if files:
            answer, = home.ask({"type": "media_source/resolve_media", "media_content_id": files[0]["media_content_id"]})
            url = answer["result"]["url"]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{home.port}{url}", timeout=30) as file:
                    print(f"    {files[0]['title']}: {answer['result']['mime_type']}, {len(file.read())} bytes, {file.headers['Content-Type']}")
            except urllib.error.HTTPError as error:
                print(f"    {files[0]['title']}: {answer['result']['mime_type']}, not played: {url.split('?')[0]} answers {error.code}")


if __name__ == "__main__":
    main()
