"""Listings: the library beside the yardstick.

python3 benches/listings.py EMULATOR PROGRAMS LIBRARY; `make bench` gives the arguments.
"""

import re
import subprocess
from pathlib import Path

from compare import AT_MOST, LIBRARY, OURS, PROGRAMS, YARDSTICK, Comparison, emulator, judge

GROUPS = ("--groups", "100000")
SYSTEM_CA = Path("/etc/ssl/certs/ca-certificates.crt")

AHEAD = "libuploadcare read_ahead 2"
OURS_DERIVED = "libuploadcare, derived"
BOTH = {YARDSTICK: ["yardstick"], OURS: ["listing"]}
DERIVED = {OURS: ["requests"], OURS_DERIVED: ["requests", "--derive", "1"]}
ALL = BOTH | {AHEAD: ["listing", "--read-ahead", "2"]}


def allocations(program, environment, few, many, *option):
    """How often the heap is called for each page or request beyond the first few."""
    def calls(times):
        command = [PROGRAMS / program, *option, str(times)]
        preloaded = environment | {"LD_PRELOAD": str((PROGRAMS / "allocations.so").resolve())}
        stderr = subprocess.run(command, env=preloaded, capture_output=True, text=True, check=True).stderr
        return int(re.search(r"(\d+) allocations", stderr)[1])
    return (calls(many) - calls(few)) / (many - few)


def with_system_ca(ca_file):
    """A file of the system's certificates and that one: libcurl takes one file, the library both."""
    bundle = PROGRAMS / "bundle.pem"
    system = SYSTEM_CA.read_bytes() if SYSTEM_CA.exists() else b""
    bundle.write_bytes(system + ca_file.read_bytes())
    return str(bundle)


def main():
    print("Columns wall and cpu at the right: times the first row's, median of the rounds.")

    with emulator(*GROUPS, "--no-gzip") as http:
        listing = Comparison("All groups, http", ALL, http)
        first = Comparison("From process start to the first page, http", BOTH, http, "--pages", "1")
        a_page = allocations("listing", http, 20, 80, "--pages")
        a_request = allocations("requests", http, 20, 80)
        derived = Comparison("5000 requests by the client, or each by a derived one", DERIVED, http, "5000")
        a_yardstick_page = allocations("yardstick", http, 20, 80, "--pages")
    with emulator(*GROUPS) as http:
        Comparison("All groups, http, gzip", ALL, http)
    ca_file = PROGRAMS / "ca.pem"
    with emulator(*GROUPS, "--no-gzip", "--tls", "good", "--ca-file", ca_file) as https:
        https = https | {"UPLOADCARE_CA_FILE": str(ca_file)}
        yardstick = {YARDSTICK: https | {"UPLOADCARE_CA_FILE": with_system_ca(ca_file)}}
        Comparison("All groups, https", ALL, https, others=yardstick)
        Comparison("From process start to the first page, https, with the system's certificates",
                   BOTH, https, "--pages", "1", others=yardstick)
    size = LIBRARY.stat().st_size / 1e6

    print(f"\nCalls of the heap a page: {a_page:.1f}; yardstick {a_yardstick_page:.1f}. "
          f"Those of a request with next to no answer: {a_request:.1f}.")
    print(f"Stripped {LIBRARY.name}: {size:.2f} MB")
    of_yardstick = "of the yardstick's"
    judge([
        ("CPU time of a listing", listing.ratio("cpu", OURS, YARDSTICK), AT_MOST, 1.0, of_yardstick),
        ("wall time of a listing", listing.ratio("wall", OURS, YARDSTICK), AT_MOST, 1.1, of_yardstick),
        ("peak memory of a listing", listing.peak(OURS), AT_MOST, 8, "MiB"),
        ("process start to the first page", first.ratio("wall", OURS, YARDSTICK), AT_MOST, 0.6, of_yardstick),
        ("calls of the heap a page", a_page, AT_MOST, 20, ""),
        ("stripped shared library", size, AT_MOST, 2.3, "MB"),
        ("CPU time with read_ahead 2", listing.ratio("cpu", AHEAD, YARDSTICK), AT_MOST, 1.3, of_yardstick),
        ("the same", listing.ratio("cpu", AHEAD, OURS), AT_MOST, 1.3, "of that without"),
        ("wall time of a request by a derived client", derived.ratio("wall", OURS_DERIVED, OURS), AT_MOST, 1.02,
         "of that by the client"),
    ])


main()
