#!/usr/bin/env python3
"""Packs CIFAR-10 from pictures into the published binary files, which classify reads: data_batch_1.bin … _5.bin, test_batch.bin.

Each folder of pictures has one folder a class, named as the published classes are, with pictures of 32 × 32 pixels (JPEG or
PNG). They are shuffled by a fixed seed. Where the pictures are JPEGs, pixels differ a little from the published ones.

Usage: make_cifar10_batches.py TRAIN TEST OUT      needs the Debian package python3-pil
"""

import pathlib
import random
import sys

try:
    from PIL import Image
except ImportError:
    sys.exit("make_cifar10_batches.py: PIL is missing; install the Debian package python3-pil")

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
EDGE = 32
TRAINING_FILES = 5


def pictures_of(folder):
    """(label, path) of every picture below the folder, shuffled."""
    found = []
    for label, name in enumerate(CLASSES):
        paths = sorted(p for p in (folder / name).glob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        if not paths:
            sys.exit(f"make_cifar10_batches.py: no pictures in {folder / name}")
        found += [(label, path) for path in paths]
    random.Random(1).shuffle(found)
    return found


def record(label, path):
    """The label, then all reds, all greens, all blues, each row by row."""
    try:
        with Image.open(path) as picture:
            pixels = picture.convert("RGB")
    except OSError as error:
        sys.exit(f"make_cifar10_batches.py: {path}: {error}")
    if pixels.size != (EDGE, EDGE):
        sys.exit(f"make_cifar10_batches.py: {path}: {pixels.size[0]} × {pixels.size[1]} pixels, not {EDGE} × {EDGE}")
    return bytes([label]) + b"".join(channel.tobytes() for channel in pixels.split())


def write(path, pictures):
    path.write_bytes(b"".join(record(label, picture) for label, picture in pictures))
    print(f"{path}: {len(pictures)} pictures")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    train, test, out = map(pathlib.Path, sys.argv[1:])
    training, testing = pictures_of(train), pictures_of(test)
    out.mkdir(parents=True, exist_ok=True)
    for i in range(TRAINING_FILES):
        write(out / f"data_batch_{i + 1}.bin", training[i::TRAINING_FILES])
    write(out / "test_batch.bin", testing)


main()
