#!/usr/bin/env python3
"""usage: check.py VIDEO [--model FILE]

Annotates a video and reads each format with the tool it is for: the table with pandas and supervision, YOLO labels line by line
against Ultralytics' way of writing them, COCO results with pycocotools, CVAT's file with Datumaro (CVAT's own library of
formats), Label Studio's with its SDK. Needs `pip install -r requirements.txt`. Ends with 1 if anything is not as it should be.
"""
import argparse
import csv
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))


def boxes_of_mot(path):
    """Frame and track (from 1) with corners, of each line."""
    found = {}
    for row in csv.reader(open(path)):
        left, top, width, height = (float(value) for value in row[2:6])
        found[int(row[0]) - 1, int(row[1])] = (left - 1, top - 1, left - 1 + width, top - 1 + height)
    return found


def near(one, other, tolerance=0.1):
    return all(abs(a - b) <= tolerance for a, b in zip(one, other))


def clamp(box, width, height):
    return (max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height))


def check_table(out, record):
    import pandas
    table = pandas.read_csv(f"{out}.csv")
    lines = [json.loads(line) for line in open(f"{out}.jsonl")]
    count = sum(len(line["detections"]) for line in lines)
    assert list(table.columns)[:7] == ["x_min", "y_min", "x_max", "y_max", "class_id", "confidence", "tracker_id"]
    assert len(table) == count, (len(table), count)
    import supervision
    first = table[table.frame == table.frame.iloc[0]]
    detections = supervision.Detections(
        xyxy=first[["x_min", "y_min", "x_max", "y_max"]].to_numpy(dtype="float32"),
        class_id=first.class_id.to_numpy(dtype=int), confidence=first.confidence.to_numpy(dtype="float32"))
    with supervision.CSVSink(f"{out}.supervision.csv") as sink:
        sink.append(detections, custom_data={"frame": 0, "time": 0})
    theirs = next(csv.reader(open(f"{out}.supervision.csv")))
    assert theirs == list(table.columns), theirs
    return f"pandas {pandas.__version__}: {count} rows; supervision {supervision.__version__} writes the same header"


def check_labels(out, record):
    lines = [json.loads(line) for line in open(f"{out}.jsonl")]
    width, height = record["source"]["width"], record["source"]["height"]
    count = 0
    for line in lines:
        path = f"{out}.labels/{os.path.basename(out)}_{line['frame'] + 1}.txt"
        rows = open(path).read().splitlines() if os.path.exists(path) else []
        assert len(rows) == len(line["detections"]), path
        for row, found in zip(rows, line["detections"]):
            # results.save_txt: (class, *xywhn[, conf][, id]), each as %g.
            numbers = row.split()
            assert row == ("%g " * len(numbers)).rstrip() % tuple(float(n) for n in numbers), row
            assert len(numbers) == 6 + ("track" in found) and int(numbers[0]) == found["class_id"], row
            if "track" in found:
                assert int(numbers[6]) == found["track"]
            x, y, w, h = (float(n) for n in numbers[1:5])
            corners = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
            assert near(corners, found["box"]), (row, found)
            count += 1
    compared = compare_with_ultralytics(out, lines, record)
    return f"YOLO labels: {count} lines, class, box, score and track as Ultralytics orders and prints them" + compared


def compare_with_ultralytics(out, lines, record):
    """Has Ultralytics write the same boxes, where it is installed: equal but for the rounding of our JSON."""
    try:
        import numpy
        import torch
        import ultralytics
        from ultralytics.engine.results import Results
    except ImportError:
        return " (Ultralytics itself is not installed)"
    names = dict(enumerate(record["settings"]["classes"]))
    image = numpy.zeros((record["source"]["height"], record["source"]["width"], 3), numpy.uint8)
    count = 0
    for line in lines:
        found = [d for d in line["detections"] if "track" in d]
        if not found or len(found) != len(line["detections"]):
            continue
        boxes = torch.tensor([d["box"] + [d["track"], d["score"], d["class_id"]] for d in found])
        theirs = f"{out}.ultralytics.txt"
        Results(image, "", names, boxes=boxes).save_txt(theirs, save_conf=True)
        ours = open(f"{out}.labels/{os.path.basename(out)}_{line['frame'] + 1}.txt").read().split("\n")
        theirs_lines = open(theirs).read().split("\n")
        os.remove(theirs)
        assert len(ours) == len(theirs_lines), (ours, theirs_lines)
        for one, other in zip(ours[:-1], theirs_lines[:-1]):
            a, b = one.split(" "), other.split(" ")
            assert (a[0], a[6], len(a)) == (b[0], b[6], len(b)), (one, other)
            assert near([float(n) for n in a[1:6]], [float(n) for n in b[1:6]], 1e-4), (one, other)
            count += 1
    return f"; Ultralytics {ultralytics.__version__} writes {count} of them the same to four digits"


