"""The project itself keeps its house rules: names, sizes, locks, containers, documents."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from config.letters import KINDS, VARIABLES
from tests.requirements import EVERYTHING

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("config", "parsers", "storage", "service")
MOST_LINES, MOST_LINES_OF_TESTS, MOST_LINES_OF_A_FUNCTION = 400, 700, 50  # a file of tests is a list, read one by one


def _tracked(*patterns: str) -> list[Path]:
    """The files that git knows and that are still there; everything on disk where this is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    if listed.returncode != 0:
        names = [pattern.replace("*.", "**/*.") for pattern in patterns] or ["**/*"]
        return [path for name in names for path in ROOT.glob(name) if path.is_file() and ".venv" not in path.parts]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _python() -> list[Path]:
    return [path for path in _tracked("*.py") if path.relative_to(ROOT).parts[0] in {*FLOORS, "tests"}]


def test_no_other_distribution_owns_our_package_names() -> None:
    owners = packages_distributions()
    assert {name: set(owners.get(name, ["thubao"])) for name in FLOORS} == {name: {"thubao"} for name in FLOORS}


def test_our_packages_are_the_ones_imported() -> None:
    for name in FLOORS:
        module = __import__(name)
        assert Path(str(module.__file__)).is_relative_to(ROOT), f"{name} is somebody else's"


def test_every_folder_of_code_and_tests_is_a_package() -> None:
    folders = {path.parent for path in _python()}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_files_stay_readable() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in _python()}
    allowed = {name: MOST_LINES_OF_TESTS if name.startswith("tests/") else MOST_LINES for name in sizes}
    assert {name: lines for name, lines in sizes.items() if lines > allowed[name]} == {}


def test_functions_stay_readable() -> None:
    long = {}
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}


_UNWANTED_NAMES = re.compile(r"(?:^|_)(?:utils?|helpers?|misc|managers?|common)(?:_|\.py$|$)")


def test_no_file_is_named_for_nothing() -> None:
    assert [path.name for path in _python() if _UNWANTED_NAMES.search(path.name)] == []


_AT_THE_TOP = frozenset(
    ".dockerignore .gitignore CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE Makefile README.md README.vi.md "  # noqa: SIM905 - a list
    "docker-compose.yml pyproject.toml requirements-dev.lock requirements.lock".split()
)


def test_nothing_strays_at_the_top_of_the_project() -> None:
    tracked = [path.relative_to(ROOT) for path in _tracked()]
    assert {path.name for path in tracked if len(path.parts) == 1} <= _AT_THE_TOP


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether it swallows what nobody expected. Cleaning up and raising again is no swallowing."""
    caught = "" if handler.type is None else ast.unparse(handler.type)
    raises_again = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return (handler.type is None or re.search(r"\b(Base)?Exception\b", caught) is not None) and not raises_again


def test_everything_is_caught_in_two_places_only() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in _python()
        if path.relative_to(ROOT).parts[0] != "tests"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert sorted(found) == ["service/cli.py", "service/worker.py"]


def _words(*parts: str) -> str:
    return "".join(parts)  # joined here, so that this file does not hold what it looks for


def test_no_machine_or_registry_is_named() -> None:
    unwanted = [
        _words("/work", "/"),
        _words("shared", "/domain"),
        _words("shared", "/design"),
        _words("/ro", "ot/"),
        _words("/home", "/user"),
        _words("py", "pi.org"),
        _words("pythonhosted", ".org"),
        _words("deb.", "debian.org"),
        _words("registry.", "npmjs"),
    ]  # fmt: skip - a list of words
    text_files = [path for path in _tracked() if path.suffix in {".py", ".md", ".toml", ".lock", ".yml", ".txt", ".csv", ""}]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in text_files
        for word in unwanted
        if word in path.read_text("utf-8", errors="ignore")
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_by_hash_and_name_no_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    pinned = re.findall(
        r"^([a-z0-9][a-z0-9._\[\]-]*)==(\S+)(?: ; [^\\]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE
    )
    named = re.findall(r"^[a-z0-9]\S*", text, re.MULTILINE)
    assert len(pinned) == len(named) > 30


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = {_name(each) for each in project["project"]["dependencies"]}
    development = {_name(each) for each in project["dependency-groups"]["dev"]}
    locked, locked_for_tests = (
        set(re.findall(r"^([a-z0-9][a-z0-9._-]*)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime - locked == set()
    assert (runtime | development) - locked_for_tests == set()
    assert locked - locked_for_tests == set()


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-")


def test_the_compose_file_names_what_exists() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    (service,) = compose["services"].values()
    assert (ROOT / service["build"]["context"] / "Dockerfile").is_file()
    settings = (ROOT / "config" / "reference" / "thubao.toml").read_text("utf-8")
    secrets = {name for name in service["environment"] if name.endswith("_PASSWORD")}
    assert secrets == set(re.findall(r'password_env = "(\w+)"', settings))
    home = service["environment"]["THUBAO_HOME"]
    assert [volume.split(":")[1] for volume in service["volumes"]] == [home]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"]), "the page is not for the whole network"
    assert service["command"] == ["run"]
    arguments = set(re.findall(r"^ARG (\w+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    assert set(service["build"]["args"]) <= arguments


def test_the_dockerfile_copies_what_exists_and_runs_as_nobody_special() -> None:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    known = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}
    assert {instruction for instruction, _ in lines} <= known
    copied = [source for instruction, rest in lines if instruction == "COPY" for source in rest.split()[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert set(FLOORS) <= set(copied)
    instructions = [instruction for instruction, _ in lines]
    assert instructions.index("USER") < instructions.index("ENTRYPOINT")
    assert lines[instructions.index("ENTRYPOINT")][1] == '["thubao"]'


def test_the_command_and_its_version_are_declared_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"thubao": "service.cli:main"}
    assert project["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)


def test_the_letters_page_lists_every_letter_and_every_word() -> None:
    page = (ROOT / "docs" / "letters.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert set(KINDS) <= named
    assert set(VARIABLES) <= named
    table = page.split("## Words a letter may use")[1].split("## Register")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {word for cell in first_cells for word in re.findall(r"`(\w+)`", cell)} == set(VARIABLES)


def test_what_the_readme_for_officers_names_exists() -> None:
    from service.cli import app

    text = (ROOT / "README.vi.md").read_text("utf-8")
    commands = {each.name for each in app.registered_commands} | {each.name for each in app.registered_groups}
    named = set(re.findall(r"thubao(?: --home bao-cao)? ([a-z]+)\b", text)) - {"init"}
    assert named <= commands, named - commands
    assert all((ROOT / name).exists() for name in re.findall(r"\]\((\w[\w./-]*)\)", text))


def test_scripts_of_ci_can_be_run() -> None:
    for script in (ROOT / ".ci").iterdir():
        assert script.stat().st_mode & 0o100, f"{script.name} is not executable"
        assert "set -euo pipefail" in script.read_text("utf-8")
        subprocess.run(["bash", "-n", script], check=True, timeout=20)


def test_what_a_test_needs_make_test_installs() -> None:
    script = (ROOT / ".ci" / "install-servers").read_text(encoding="utf-8")
    assert [each.package for each in EVERYTHING if not all(name in script.split() for name in each.package.split())] == []
