"""Uploads: the library beside the yardstick and the official SDKs.

python3 benches/uploads.py EMULATOR PROGRAMS LIBRARY; `make bench` gives the arguments, and installs
the SDKs where SDKS leads.
"""

import contextlib
import os
import shutil
import tempfile
import urllib.request
from pathlib import Path

from compare import AT_LEAST, AT_MOST, CLEAN, OURS, PROGRAMS, ROUNDS, YARDSTICK, Comparison, emulator, judge

MIB = 1 << 20
# An upload takes longer than a listing, and those of the SDKs much longer.
FEW, FEWER = max(1, ROUNDS // 3), max(1, ROUNDS // 7)
DELAY = '{"fault":"delay","ms":50,"times":-1}'

SDKS = Path(os.environ["SDKS"]).resolve()
HERE = Path(__file__).resolve().parent

STREAM, PIPE = "libuploadcare, stream", "libuploadcare, size unknown"


def ours(source, file, *options):
    return ["upload", source, str(file), *options]


@contextlib.contextmanager
def quiet_emulator(*faults):
    """An emulator that keeps what it gets in memory where there is plenty, since disks are unsteady.
    Gives the environment that leads to it, and a function that begins anew, with these faults."""
    memory = Path("/dev/shm")
    is_plenty = memory.is_dir() and shutil.disk_usage(memory).free > 4096 * MIB
    with (tempfile.TemporaryDirectory(dir=memory if is_plenty else None) as folder,
          emulator("--groups", "1", environment=CLEAN | {"TMPDIR": folder}) as environment):
        url = environment["UPLOADCARE_API_BASE"] + "/_emulator/"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def control(path, body):
            direct.open(urllib.request.Request(url + path, data=body.encode(), method="POST")).close()

        def begin_anew():
            control("reset", '{"groups":1}')
            control("faults", f"[{','.join(faults)}]")

        begin_anew()
        yield environment, begin_anew


@contextlib.contextmanager
def file_of(size):
    """A file of random bytes: what an SDK does with zeros says little."""
    path = (PROGRAMS / f"{size // MIB}MiB").resolve()
    with open(path, "wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    try:
        yield path
    finally:
        path.unlink()


def main():
    with file_of(1024 * MIB) as file, quiet_emulator() as (http, begin_anew):
        upload = Comparison("1 GiB in parts of 5 MiB, 4 at a time", {
            YARDSTICK: ["upload_yardstick", str(file)],
            OURS: ours("path", file),
            "libuploadcare, memory": ours("memory", file),
            STREAM: ours("stream", file),
            PIPE: ours("pipe", file),
        }, http, rounds=FEW, after=begin_anew)
    with file_of(1024 * MIB) as file, quiet_emulator(DELAY) as (http, begin_anew):
        one, eight = "parallel 1", "parallel 8"
        delayed = Comparison("The same with 50 ms before each answer", {
            eight: ours("path", file, "--parallel", "8"),
            one: ours("path", file, "--parallel", "1"),
        }, http, rounds=FEWER, after=begin_anew)
    with file_of(256 * MIB) as file, quiet_emulator() as (http, begin_anew):
        Comparison("Beside the official SDKs, a smaller file and fewer rounds", {
            OURS: ours("path", file),
            "pyuploadcare": [SDKS / "python/bin/python", HERE / "upload_sdk.py", file],
            "@uploadcare/upload-client": [shutil.which("node"), SDKS / "javascript/upload_sdk.mjs", file],
        }, http, rounds=FEWER, after=begin_anew)

    of_yardstick = "of the yardstick's"
    judge([
        ("wall time of an upload", upload.ratio("wall", OURS, YARDSTICK), AT_MOST, 1.1, of_yardstick),
        ("CPU time of an upload", upload.ratio("cpu", OURS, YARDSTICK), AT_MOST, 1.1, of_yardstick),
        ("peak memory, a path", upload.peak(OURS), AT_MOST, 10, "MiB"),
        ("peak memory, a stream", upload.peak(STREAM), AT_MOST, 4 * 5 + 10, "MiB"),
        ("peak memory, of unknown size", upload.peak(PIPE), AT_MOST, 4 * 5 + 10, "MiB"),
        ("parallel 8 with 50 ms a request", delayed.ratio("wall", one, eight), AT_LEAST, 5,
         "times as fast as 1"),
    ])


main()
