"""Follows a Dockerfile without a container engine: the same commands, in a folder instead of layers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.files import BASE_DIR

DOCKERFILE = BASE_DIR / "Dockerfile"
# Folders of the image, which are below the test's folder here.
OURS = re.compile(r"(?<![\w./-])/(?=opt/callboard|source|var/lib/callboard)")
# What these install, and the account, exist only in the image.
FOR_THE_SYSTEM = ("apt-get ", "useradd ")
ACCOUNT = re.compile(r" -o callboard -g callboard")


@dataclass(frozen=True)
class Step:
    """One instruction, such as RUN, and the rest of its line."""

    name: str
    text: str


def stages() -> list[list[Step]]:
    """Return the steps of each stage of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[Step]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, rest = line.split(maxsplit=1)
        if name == "FROM":
            found.append([])
        found[-1].append(Step(name, rest))
    return found


def setting(name: str) -> str:
    """Return the text of the only instruction with this name in the last stage."""
    (found,) = [step.text for step in stages()[-1] if step.name == name]
    return found


def command_of(text: str) -> list[str]:
    """Return the words of a CMD, or of a HEALTHCHECK's CMD."""
    words: list[str] = json.loads(text[text.index("[") :])
    return words


@dataclass
class Image:
    """What the Dockerfile makes, below the folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def build(self) -> None:
        """Follow all steps. What is installed here stands in for what the first `pip` would download."""
        for steps in stages():
            self._work = self.folder
            for step in steps:
                if follow := getattr(self, f"_{step.name.lower()}", None):
                    follow(self._here(step.text))

    @property
    def tree(self) -> Path:
        """The installed program, which is read-only in production."""
        return self.folder / "opt" / "callboard"

    def _here(self, text: str) -> str:
        return OURS.sub(f"{self.folder}/", text)

    def _workdir(self, text: str) -> None:
        self._work = Path(text)
        self._work.mkdir(parents=True)

    def _env(self, text: str) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", text):
            self.environment[name] = value.replace("$PATH", os.environ["PATH"])

    def _copy(self, text: str) -> None:
        source, target = text.split()[-2:]
        if text.startswith("--from="):
            # Stages share a folder here, so what is copied is where it should be.
            assert source == target
        elif source == ".":
            for name in context_files():
                (self._work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(BASE_DIR / name, self._work / name)
        else:
            shutil.copy(BASE_DIR / source, self._work / target)

    def _run(self, text: str) -> None:
        if text.startswith(FOR_THE_SYSTEM):
            return
        # `0` turns build isolation off: what builds the wheel is installed, too.
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        environment |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(
            ["sh", "-ec", ACCOUNT.sub("", text)],
            cwd=self._work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        if "venv" in text:
            packages = self.site_packages()
            (packages / "installed.pth").write_text(sysconfig.get_path("purelib"))

    def site_packages(self) -> Path:
        """Return the folder of the installed packages."""
        (packages,) = self.tree.glob("lib/python*/site-packages")
        return packages


def context_files() -> list[str]:
    """Return the files that `COPY . .` copies: those of the repository, without those in .dockerignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    ignored = tuple(f"{line}/" for line in (BASE_DIR / ".dockerignore").read_text().split())
    return [name for name in listed.stdout.splitlines() if not name.startswith(ignored) and (BASE_DIR / name).is_file()]
