#!/usr/bin/env python3
"""usage: from_reference.py REFERENCE

Makes the folders beside this file from numbers that reference implementations gave (README.md says which): keeps what the
tests compare, drops the rest, and writes JSON without spaces. REFERENCE is the folder with those numbers.
"""
import json
import pathlib
import struct
import sys

SOURCE = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent


def read(path):
    return json.loads((SOURCE / path).read_text())


def write(path, value):
    file = HERE / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def pick(value, *keys):
    return {key: value[key] for key in keys}


def tensors(path, keeps):
    """Copies a safetensors file with those tensors for which keeps(name)."""
    data = (SOURCE / path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header, body, place = {}, b"", 0
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__" or not keeps(name):
            continue
        first, last = entry["data_offsets"]
        part = data[8 + length + first:8 + length + last]
        header[name] = {**entry, "data_offsets": [place, place + len(part)]}
        body += part
        place += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / path).parent.mkdir(parents=True, exist_ok=True)
    (HERE / path).write_bytes(struct.pack("<Q", len(text)) + text + body)


for path in ["map/instances.json", "map/detections.json", "map/expected.json", "nms/nms-300.json",
             "preprocess/letterbox.json", "training/schedule.json"]:
    write(path, read(path))
tensors("preprocess/resize.safetensors", lambda name: True)

networks = read("models/architectures.json")["networks"]
write("networks/layers.json", {"networks": {
    name: [{key: row[key] for key in ("parameters", "training_only") if key in row} for row in rows]
    for name, rows in networks.items()}})
for name in networks:
    full = read(f"synthetic/{name}.json")
    write(f"networks/{name}.json", {
        "layers": [{**pick(layer, "err32", "fused_diff"),
                    "outputs": [pick(output, "index", "value") for output in layer["outputs"]]}
                   for layer in full["layers"]],
        "head": {"main": {"raw": [pick(level, "index", "value") for level in full["head"]["main"]["raw"]]}}})

for name in ("gelan-t", "yolov9-t"):
    full = read(f"training/{name}-step.json")
    kept = pick(full, "weight_parameters", "targets", "loss", "grad_total_norm_before_clip", "batch_norm_after_step",
                "parameters", "second_step", "all_gradient_norms")
    write(f"training/{name}-step.json", kept)

unused = ("align_metric", "overlaps", "mask_pos_before_conflict", "labels")
tensors("loss/loss-fixtures.safetensors", lambda name: not name.endswith(unused))
loss = read("loss/loss-fixtures.json")
write("loss/loss-fixtures.json", {
    "cases": {name: pick(case, "items_box_cls_dfl", "total") for name, case in loss["cases"].items()},
    "ciou_pieces": loss["ciou_pieces"]})
