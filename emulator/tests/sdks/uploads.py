"""Uploads in each way that pyuploadcare has, and tells in JSON what it saw."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from client import uploadcare
from pyuploadcare.exceptions import DuplicateFileError

SOURCE = os.environ["UPLOADCARE_UPLOAD_BASE"] + "/_emulator/content/"
DETAILS = {"metadata": {"pet": "cat", "a:b": "größer"}, "tags": ["Cat", "dog"]}


def written(folder, name, content):
    path = Path(folder, name)
    path.write_bytes(content)
    return path


def sent(path, file):
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return {"uuid": file.uuid, "name": path.name, "size": len(content), "sha256": sha256}


def uploaded(path, **details):
    progress = []
    with path.open("rb") as file:
        done = uploadcare.upload(file, callback=lambda seen: progress.append(seen.done), **details)
    return {**sent(path, done), "progress": progress}


def uploaded_together(paths):
    opened = [path.open("rb") for path in paths]
    done = uploadcare.upload_files(opened, store=False)
    return [sent(path, file) for path, file in zip(paths, done)]


def duplicate(url):
    try:
        uploadcare.upload_from_url(url, check_duplicates=True)
    except DuplicateFileError as error:
        return error.file_id


with tempfile.TemporaryDirectory() as folder:
    small = written(folder, "größe 1.txt", b"hello")
    large = written(folder, "large.bin", os.urandom(11_000_001))
    other = written(folder, "other.txt", b"")
    told = {
        "direct": uploaded(small, store=True, **DETAILS),
        "multipart": uploaded(large, store=True, **DETAILS),
        "together": uploaded_together([small, other]),
    }
url = SOURCE + told["multipart"]["uuid"]
remembered = {"save_duplicates": True, "interval": 0.01}
told["from_url"] = uploadcare.upload_from_url_sync(url, filename="got.bin", store=True, **DETAILS, **remembered).uuid
told["duplicate"] = duplicate(url)
cropped = told["direct"]["uuid"] + "/-/crop/10x10/"
files = [uploadcare.file(uuid) for uuid in [told["from_url"], cropped]]
group = uploadcare.create_file_group(files)
told["group"] = {"id": group.id, "count": len(group)}
print(json.dumps(told))
