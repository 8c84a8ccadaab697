"""How a letter is filled in, and whether it is sound. Apart from `config.letters`: most commands start without Jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from config.letters import VARIABLES
from config.loading_problems import did_you_mean
from config.text import Text


@lru_cache(maxsize=1)
def letter_environment() -> SandboxedEnvironment:
    """How letters are rendered everywhere: in a sandbox, plain text, an unknown word is an error."""
    return SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )


def render_letter(text: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a letter filled with values; runs of empty lines left by unused parts are closed up.

    Raises:
        jinja2.TemplateError: when the letter uses a word that `values` lacks; a letter that passed `mistakes_in` does not.
    """
    return _laid_out(_compiled(text).render(values))


@lru_cache(maxsize=64)
def _compiled(text: str) -> Template:
    """A letter ready to be filled: it goes to ten thousand units, and reading it takes longer than filling it."""
    return letter_environment().from_string(text)


def _laid_out(rendered: str) -> tuple[str, str]:
    subject, _, body = rendered.strip().partition("\n")
    paragraphs = "\n".join(line.rstrip() for line in body.strip().split("\n"))
    while "\n\n\n" in paragraphs:
        paragraphs = paragraphs.replace("\n\n\n", "\n\n")
    return " ".join(subject.split()), paragraphs + "\n"


@lru_cache(maxsize=1)
def _trial_values() -> tuple[Mapping[str, object], ...]:
    """The examples on several days, with and without lists, so that every branch of a usual letter is tried."""
    bare = {key: type(value)() for key, value in VARIABLES.items() if isinstance(value, str | tuple)}
    days = ({**VARIABLES, "days_left": left, "rung": rung} for rung, left in enumerate((7, 2, 1, 0, -2), start=1))
    return (*days, {**VARIABLES, **bare, "unit_name": "xã Quài Tở", "campaign_title": "Tuần lễ"})


@lru_cache(maxsize=64)
def mistakes_in(text: str) -> tuple[tuple[int | None, Text], ...]:
    """What is wrong with a letter, each with its line: bad Jinja2, unknown words, no subject, or a part that cannot be filled."""
    environment = letter_environment()
    try:
        tree = environment.parse(text)
        unknown = sorted(meta.find_undeclared_variables(tree) - set(VARIABLES))
        if unknown:
            return tuple((_line_of(text, name), _unknown(name)) for name in unknown)
        template = environment.from_string(tree)
        trials = [_laid_out(template.render(values)) for values in _trial_values()]
    except TemplateSyntaxError as error:
        return (
            (
                error.lineno,
                Text(vi=f"sai cú pháp của mẫu thư ({error.message})", en=f"not a valid template ({error.message})"),
            ),
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        return ((None, Text(vi=f"mẫu thư không điền được ({error})", en=f"the letter cannot be filled in ({error})")),)
    if not text.split("\n", 1)[0].strip() or not all(subject and body.strip() for subject, body in trials):
        return (
            (1, Text(vi="dòng đầu phải là tiêu đề thư, sau đó là nội dung", en="the first line is the subject, then the body")),
        )
    return ()


def _line_of(text: str, name: str) -> int | None:
    return next((number for number, line in enumerate(text.split("\n"), start=1) if name in line), None)


def _unknown(name: str) -> Text:
    hint = did_you_mean(name, VARIABLES)
    return Text(
        vi=f"không có từ {{{{ {name} }}}}{hint.vi or '; xem danh sách trong docs/letters.md'}",
        en=f"unknown word {{{{ {name} }}}}{hint.en or '; docs/letters.md lists them'}",
    )
