"""The shape of the project: one-way imports, clean tools, and a README that is true."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import ingest.cli
import search.cli
import search.evaluate
import web.cli

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {"search": {"search"}, "ingest": {"ingest", "search"}, "web": {"web", "search"}}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def modules() -> list[Path]:
    return [path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def test_imports_point_one_way() -> None:
    assert len(modules()) > 30
    for path in modules():
        package = path.relative_to(ROOT).parts[0]
        ours = {name.split(".")[0] for name in imported(path)} & set(MAY_IMPORT)
        assert ours <= MAY_IMPORT[package], path


def test_only_the_modules_named_after_it_know_whoosh() -> None:
    knowing = [path.name for path in modules() if any(n.split(".")[0] == "whoosh" for n in imported(path))]
    assert sorted(knowing) == ["whoosh.py", "whoosh_segment.py", "whoosh_terms.py"]


def test_search_knows_nothing_of_the_web() -> None:
    for path in (ROOT / "search").rglob("*.py"):
        assert not {name.split(".")[0] for name in imported(path)} & {"flask", "werkzeug", "jinja2"}, path


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]])
def test_the_code_is_clean(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["ingest", "search", "search.evaluate", "web"])
def test_every_option_of_a_command_is_in_the_readme(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main = {"ingest": ingest.cli, "search": search.cli, "search.evaluate": search.evaluate, "web": web.cli}[
        name
    ].main
    with pytest.raises(SystemExit) as exit:
        main(["--help"])
    assert exit.value.code == 0
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert options
    usage = "\n".join(line for line in README.splitlines() if line.startswith(f"python -m {name} "))
    assert options <= set(re.findall(r"--[a-z]+", usage)), usage


@pytest.mark.usefixtures("model")
def test_the_readme_shows_what_the_shipped_articles_answer(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", *arguments, "--index", str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "CITEWELL_MODEL": ""},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    run("ingest")
    printed = run("search", "What is an ICS?", "--limit", "1")
    shown = re.search(r"```console\n\$ [^\n]*\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == printed
    told = run("search", "What is an ICS?", "--limit", "1", "--json")
    reply, sample = json.loads(told), json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0])
    for part in (reply, sample):
        del part["took_ms"], part["index"]["built_at"]
        for text in (part["answer"], part["results"][0], part["results"][0]["answer"]):
            text["text"] = text["text"][:40]  # shortened in the README
    assert sample == reply


def test_the_readme_shows_every_key_of_the_json(client: FlaskClient) -> None:
    shown = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert shown is not None

    def keys(value: object) -> object:
        if isinstance(value, dict):
            return {key: keys(inner) for key, inner in value.items()}
        return [keys(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None

    answered = client.get("/search", query_string={"q": "Do anglers need a permit?"}).get_json()
    assert keys(json.loads(shown[1])) == keys(answered)


def test_the_readme_and_ci_run_the_same_test_command() -> None:
    command = next(line for line in README.splitlines() if line.endswith("-m pytest"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
