"""Every key of a TOML file is found on its line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading_campaign import REFERENCE
from config.loading_problems import Complaints
from config.loading_toml import KeyPath, key_lines, read_toml
from config.text import Language

TRICKY = '''\
# [not] = "a table"
title = "has [brackets] and = signs # no comment"
days = [ # a comment with ] and [
  "7d", "[x] = 1",
  "3d"]
text = """
[fake]
key = 1
"""
after = 1
"quoted key" = 2
a.b = 3
[first]
key = 'single [ quote'
[[many]]
key = 1
[many.inner]
key = { x = 1, y = [2] }
[[many]]
[[many.deep]]
key = 2
[[many.deep]]
key = 3
'''


def test_tricky_files_do_not_mislead() -> None:
    tomllib.loads(TRICKY)
    lines = TRICKY.split("\n")
    expected: dict[KeyPath, str] = {
        ("title",): "title",
        ("days",): "days",
        ("text",): "text",
        ("after",): "after",
        ("quoted key",): '"quoted',
        ("a", "b"): "a.b",
        ("first",): "[first]",
        ("first", "key"): "key = 'single",
        ("many",): "[[many]]",
        ("many", 0): "[[many]]",
        ("many", 0, "key"): "key = 1",
        ("many", 0, "inner"): "[many.inner]",
        ("many", 0, "inner", "key"): "key = {",
        ("many", 1): "[[many]]",
        ("many", 1, "deep"): "[[many.deep]]",
        ("many", 1, "deep", 0): "[[many.deep]]",
        ("many", 1, "deep", 0, "key"): "key = 2",
        ("many", 1, "deep", 1): "[[many.deep]]",
        ("many", 1, "deep", 1, "key"): "key = 3",
    }
    found = key_lines(TRICKY)
    assert set(found) == set(expected)
    assert all(lines[found[path] - 1].startswith(begins) for path, begins in expected.items())
    assert found["text",] == 6
    assert found["after",] == 10


def _leaves(value: object, path: KeyPath = ()) -> list[KeyPath]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return [leaf for index, each in enumerate(value) for leaf in _leaves(each, (*path, index))]
    return [path]


@pytest.mark.parametrize("file", sorted(REFERENCE.rglob("*.toml")), ids=lambda file: str(file.name))
def test_every_key_of_our_own_files_is_found(file: Path) -> None:
    text = file.read_text("utf-8")
    found = key_lines(text)
    lines = text.split("\n")
    for leaf in _leaves(tomllib.loads(text)):
        place = next(leaf[:length] for length in range(len(leaf), 0, -1) if leaf[:length] in found)
        assert str(place[-1]) in lines[found[place] - 1] or isinstance(place[-1], int)
        if len(place) < len(leaf):
            assert str(leaf[len(place)]) in lines[found[place] - 1], "only keys of inline tables have no line of their own"


_WORDS = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
_VALUES = st.sampled_from(["1", '"[x]"', "'= # ['", "[1, 2]", '[\n  "]",\n]', "{ a = [1] }", '"""\n[no]\n"""', "true # [c]"])


@given(st.dictionaries(_WORDS, st.dictionaries(_WORDS, _VALUES, max_size=4), max_size=4))
def test_any_file_of_tables_is_mapped(tables: dict[str, dict[str, str]]) -> None:
    text = ""
    expected: dict[KeyPath, int] = {}
    for name, keys in tables.items():
        expected[name,] = text.count("\n") + 1
        text += f"[{name}]\n"
        for key, value in keys.items():
            expected[name, key] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    assert key_lines(text) == expected


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    complaints = Complaints(Language.EN)
    assert read_toml(tmp_path, "thubao.toml", complaints) is None
    assert "cannot be read" in str(complaints.problems[0])


@pytest.mark.parametrize("text", ["a = 1\nb = [1,\n", "a = 1\na = 2\n", "[x]\n[x]\n", "a = 01", 'a = "x', ""])
def test_syntax_errors_are_told_with_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    complaints = Complaints(Language.EN)
    read = read_toml(tmp_path / "x.toml", "x.toml", complaints)
    assert (read is None) == bool(complaints.problems) == bool(text)
    assert all(problem.where.startswith("line ") for problem in complaints.problems)
