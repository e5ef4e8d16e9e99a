#!/usr/bin/env python3
"""usage: tiling.py WEIGHTS IMAGES ANNOTATIONS [--size 320] [--conf 0.05] [--arrangements N]

Shrinks images of a data set in COCO's format into mosaics of 3840x2160, has this program (`--tile 7x4`) and SAHI (sliced
prediction with the same weights through Ultralytics, slices of the same size, the whole image added) find what is in them, and
prints AP as pycocotools counts it, of small objects and of all, and seconds a mosaic. Without SAHI only ours. Needs pycocotools,
pillow; for SAHI sahi and ultralytics.
"""
import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))
WIDTH, HEIGHT, COLUMNS, ROWS = 3840, 2160, 7, 4


def make_mosaics(images, annotations, size, folder, arrangements=1):
    """Mosaics as files, and their annotations. Each arrangement has all images, after the first in an order of its own."""
    from PIL import Image
    source = json.load(open(annotations))
    everything = list(source["images"])
    boxes = {}
    for annotation in source["annotations"]:
        boxes.setdefault(annotation["image_id"], []).append(annotation)
    cell = (size, size * 3 // 4)
    places = [(x, y) for y in range(0, HEIGHT - cell[1] + 1, cell[1]) for x in range(0, WIDTH - cell[0] + 1, cell[0])]
    mosaics = {"images": [], "annotations": [], "categories": source["categories"]}
    starts = range(0, len(everything), len(places))
    for arrangement, start in ((arrangement, start) for arrangement in range(arrangements) for start in starts):
        source["images"] = list(everything)
        if arrangement:
            random.Random(arrangement).shuffle(source["images"])
        number = len(mosaics["images"]) + 1
        canvas = Image.new("RGB", (WIDTH, HEIGHT), (114, 114, 114))
        for image, (x, y) in zip(source["images"][start:] + source["images"], places):
            photo = Image.open(os.path.join(images, image["file_name"])).convert("RGB")
            scale = min(cell[0] / photo.width, cell[1] / photo.height)
            canvas.paste(photo.resize((int(photo.width * scale), int(photo.height * scale)), Image.LANCZOS), (x, y))
            for annotation in boxes.get(image["id"], []):
                left, top, width, height = (value * scale for value in annotation["bbox"])
                mosaics["annotations"].append({
                    "id": len(mosaics["annotations"]) + 1, "image_id": number, "category_id": annotation["category_id"],
                    "bbox": [left + x, top + y, width, height], "area": annotation["area"] * scale * scale,
                    "iscrowd": annotation.get("iscrowd", 0)})
        canvas.save(f"{folder}/{number}.png")
        mosaics["images"].append({"id": number, "file_name": f"{number}.png", "width": WIDTH, "height": HEIGHT})
    return mosaics


def ap(annotations, results):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    with contextlib.redirect_stdout(sys.stderr):
        truth = COCO(annotations)
        judge = COCOeval(truth, truth.loadRes(results), "bbox")
        # A mosaic holds the objects of a hundred images.
        judge.params.maxDets = [1, 100, 10000]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"]  # thresholds, recalls, classes, areas, counts

    def mean(area):
        values = precision[:, :, :, area, -1]
        return values[values > -1].mean() * 100
    return mean(1), mean(0)


def ours(options, folder, annotations, work, tiles):
    words = [PROGRAM, folder, "--model", options.weights, "--conf", str(options.conf), "--no-track", "--max-det", "10000",
             "--imgsz", "640", "--iou", "0.7", "--coco-reference", annotations, "--overwrite", "-q"] + tiles
    times = []
    for count in ("1", "1000"):
        begin = time.monotonic()
        subprocess.run(words + ["--coco", f"{work}/ours.json", "--max-frames", count], check=True)
        times.append(time.monotonic() - begin)
    images = len(os.listdir(folder))
    return ap(annotations, f"{work}/ours.json"), (times[1] - times[0]) / max(1, images - 1)


def sahi(options, folder, mosaics, annotations, work):
    from sahi import AutoDetectionModel
    from sahi.predict import get_sliced_prediction
    from sahi.slicing import get_slice_bboxes
    import torch
    torch.set_num_threads(os.cpu_count())
    model = AutoDetectionModel.from_pretrained(
        model_type="ultralytics", model_path=options.weights, confidence_threshold=options.conf, device="cpu", image_size=640)
    numbers = {category["name"]: category["id"] for category in mosaics["categories"]}
    # A little more, or SAHI adds a column for the last pixels.
    width = int(WIDTH / (COLUMNS - (COLUMNS - 1) * 0.2)) + 4
    height = int(HEIGHT / (ROWS - (ROWS - 1) * 0.2)) + 4
    slices = get_slice_bboxes(HEIGHT, WIDTH, height, width, False, 0.2, 0.2)
    assert len(slices) == COLUMNS * ROWS, len(slices)
    found, times = [], []
    for image in mosaics["images"]:
        begin = time.monotonic()
        result = get_sliced_prediction(
            f"{folder}/{image['file_name']}", model, slice_height=height, slice_width=width, overlap_height_ratio=0.2,
            overlap_width_ratio=0.2, perform_standard_pred=True, verbose=0)
        times.append(time.monotonic() - begin)
        for item in result.object_prediction_list:
            found.append({"image_id": image["id"], "category_id": numbers[item.category.name],
                          "bbox": [float(value) for value in item.bbox.to_xywh()], "score": float(item.score.value)})
    json.dump(found, open(f"{work}/sahi.json", "w"))
    return ap(annotations, f"{work}/sahi.json"), min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("images")
    parser.add_argument("annotations")
    parser.add_argument("--size", type=int, default=320, help="columns that an image is shrunk to")
    parser.add_argument("--conf", type=float, default=0.05)
    parser.add_argument("--arrangements", type=int, default=1, help="how often all images are put into mosaics")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = f"{work}/mosaics"
        os.makedirs(folder)
        mosaics = make_mosaics(options.images, options.annotations, options.size, folder, options.arrangements)
        annotations = f"{work}/annotations.json"
        json.dump(mosaics, open(annotations, "w"))
        small = sum(annotation["area"] < 32 * 32 for annotation in mosaics["annotations"])
        print(f"{len(mosaics['images'])} mosaics, {len(mosaics['annotations'])} objects, {small} of them small", flush=True)

        def show(name, result):
            (least, all_areas), seconds = result
            print(f"{name:24} AP small {least:5.2f}, AP {all_areas:5.2f}, {seconds:6.2f} s a mosaic", flush=True)
        show("ours, whole frame", ours(options, folder, annotations, work, []))
        show(f"ours, --tile {COLUMNS}x{ROWS}", ours(options, folder, annotations, work, ["--tile", f"{COLUMNS}x{ROWS}"]))
        try:
            show("SAHI", sahi(options, folder, mosaics, annotations, work))
        except ImportError as error:
            print(f"SAHI: skipped: {error}")


if __name__ == "__main__":
    main()