def check_coco(annotations, results):
    import contextlib
    from pycocotools.coco import COCO
    with contextlib.redirect_stdout(sys.stderr):
        reference = COCO(annotations)
        loaded = reference.loadRes(results)
    assert set(loaded.getImgIds()) <= set(reference.getImgIds()) and len(loaded.anns) > 0
    return f"pycocotools: {len(loaded.anns)} results loaded against {len(reference.imgs)} images"


def check_cvat(out, record):
    import datumaro
    folder = f"{out}-cvat"
    os.makedirs(folder)
    os.rename(f"{out}.cvat.xml", f"{folder}/annotations.xml")
    data = datumaro.Dataset.import_from(folder, "cvat")
    labels = [label.name for label in data.categories()[datumaro.AnnotationType.label]]
    expected = boxes_of_mot(f"{out}.mot.txt")
    width, height = record["source"]["width"], record["source"]["height"]
    theirs = {}
    for item in data:
        number = int(item.attributes.get("frame", re.sub(r"\D", "", item.id) or 0))
        for box in item.annotations:
            if not box.attributes.get("outside"):
                theirs[number, box.attributes["track_id"]] = box.points
    assert len(theirs) == len(expected), (len(theirs), len(expected))
    names = {}
    for (frame, track), box in expected.items():
        names.setdefault(track, len(names))
        assert near(theirs[frame, names[track]], clamp(box, width, height)), (frame, track)
    return f"Datumaro {datumaro.__version__}: {len(theirs)} boxes of {len(names)} tracks in {len(labels)} classes, as in the MOT file"


def check_label_studio(out, record):
    from label_studio_sdk.label_interface import LabelInterface
    task = json.load(open(f"{out}.label-studio.json"))[0]
    labels = sorted({label for result in task["predictions"][0]["result"] for label in result["value"]["labels"]})
    config = ('<View><Labels name="videoLabels" toName="video">' + "".join(f'<Label value="{label}"/>' for label in labels)
              + '</Labels><Video name="video" value="$video"/><VideoRectangle name="box" toName="video"/></View>')
    interface = LabelInterface(config)
    interface.validate()
    assert task["data"]["video"] == record["source"]["path"].split("/")[-1]
    problems = interface.validate_prediction(task["predictions"][0], return_errors=True)
    assert not problems, problems
    expected = boxes_of_mot(f"{out}.mot.txt")
    count = sum(len(result["value"]["sequence"]) for result in task["predictions"][0]["result"])
    assert count == len(expected), (count, len(expected))
    return f"Label Studio SDK: {count} keyframes of {len(task['predictions'][0]['result'])} tracks, as in the MOT file"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("--model")
    parser.add_argument("--frames", default="100")
    options = parser.parse_args()
    model = ["--model", options.model] if options.model else []
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(
            [PROGRAM, "annotate", options.video, "-o", work, "-q", "--save-conf", "--save-id", "--formats",
             "detections,csv,mot,labels,cvat,label-studio", "--max-frames", options.frames] + model, check=True)
        out = os.path.join(work, os.path.splitext(os.path.basename(options.video))[0])
        record = json.load(open(f"{out}.json"))
        images = f"{work}/images"
        os.makedirs(images)
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", options.video, "-frames:v", "8", f"{images}/%03d.jpg"], check=True)
        names = [os.path.basename(path) for path in sorted(glob.glob(f"{images}/*.jpg"))]
        classes = record["settings"]["classes"]
        annotations = f"{work}/annotations.json"
        json.dump({
            "images": [{"id": 1000 + 7 * index, "file_name": name, "width": 1, "height": 1} for index, name in enumerate(names)],
            "categories": [{"id": 500 + index, "name": name} for index, name in enumerate(classes)], "annotations": [],
        }, open(annotations, "w"))
        subprocess.run([PROGRAM, images, "--coco", f"{work}/results.json", "--coco-reference", annotations, "-q"] + model, check=True)
        for name, check in [
            ("table", lambda: check_table(out, record)), ("labels", lambda: check_labels(out, record)),
            ("COCO", lambda: check_coco(annotations, f"{work}/results.json")),
            ("CVAT", lambda: check_cvat(out, record)), ("Label Studio", lambda: check_label_studio(out, record)),
        ]:
            try:
                print("ok      " + check())
            except Exception as error:  # noqa: BLE001: each format is checked, whatever the others do
                failures += 1
                print(f"PROBLEM {name}: {type(error).__name__}: {error}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
