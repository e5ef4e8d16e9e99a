#!/usr/bin/env python3
"""usage: home-assistant.py MODEL IMAGE --venv DIR [--crop WxH+X+Y] [--size 320] [--rate 10]

A running service with two RTSP cameras, a real broker (mosquitto) and a real Home Assistant, whose REST interface is queried
for what it shows. Camera c0 shows IMAGE with its persons all the time. Camera c1 shows a grey ground, and in the second
half of its clip the part of IMAGE with a person. After each event: the seconds until Home Assistant shows what is right, at
the start with all entities. Then what a camera costs that is switched off: network passes and processor time, by the operating
system, while the other camera is off. Last, a camera is removed by a reload: Home Assistant must answer 404 for each of its
entities and have no device of it, and keep the other.
"""
import argparse
import re
import tempfile
import time

from broker import Broker
from cameras import Cameras, Service, encode, frames_taken
from home_assistant import HomeAssistant


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("--venv", required=True, help="Python environment with Home Assistant; see home_assistant.py")
    parser.add_argument("--crop", default="205x515+45+395", help="of the person in IMAGE (here: of Ultralytics' bus.jpg)")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--rate", type=float, default=10)
    options = parser.parse_args()
    width, height, x, y = map(int, re.fullmatch(r"(\d+)x(\d+)\+(\d+)\+(\d+)", options.crop).groups())
    with tempfile.TemporaryDirectory() as folder:
        still, comes = f"{folder}/still.h264", f"{folder}/comes.h264"
        encode(["-loop", "1", "-i", options.image], still, options.rate)
        ground = f"color=0x808080:size=640x360:rate={options.rate}[ground]"
        person = f"movie={options.image},crop={width}:{height}:{x}:{y},scale=-2:280[person]"
        encode(["-f", "lavfi", "-i", f"{ground};{person};[ground][person]overlay=x=250:y=60:eof_action=repeat:enable='gte(t,20)'"],
               comes, options.rate, seconds=40)
        cameras = [Cameras(still, options.rate), Cameras(comes, options.rate)]
        urls = [cameras[0].url("still"), cameras[1].url("comes")]
        broker = Broker(folder)
        home = HomeAssistant(options.venv, f"{folder}/home", broker.port)
        service = Service(
            folder, options.model, urls, f"{{fps: {options.rate * 2:.0f}, motion: {{gate: false}}, classes: [person]}}", options.size,
            camera=", zones: {yard: {points: [[0, 0], [1, 0], [1, 1], [0, 1]]}}",
            outputs=f', state: "{folder}/state", storage: {{path: "{folder}/media", min_free: 0}}, mqtt: {{url: "mqtt://127.0.0.1:{broker.port}"}}')

        def show(what, wanted, seconds=60):
            took, found = home.wait(wanted, seconds)
            print(f"{what}: {took:.1f} s")
            for entity, state in found.items():
                print(f"    {entity} = {state}", flush=True)

        def right(camera):
            """The count of the camera as the broker has it."""
            return broker.retained(f"yolostream/{camera}/count/person")

        some = lambda state: state is not None and state.isdigit() and int(state) > 0
        show("before the first object at c1, after the start of the service", {
            "binary_sensor.c1_connection": "on", "binary_sensor.c1_person": "off", "sensor.c1_person_count": "0",
            "switch.c1_enabled": "on", "switch.c1_detection": "on", "switch.c1_recording": "on", "switch.c1_alerts": "on",
            "binary_sensor.yolostream_online": "on", "sensor.yolostream_cameras_up": "2"})
        show("persons at c0", {"binary_sensor.c0_person": "on", "sensor.c0_person_count": some})
        show("a person at c1, of up to 20 s until it comes", {"binary_sensor.c1_person": "on", "sensor.c1_person_count": some})
        # Entities that wait for their first event or image have none yet; events come when somebody enters the zone.
        waits = ("event.c", "image.c")
        own = lambda: {entity: state for entity, state in home.all_states().items() if
                       entity.split(".")[1].startswith(("c0_", "c1_", "yolostream_"))}
        end = time.monotonic() + 30
        while True:
            states = own()
            lacking = [entity for entity, state in states.items() if state["state"] in ("unknown", "unavailable")]
            if not lacking or time.monotonic() > end:
                break
            time.sleep(0.5)
        print(f"all {len(states)} entities; without a state: {lacking}")
        for entity, state in sorted(states.items()):
            print(f"    {entity} = {state['state']}")
        assert not [entity for entity in lacking if not entity.startswith(waits)], lacking
        home.end()
        home.start()
        show("Home Assistant restarted, from when it answers", {"sensor.c0_person_count": right("c0"), "switch.c0_detection": "on"})
        broker.kill()
        broker.start()
        show("broker killed and started", {"sensor.c0_person_count": some, "binary_sensor.c0_connection": "on"})
        home.act("switch/turn_off", "switch.c0_detection")
        show("detection of c0 switched off", {"switch.c0_detection": "off", "sensor.c0_person_count": "0"})
        service.process.kill()
        service.process.wait()
        show("kill -9 of the service", {
            "binary_sensor.c0_person": "unavailable", "switch.c0_detection": "unavailable", "sensor.c1_person_count": "unavailable",
            "binary_sensor.yolostream_online": "off"})
        service.start()
        show("the service is back, the switch as it was", {
            "switch.c0_detection": "off", "switch.c1_detection": "on", "binary_sensor.c0_connection": "on",
            "sensor.c0_person_count": "0"})
        print(f"network passes of c0 since the restart: {service.reports()[0]['inferred']:.0f}")
        home.act("switch/turn_on", "switch.c0_detection")
        show("switched on", {"sensor.c0_person_count": some})

        def cost(what, seconds=10):
            time.sleep(2)
            before, reports, start = service.processor_seconds(), service.reports(), time.monotonic()
            metrics = service.metrics()
            time.sleep(seconds)
            took, after, later = time.monotonic() - start, service.metrics(), service.reports()
            passes = [now["inferred"] - old["inferred"] for now, old in zip(later, reports)]
            frames = [frames_taken(after, name) - frames_taken(metrics, name) for name in ["c0", "c1"]]
            print(f"{what}: {(service.processor_seconds() - before) / took * 100:.1f} % of a core; in {took:.0f} s network passes "
                  f"{passes}, frames {[int(n) for n in frames]}", flush=True)

        cost("both cameras on")
        home.act("switch/turn_off", "switch.c1_enabled")
        show("c1 off", {"switch.c1_enabled": "off", "binary_sensor.c1_connection": "off"})
        cost("c0 alone")
        home.act("switch/turn_off", "switch.c0_detection")
        show("detection of c0 off", {"switch.c0_detection": "off"})
        cost("c0 without detection")
        home.act("switch/turn_off", "switch.c0_enabled")
        show("c0 off", {"switch.c0_enabled": "off", "binary_sensor.c0_connection": "off"})
        cost("both off")
        for switch in ["c0_enabled", "c0_detection", "c1_enabled"]:
            home.act("switch/turn_on", f"switch.{switch}")
        show("all on again", {"sensor.c0_person_count": some, "binary_sensor.c1_connection": "on"})

        gone = [entity for entity in own() if ".c1_" in entity]
        stays = [entity for entity in own() if ".c1_" not in entity]
        device = home.template("{{ device_id('sensor.c1_person_count') }}")
        other = home.template("{{ device_id('sensor.c0_person_count') }}")
        name = lambda of: home.template("{{ device_attr('" + of + "', 'name') }}")
        print(f"before the reload: device {name(device)} with {len(gone)} entities, answers "
              f"{sorted({home.status(entity) for entity in gone})}")
        service.write(urls[:1])
        print(service.reload().strip())
        show(f"c1 removed by a reload ({len(gone)} entities)", dict.fromkeys(gone))
        end = time.monotonic() + 10
        while name(device) != "None" and time.monotonic() < end:
            time.sleep(0.05)
        answers = sorted({home.status(entity) for entity in gone})
        left = home.template("{{ device_entities('" + device + "') | count }}")
        print(f"after it: device {name(device)}, its entities in the registry {left}, answers {answers}; of the other, "
              f"{name(other)}, and the service {sorted({home.status(entity) for entity in stays})}; topics of c1 at the broker: "
              f"{broker.retained('yolostream/c1/#')}, its announcement: "
              f"{broker.retained('homeassistant/device/yolostream/camera_c1/config')}")
        assert answers == [404] and name(device) == "None" and name(other) == "c0"
        home.end()
        home.start()
        show("Home Assistant restarted: still gone", {**dict.fromkeys(gone), "sensor.c0_person_count": some})
        home.end()
        print(f"exit code {service.end()}")
        for server in cameras:
            server.end()
        broker.kill()


if __name__ == "__main__":
    main()
