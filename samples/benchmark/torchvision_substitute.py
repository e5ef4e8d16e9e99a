"""Installs a `torchvision` that has nothing but `ops.nms`, by OpenCV, and reports version 0.28.0."""
import pathlib
import site

FUNCTION = '''import cv2
import torch


def nms(boxes, scores, iou_threshold):
    """Indices of the boxes (N x 4, corners) that no better box overlaps by more than the threshold, best first."""
    if boxes.shape[0] == 0:
        return torch.empty(0, dtype=torch.int64)
    sizes = torch.cat([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, float(iou_threshold))
    return torch.as_tensor(kept, dtype=torch.int64).flatten()
'''

packages = pathlib.Path(site.getsitepackages()[0])
for folder, files in {
    "torchvision": {"__init__.py": "__version__ = '0.28.0'\nfrom . import ops\n", "ops.py": FUNCTION},
    "torchvision-0.28.0.dist-info": {
        "METADATA": "Metadata-Version: 2.1\nName: torchvision\nVersion: 0.28.0\n", "RECORD": ""},
}.items():
    (packages / folder).mkdir(exist_ok=True)
    for name, text in files.items():
        (packages / folder / name).write_text(text)
