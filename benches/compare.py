"""What the benchmarks share: programs that run against the emulator in turn, shown side by side.

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
KEYS = {"UPLOADCARE_PUBLIC_KEY": "demopublickey", "UPLOADCARE_SECRET_KEY": "demosecretkey"}
CLEAN = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

YARDSTICK, OURS = "yardstick", "libuploadcare"


@contextlib.contextmanager
def emulator(*options, environment=CLEAN):
    """Starts an emulator and gives the environment that leads to it; stops it at the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command = [EMULATOR, *options]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            first_line = process.stdout.readline()
            base = re.search(r"https?://\S+", first_line)
            if base is None:
                sys.exit(f"the emulator did not start: {first_line}")
            yield CLEAN | KEYS | {"UPLOADCARE_API_BASE": base[0], "UPLOADCARE_UPLOAD_BASE": base[0]}
        finally:
            process.terminate()


def run(command, environment):
    """What one run printed, and its wall time in ms, CPU time in ms and peak memory in MiB."""
    program, *arguments = command
    command = [PROGRAMS / "measure", PROGRAMS / program, *arguments]
    lines = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    *output, figures = lines.splitlines()
    wall, cpu, peak = map(int, figures.split())
    return output, {"wall": wall / 1000, "cpu": cpu / 1000, "peak": peak / 1024}


class Comparison:
    """Runs each of the commands once a round, and prints what it took beside the first one.

    `others` is what the environment of a program has in place of `environment`; `after` is called
    after each run."""

    def __init__(self, title, commands, environment, *arguments, rounds=ROUNDS, others={}, after=lambda: None):
        self.samples = {name: [] for name in commands}
        outputs = []
        for round in range(-1, rounds):
            for name, command in commands.items():
                output, figures = run([*command, *arguments], others.get(name, environment))
                after()
                outputs.append(output)
                if round >= 0:
                    self.samples[name].append(figures)
        if any(output != outputs[0] for output in outputs):
            sys.exit(f"the programs did not do the same: {outputs}")

        first = next(iter(commands))
        print(f"\n{title}\n{outputs[0][0]}; {rounds} rounds")
        print(f"{'':28}{'wall ms':>9}{'min':>8}{'max':>8}{'cpu ms':>9}{'min':>8}{'max':>8}{'peak MiB':>10}"
              f"{'wall':>8}{'cpu':>7}")
        for name in commands:
            print(f"{name:28}{self.spread(name, 'wall')}{self.spread(name, 'cpu')}{self.peak(name):10.1f}"
                  f"{self.ratio('wall', name, first):8.2f}{self.ratio('cpu', name, first):7.2f}", flush=True)

    def spread(self, name, kind):
        figures = [sample[kind] for sample in self.samples[name]]
        return f"{statistics.median(figures):9.1f}{min(figures):8.1f}{max(figures):8.1f}"

    def peak(self, name):
        return max(sample["peak"] for sample in self.samples[name])

    def ratio(self, kind, name, other):
        """The median of the ratios of the rounds: what slows one round slows both."""
        rounds = zip(self.samples[name], self.samples[other])
        return statistics.median(own[kind] / others[kind] for own, others in rounds)


AT_MOST, AT_LEAST = "at most", "at least"


def judge(limits):
    """Prints which of the limits are kept."""
    print()
    for limited, figure, side, limit, unit in limits:
        kept = "kept" if (figure <= limit if side == AT_MOST else figure >= limit) else "NOT KEPT"
        print(f"{limited:34}{figure:6.2f}   {side} {limit:<4} {unit:20}{kept}", flush=True)
