"""Measures what a notification costs, each figure next to its baseline, and prints one Markdown table.

    make figures [ONLY="dispatch gateway"]

Runs the other benchmarks of this folder one after the other, on the database of DATABASE_URL and REDIS_URL, by default
the local PostgreSQL and Redis (DATABASE_URL=sqlite: SQLite). On an idle machine of two cores, this takes about ten
minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SERVERS = {
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/postgres",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
SECONDS = 600


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `target` is the ratio to reach, such as `≤ 1.2`."""

    figure: str
    baseline: str
    measured: str
    ratio: str
    target: str

    @property
    def is_reached(self) -> bool:
        """Return True if the ratio reaches the target."""
        relation, limit = self.target.split()
        return float(self.ratio) <= float(limit) if relation == "≤" else float(self.ratio) >= float(limit)

    def __str__(self) -> str:
        reached = "yes" if self.is_reached else "no"
        return f"| {self.figure} | {self.baseline} | {self.measured} | {self.ratio} | {self.target} | {reached} |"


def deciding(output: str) -> Iterator[Row]:
    """Yield the figures of bench/fanout.py."""
    header = next(line for line in output.splitlines() if "decision s" in line)
    names = header.split(": ", 1)[1].split(", ")
    values = dict(zip(names, found(r"^(100,000, .*)$", output)[0].split(", "), strict=True))
    baseline = names[names.index("decision s") + 1]
    yield Row(
        "decide for 100,000 members",
        f"{values[baseline]} s by {baseline.removesuffix(' s')}",
        f"{values['decision s']} s",
        values["ratio"],
        "≤ 1.2",
    )
    ratio, mention = float(values["mention × driver"]), float(values["mention ms"])
    alone = f"{mention / ratio:.1f} ms by one `SELECT` and `INSERT` of the driver"
    yield Row("mention of two in a room of 100,000", alone, f"{mention:.1f} ms", f"{ratio:.2f}", "≤ 4")


def dispatching(output: str) -> Iterator[Row]:
    """Yield the figures of `bench/dispatch.py dispatch`."""
    (alone,) = found(r"only sending \(([\d,]+)/s\)", output)
    one, _first, share = found(r"^1, ([\d,]+), ([\d.]+), ([\d.]+)$", output)
    two, more, _share = found(r"^2, ([\d,]+), ([\d.]+), ([\d.]+)$", output)
    yield Row("dispatch, one worker", f"{alone}/s by only sending", f"{one} pushes/s", share, "≥ 0.28")
    yield Row("dispatch, two workers", f"{one}/s by one", f"{two} pushes/s", more, "≥ 1.8")


def claiming(output: str) -> Iterator[Row]:
    """Yield the figure of `bench/dispatch.py claims`."""
    few, _ratio = found(r"^10,000, \d+, ([\d.]+), [\d.]+, ([\d.]+)$", output)
    many, ratio = found(r"^1,000,000, \d+, ([\d.]+), [\d.]+, ([\d.]+)$", output)
    yield Row("claim of 2,000 items, 1,000,000 waiting", f"{few} ms with 10,000", f"{many} ms", ratio, "≤ 1.2")


def latency(output: str) -> Iterator[Row]:
    """Yield the figure of `bench/dispatch.py latency`."""
    alone, worker = re.findall(r"^(\d+), \d+, ([\d.]+)$", output, re.MULTILINE)
    yield Row(
        "message accepted to gateway, p50", f"{alone[0]} ms in one process", f"{worker[0]} ms", worker[1], "≤ 1.1"
    )


def gateway(output: str) -> Iterator[Row]:
    """Yield the figures of bench/gateway.py."""
    for count, target in ((100, "≥ 0.35"), (20, "≥ 0.25")):
        rate, bare, ratio = found(
            rf"^\| single, {count} in flight \| ([\d,]+) pushes/s.*? \| ([\d,]+)/s.*? \| ([\d.]+) \|", output
        )
        yield Row(f"gateway, {count} in flight", f"{bare}/s by a bare endpoint", f"{rate} pushes/s", ratio, target)
    rates = [int(rate.replace(",", "")) for rate in re.findall(r"^\| Matrix, .*? \| ([\d,]+) pushes/s", output, re.M)]
    yield Row("gateway, Matrix, 100 in flight", "1,000/s", f"{max(rates):,}/s", f"{max(rates) / 1000:.2f}", "≥ 1")
    rate, alone, ratio = found(
        r"^\| batches of 500, 4 in flight \| ([\d,]+) devices/s.*? \| ([\d,]+)/s.*? \| ([\d.]+) \|", output
    )
    yield Row("gateway, batches of 500", f"{alone}/s by only sending", f"{rate} devices/s", ratio, "≥ 0.5")


def engine(output: str) -> Iterator[Row]:
    """Yield the figures of `bench/engine.py speed`."""
    rates = dict(re.findall(r"^([^:\n]+): ([\d,]+/s)$", output, re.MULTILINE))
    targets = {"h2load": "≥ 0.2", "aioapns": "≥ 5", "firebase-admin send_each": "≥ 15"}
    for ours, theirs, ratio in re.findall(r"^(.+) : (.+) = ([\d.]+)$", output, re.MULTILINE):
        yield Row(ours, f"{rates[theirs]} by {theirs}", rates[ours], ratio, targets[theirs])


def queries(output: str) -> Iterator[Row]:
    """Yield the figure of bench/queries.py."""
    number, each = found(r": (\d+), ([\d.]+)$", output)
    yield Row("queries per pushed notification, batch of 100", "one notification", f"{number} queries", each, "≤ 0.2")


def found(pattern: str, output: str) -> tuple[str, ...]:
    """Return the groups of the first match of the pattern; raises ValueError if there is none."""
    match = re.search(pattern, output, re.MULTILINE)
    if match is None:
        raise ValueError(f"Not in the output: {pattern}\n{output}")
    return match.groups()


# The command of each figure, without the interpreter, and what reads its output.
FIGURES: dict[str, tuple[list[str], Callable[[str], Iterator[Row]]]] = {
    "decide": (["fanout.py", "100000"], deciding),
    "dispatch": (["dispatch.py", "dispatch"], dispatching),
    "claims": (["dispatch.py", "claims", "10000", "1000000"], claiming),
    "gateway": (["gateway.py"], gateway),
    "engine": (["engine.py", "speed"], engine),
    "latency": (["dispatch.py", "latency"], latency),
    "queries": (["queries.py"], queries),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", help=f"some of: {', '.join(FIGURES)}")
    chosen = parser.parse_args().figures or list(FIGURES)
    if unknown := set(chosen) - FIGURES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in chosen:
        command, read = FIGURES[name]
        begun = time.monotonic()
        try:
            rows += read(run(command))
        except (subprocess.SubprocessError, ValueError) as error:
            # The other figures are still of use.
            print(f"{name} failed: {error}\n{getattr(error, 'stderr', None) or ''}"[-3000:], file=sys.stderr)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print("| figure | baseline | Callboard | ratio | target | reached |\n|---|---|---|---:|---:|---|")
    print(*rows, sep="\n")


def run(command: list[str]) -> str:
    """Run a benchmark and return what it prints. What it logs is only shown if it fails."""
    environment = {**SERVERS, **os.environ}
    if environment["DATABASE_URL"] == "sqlite":
        environment = {name: value for name, value in environment.items() if name not in SERVERS}
    finished = subprocess.run(
        [sys.executable, str(FOLDER / command[0]), *command[1:]],
        cwd=FOLDER.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return finished.stdout


if __name__ == "__main__":
    main()
