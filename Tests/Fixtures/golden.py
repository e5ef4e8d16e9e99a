#!/usr/bin/env python3
"""usage: golden.py        (needs: pip install torch numpy opencv-python-headless)

Runs the model of the package in PyTorch, written here from its description and independent of the Swift code, on
`samples/street.jpg`, and writes what the tests compare:

- `packaged/street-320.png`: the letterboxed input, 320x320;
- `packaged/activations.json`: 64 values of each named tap, and of the raw outputs of the head;
- `packaged/detections.json`: boxes after class-aware suppression, in pixels of the photograph.
"""
import json
import pathlib
import struct

import cv2
import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
SIDE, CONFIDENCE, OVERLAP = 320, 0.25, 0.45


def weights(path):
    """Every tensor of a safetensors file, in float32."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    result = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        array = np.frombuffer(data[8 + length + first:8 + length + last], {"F16": "<f2", "F32": "<f4"}[entry["dtype"]])
        result[name] = torch.from_numpy(array.astype(np.float32).reshape(entry["shape"]))
    return result


class Network:
    """gelan-n, folded: every convolution has a bias and is followed by SiLU, but for the last of each head branch."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.taps = {}

    def conv(self, name, x, stride=1, groups=1, linear=False):
        stem = f"{name}" if linear else f"{name}.conv"
        kernel = self.tensors[f"{stem}.weight"]
        y = F.conv2d(x, kernel, self.tensors[f"{stem}.bias"], stride, kernel.shape[-1] // 2, groups=groups)
        return y if linear else F.silu(y)

    def elan(self, name, x, depth):
        """Split in halves, a chain of 3x3 convolutions on the second, all joined."""
        parts = list(self.conv(f"{name}.cv1", x).chunk(2, 1))
        for step in range(depth):
            parts.append(self.conv(f"{name}.cv{step + 2}", parts[-1]))
        return self.conv(f"{name}.cv{depth + 2}", torch.cat(parts, 1))

    def csp(self, name, x):
        """A residual bottleneck on one of two projections, both joined."""
        inner = self.conv(f"{name}.cv1", x)
        inner = inner + self.conv(f"{name}.m.0.cv2", self.conv(f"{name}.m.0.cv1", inner))
        return self.conv(f"{name}.cv3", torch.cat([inner, self.conv(f"{name}.cv2", x)], 1))

    def csp_elan(self, name, x):
        parts = list(self.conv(f"{name}.cv1", x).chunk(2, 1))
        for branch in ("cv2", "cv3"):
            parts.append(self.conv(f"{name}.{branch}.1", self.csp(f"{name}.{branch}.0", parts[-1])))
        return self.conv(f"{name}.cv4", torch.cat(parts, 1))

    def pooling(self, name, x):
        parts = [self.conv(f"{name}.cv1", x)]
        for _ in range(3):
            parts.append(F.max_pool2d(parts[-1], 5, 1, 2))
        return self.conv(f"{name}.cv5", torch.cat(parts, 1))

    def separable(self, name, x):
        return self.conv(f"{name}.1", self.conv(f"{name}.0", x, groups=x.shape[1]))

    def head(self, level, x):
        box, label = f"model.22.cv2.{level}", f"model.22.cv3.{level}"
        boxes = self.conv(f"{box}.1", self.separable(f"{box}.0", x), groups=4)
        boxes = self.conv(f"{box}.2", boxes, groups=4, linear=True)
        labels = self.separable(f"{label}.1", self.separable(f"{label}.0", x))
        return boxes, self.conv(f"{label}.2", labels, linear=True)

    def __call__(self, x):
        up = lambda y: F.interpolate(y, scale_factor=2, mode="nearest")
        x = self.conv("model.1", self.conv("model.0", x, 2), 2)
        x = self.elan("model.2", x, 1)
        b3 = self.elan("model.4", self.conv("model.3", x, 2), 2)
        b4 = self.csp_elan("model.6", self.conv("model.5", b3, 2))
        b5 = self.csp_elan("model.8", self.conv("model.7", b4, 2))
        pooled = self.pooling("model.9", b5)
        top = self.elan("model.12", torch.cat([up(pooled), b4], 1), 2)
        p3 = self.elan("model.15", torch.cat([up(top), b3], 1), 2)
        p4 = self.elan("model.18", torch.cat([self.conv("model.16", p3, 2), top], 1), 2)
        p5 = self.elan("model.21", torch.cat([self.conv("model.19", p4, 2), pooled], 1), 2)
        self.taps = {"B3": b3, "B4": b4, "B5": b5, "P3": p3, "P4": p4, "P5": p5}
        return [self.head(level, y) for level, y in enumerate((p3, p4, p5))]


def letterbox(image):
    """Resized without distortion and centred on grey; halves are rounded to even."""
    height, width = image.shape[:2]
    gain = min(SIDE / height, SIDE / width)
    size = round(width * gain), round(height * gain)
    left, top = (SIDE - size[0]) / 2, (SIDE - size[1]) / 2
    resized = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return cv2.copyMakeBorder(
        resized, round(top - 0.1), round(top + 0.1), round(left - 0.1), round(left + 0.1), cv2.BORDER_CONSTANT,
        value=(114, 114, 114)), gain, left, top


def decode(outputs):
    """Corner boxes in pixels of the input, and class probabilities."""
    boxes, scores = [], []
    for (box, label), stride in zip(outputs, (8, 16, 32)):
        _, _, rows, columns = box.shape
        y, x = torch.meshgrid(torch.arange(rows) + 0.5, torch.arange(columns) + 0.5, indexing="ij")
        distances = box.view(4, 16, rows * columns).softmax(1)
        distances = (distances * torch.arange(16.0).view(1, 16, 1)).sum(1)
        x, y = x.reshape(-1), y.reshape(-1)
        corners = torch.stack([x - distances[0], y - distances[1], x + distances[2], y + distances[3]])
        boxes.append(corners.T * stride)
        scores.append(label[0].flatten(1).sigmoid().T)
    return torch.cat(boxes).numpy(), torch.cat(scores).numpy()


def suppress(boxes, scores):
    """The best class of each anchor; greedy suppression within a class."""
    labels, best = scores.argmax(1), scores.max(1)
    kept = []
    for index in np.argsort(-best, kind="stable"):
        if best[index] <= CONFIDENCE:
            break
        for other in kept:
            if labels[other] != labels[index]:
                continue
            low, high = np.maximum(boxes[index][:2], boxes[other][:2]), np.minimum(boxes[index][2:], boxes[other][2:])
            shared = np.prod(np.maximum(high - low, 0))
            areas = [np.prod(boxes[one][2:] - boxes[one][:2]) for one in (index, other)]
            if shared / (sum(areas) - shared) > OVERLAP:
                break
        else:
            kept.append(index)
    return [(boxes[index], float(best[index]), int(labels[index])) for index in kept]


def samples(tensor):
    flat = tensor.flatten()
    index = torch.linspace(0, flat.numel() - 1, 64).long().tolist()
    return {"shape": list(tensor.shape), "index": index, "value": [float(f"{flat[i]:.7g}") for i in index]}


def main():
    torch.set_num_threads(1)
    image = cv2.imread(str(ROOT / "samples/street.jpg"))
    boxed, gain, left, top = letterbox(image)
    folder = HERE / "packaged"
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "street-320.png"), boxed, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    network = Network(weights(ROOT / "Sources/yolostream/Resources/gelan-n.safetensors"))
    pixels = torch.from_numpy(boxed[:, :, ::-1].copy()).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        outputs = network(pixels)
    write = lambda name, value: (folder / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")
    write("activations.json", {
        "taps": {name: samples(tap) for name, tap in network.taps.items()},
        "heads": [{"boxes": samples(box), "classes": samples(label)} for box, label in outputs]})
    size = np.array([image.shape[1], image.shape[0]] * 2)
    write("detections.json", {"side": SIDE, "confidence": CONFIDENCE, "overlap": OVERLAP, "detections": [
        {"class": label, "score": round(score, 5),
         "box": [round(float(v), 2) for v in np.clip((box - np.array([left, top] * 2)) / gain, 0, size)]}
        for box, score, label in suppress(*decode(outputs))]})


main()
