"""Runs the programs against the emulator, in turn, and prints what they took side by side.

python3 benches/compare.py EMULATOR PROGRAMS LIBRARY; `make bench` gives the arguments.
Nothing here fails because of a time: other programs run on this machine too.
"""

import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
from pathlib import Path

EMULATOR, PROGRAMS, LIBRARY = map(Path, sys.argv[1:])
ROUNDS = int(os.environ.get("ROUNDS", 21))
GROUPS = 100_000
SYSTEM_CA = Path("/etc/ssl/certs/ca-certificates.crt")
KEYS = {"UPLOADCARE_PUBLIC_KEY": "demopublickey", "UPLOADCARE_SECRET_KEY": "demosecretkey"}
CLEAN = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

YARDSTICK, OURS, AHEAD = "yardstick", "libuploadcare", "libuploadcare read_ahead 2"
COMMANDS = {YARDSTICK: ["yardstick"], OURS: ["listing"], AHEAD: ["listing", "--read-ahead", "2"]}


@contextlib.contextmanager
def emulator(*options):
    """Starts an emulator and gives the environment that leads to it; stops it at the end."""
    command = [EMULATOR, "--groups", str(GROUPS), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first_line = process.stdout.readline()
            base = re.search(r"https?://\S+", first_line)
            if base is None:
                sys.exit(f"the emulator did not start: {first_line}")
            yield CLEAN | KEYS | {"UPLOADCARE_API_BASE": base[0]}
        finally:
            process.terminate()


def run(name, environment, *arguments):
    """What one run printed, and its wall time in ms, CPU time in ms and peak memory in MiB."""
    program, *options = COMMANDS[name]
    command = [PROGRAMS / "measure", PROGRAMS / program, *options, *arguments]
    lines = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    *output, figures = lines.splitlines()
    wall, cpu, peak = map(int, figures.split())
    return output, {"wall": wall / 1000, "cpu": cpu / 1000, "peak": peak / 1024}


class Comparison:
    """Runs each program once a round, and prints what it took beside the first one.

    `others` is what the environment of a program has in place of `environment`."""

    def __init__(self, title, names, environment, *arguments, others={}):
        self.samples = {name: [] for name in names}
        outputs = []
        for round in range(-1, ROUNDS):
            for name in names:
                output, figures = run(name, others.get(name, environment), *arguments)
                outputs.append(output)
                if round >= 0:
                    self.samples[name].append(figures)
        if any(output != outputs[0] for output in outputs):
            sys.exit(f"the programs did not read the same: {outputs}")

        print(f"\n{title}\n{outputs[0][0]}; {ROUNDS} rounds")
        print(f"{'':28}{'wall ms':>9}{'min':>8}{'max':>8}{'cpu ms':>9}{'min':>8}{'max':>8}{'peak MiB':>10}"
              f"{'wall':>8}{'cpu':>7}")
        for name in names:
            print(f"{name:28}{self.spread(name, 'wall')}{self.spread(name, 'cpu')}{self.peak(name):10.1f}"
                  f"{self.ratio('wall', name, names[0]):8.2f}{self.ratio('cpu', name, names[0]):7.2f}")

    def spread(self, name, kind):
        figures = [sample[kind] for sample in self.samples[name]]
        return f"{statistics.median(figures):9.1f}{min(figures):8.1f}{max(figures):8.1f}"

    def peak(self, name):
        return max(sample["peak"] for sample in self.samples[name])

    def ratio(self, kind, name, other):
        """The median of the ratios of the rounds: what slows one round slows both."""
        rounds = zip(self.samples[name], self.samples[other])
        return statistics.median(own[kind] / others[kind] for own, others in rounds)


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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    both = [YARDSTICK, OURS]
    print(f"Columns wall and cpu at the right: times the yardstick's, median of {ROUNDS} rounds.")

    with emulator("--no-gzip") as http:
        listing = Comparison("All groups, http", [*both, AHEAD], http)
        first = Comparison("From process start to the first page, http", both, http, "--pages", "1")
        a_page = allocations("listing", http, 20, 80, "--pages")
        a_request = allocations("requests", http, 20, 80)
        a_yardstick_page = allocations("yardstick", http, 20, 80, "--pages")
    with emulator() as http:
        Comparison("All groups, http, gzip", [*both, AHEAD], http)
    ca_file = PROGRAMS / "ca.pem"
    with emulator("--no-gzip", "--tls", "good", "--ca-file", ca_file) as https:
        https = https | {"UPLOADCARE_CA_FILE": str(ca_file)}
        yardstick = {YARDSTICK: https | {"UPLOADCARE_CA_FILE": with_system_ca(ca_file)}}
        Comparison("All groups, https", [*both, AHEAD], https, others=yardstick)
        Comparison("From process start to the first page, https, with the system's certificates",
                both, https, "--pages", "1", others=yardstick)
    size = LIBRARY.stat().st_size / 1e6

    print(f"\nCalls of the heap a page: {a_page:.1f}; yardstick {a_yardstick_page:.1f}. "
          f"Those of a request with next to no answer: {a_request:.1f}.")
    print(f"Stripped {LIBRARY.name}: {size:.2f} MB\n")
    for limited, figure, limit, unit in [
        ("CPU time of a listing", listing.ratio("cpu", OURS, YARDSTICK), 1.0, "of the yardstick's"),
        ("wall time of a listing", listing.ratio("wall", OURS, YARDSTICK), 1.1, "of the yardstick's"),
        ("peak memory of a listing", listing.peak(OURS), 8, "MiB"),
        ("process start to the first page", first.ratio("wall", OURS, YARDSTICK), 0.6, "of the yardstick's"),
        ("calls of the heap a page", a_page, 20, ""),
        ("stripped shared library", size, 2.3, "MB"),
        ("CPU time with read_ahead 2", listing.ratio("cpu", AHEAD, YARDSTICK), 1.3, "of the yardstick's"),
        ("the same", listing.ratio("cpu", AHEAD, OURS), 1.3, "of that without"),
    ]:
        kept = "kept" if figure <= limit else "NOT KEPT"
        print(f"{limited:34}{figure:6.2f}   at most {limit:<4} {unit:20}{kept}")


main()
