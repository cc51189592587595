"""The fast suite stays fast: tests that start processes or wait for real time are marked, and run in tests/services."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
MARKED = re.compile(r"pytest\.mark\.(processes|browser)\b")
SLOW = re.compile(
    r"^\s*(import|from) (subprocess|multiprocessing|pty)\b|\b(Popen|start_worker|open_stream|Installation|fault_last)\("
    r"|\bos\.(fork|spawn\w*|posix_spawn)\(",
    re.MULTILINE,
)
SLEEP = re.compile(r"\btime\.sleep\(|^\s*from time import .*\bsleep\b", re.MULTILINE)


def test_files_that_start_processes_or_wait_have_marked_tests() -> None:
    files = [file for file in HERE.parent.rglob("test_*.py") if file != HERE]
    texts = {str(file.relative_to(HERE.parent)): file.read_text() for file in files}
    assert [name for name, text in texts.items() if SLOW.search(text) and not MARKED.search(text)] == []


def test_no_test_sleeps() -> None:
    files = [file for file in HERE.parent.rglob("*.py") if file != HERE and file.parent.name != "data"]
    sleeping = [file for file in files if SLEEP.search(file.read_text())]
    assert sleeping == []


def test_a_test_that_is_not_marked_cannot_start_a_process() -> None:
    with pytest.raises(pytest.fail.Exception, match="is marked `processes`"):
        subprocess.run([sys.executable, "--version"], check=True)
