"""Decides which row of a table is which indicator: by its words first, by the form's order, row number and unit beside them.

All rows are placed together (the alignment with the greatest sum wins), and every placing is then put to the question: would
another row, or another indicator, have done nearly as well? What cannot be told apart is not placed, or placed in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.campaign import Form
from config.vietnamese import fold
from parsers.form_blocks import Row
from parsers.labels import EXACT, LabelIndex, Match, label_index

_LEAST = 0.45  # below this score a row is not the indicator
_GAIN_FROM = 0.40
_CLEARLY_BETTER = 0.25
_NUMBER_AGREES, _NUMBER_DIFFERS, _UNIT_AGREES, _UNIT_DIFFERS = 0.10, -0.10, 0.03, -0.08
_SURE, _SURE_ALONE = 0.72, 0.85
_SURE_MARGIN, _EXACT_MARGIN, _LEAST_MARGIN = 0.15, 0.12, 0.05
_DOUBTFUL = 0.5
_NEARLY_BEST = 0.08
_JOIN_GAIN, _JOIN_LEAST = 0.04, 0.8
_MOVED_LEAST, _MOVED_LEAD = 0.75, 0.2
_SHORT_LABEL = 2  # words
_MOST_ROWS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A row taken for an indicator (by its position in the form); not `certain` when its values must be confirmed."""

    row: Row
    indicator: int
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """All rows of a table: placed, left out because two explanations compete, and those that are no row of the form."""

    placed: tuple[Placement, ...]
    disputed: tuple[tuple[Row, int], ...]
    extras: tuple[Row, ...]


def align(rows: Sequence[Row], form: Form) -> Alignment:
    """Place the rows of one table."""
    index = label_index(form.indicators)
    joined = _joined(tuple(rows), index)
    labelled = [row for row in joined if row.label][:_MOST_ROWS]
    return _Aligner(labelled, form, index).result(tuple(row for row in joined if not row.label))


def _joined(rows: tuple[Row, ...], index: LabelIndex) -> tuple[Row, ...]:
    """Rows whose label was wrapped over two sheet rows, put together: only one of the two has anything beside its label."""
    done: list[Row] = []
    for row in rows:
        before = done[-1] if done else None
        if before is not None and _wrapped(before, row, index):
            label = f"{before.label} {row.label}".strip()
            done[-1] = replace(
                before,
                numbers=(*before.numbers, *row.numbers),
                label=label,
                row_number=before.row_number or row.row_number,
                unit=f"{before.unit} {row.unit}".strip(),
            )
        else:
            done.append(row)
    return tuple(done)


def _wrapped(before: Row, row: Row, index: LabelIndex) -> bool:
    if before.sheet is not row.sheet or row.numbers[0] != before.numbers[-1] + 1 or row.row_number or not before.label:
        return False
    if not row.label:
        return _under_merged_label(before, row)
    if len(before.numbers) > 1:
        return False
    if not index.exact_holders(before.label) and len(index.exact_holders(f"{before.label} {row.label}")) == 1:
        return not _collide(before, row)  # cut by the end of a page, the unit too, even where the rest would do for a label
    if _beside(before) and _beside(row):
        return False
    if len(index.exact_holders(before.label)) == 1 or len(index.exact_holders(row.label)) == 1:
        return False
    together = index.best(f"{before.label} {row.label}")[1]
    alone = max(index.best(before.label)[1], index.best(row.label)[1])
    return together >= _JOIN_LEAST and together >= alone + _JOIN_GAIN


def _under_merged_label(before: Row, row: Row) -> bool:
    """Whether the label above is merged down over this row, which then says what the first left blank ("lớp", "người")."""
    columns = row.columns
    merged = any(
        merge.left <= columns.label <= merge.right and merge.top <= before.numbers[0] and merge.bottom >= row.numbers[0]
        for merge in row.sheet.merges
    )
    return merged and not _collide(before, row)


def _collide(before: Row, row: Row) -> bool:
    """Whether both rows say something in a quantity column."""
    return any(before.cell(column).text and row.cell(column).text for column in row.columns.value_columns)


def _beside(row: Row) -> bool:
    return bool(row.unit) or row.has_value()


class _Aligner:
    """Places the labelled rows of one table."""

    def __init__(self, rows: list[Row], form: Form, index: LabelIndex) -> None:
        self.rows, self.form, self.index = rows, form, index
        self.count = len(form.indicators)
        self.matches = [index.matches(row.label) for row in rows]
        self.best = [max((each.score for each in match), default=0.0) for match in self.matches]
        self.numbers_count = self._row_numbers_agree()
        self.units = [frozenset(fold(each.unit).split()) for each in form.indicators]
        self.parents = self._parents()
        self.gains = self._gains()

    def result(self, unlabelled: tuple[Row, ...]) -> Alignment:
        """The alignment; rows without label are extras."""
        forward, backward = self._totals()
        path = self._path(forward)
        placed: dict[int, Placement] = {}
        disputed: dict[int, int] = {}
        before = -1
        for row, indicator in path:
            verdict = self._verdict(row, indicator, before, self._margin(row, indicator, forward, backward))
            if verdict is None:
                disputed[row] = indicator
                continue
            placed[row] = Placement(row=self.rows[row], indicator=indicator, certain=verdict)
            before = indicator
        self._disputed_rivals(placed, disputed)
        self._moved(placed, disputed)
        extras = tuple(row for number, row in enumerate(self.rows) if number not in placed and number not in disputed)
        return Alignment(
            placed=tuple(placed[number] for number in sorted(placed)),
            disputed=tuple((self.rows[number], indicator) for number, indicator in sorted(disputed.items())),
            extras=extras + unlabelled,
        )

    def _row_numbers_agree(self) -> bool:
        """Whether the row numbers of the table are the form's own: most rows with an exact label say so."""
        agree = differ = 0
        for row, match in zip(self.rows, self.matches, strict=True):
            holders = [number for number, each in enumerate(match) if each.score == EXACT]
            if row.row_number and len(holders) == 1:
                same = row.row_number == self.form.indicators[holders[0]].row_number
                agree, differ = agree + same, differ + (not same)
        return agree > differ

    def _parents(self) -> list[int | None]:
        codes = {each.code: number for number, each in enumerate(self.form.indicators)}
        return [codes.get(each.parent) if each.parent else None for each in self.form.indicators]

    def _gains(self) -> list[list[float]]:
        gains = [
            [self._gain(row, indicator) if each.score >= _LEAST else 0.0 for indicator, each in enumerate(match)]
            for row, match in enumerate(self.matches)
        ]
        for indicator in range(self.count):
            if self.index.generic[indicator]:
                continue
            owners = [row for row, match in enumerate(self.matches) if match[indicator].score == EXACT]
            if len(owners) == 1:
                for row in range(len(self.rows)):
                    if row != owners[0]:
                        gains[row][indicator] = 0.0
        return gains

    def _gain(self, row: int, indicator: int) -> float:
        match = self.matches[row][indicator]
        best = self.best[row]
        if match.score < best - _CLEARLY_BETTER or (best == EXACT and match.score < EXACT):
            return 0.0
        gain = match.score - _GAIN_FROM
        number = self.rows[row].row_number
        if self.numbers_count and number:
            gain += _NUMBER_AGREES if number == self.form.indicators[indicator].row_number else _NUMBER_DIFFERS
        unit = self._unit_agrees(row, indicator)
        if unit is not None:
            gain += _UNIT_AGREES if unit else _UNIT_DIFFERS
        return max(gain, 0.01)

    def _unit_agrees(self, row: int, indicator: int) -> bool | None:
        """Whether the unit printed in the row shares a word with the indicator's; None when either is blank."""
        written = set(fold(self.rows[row].unit).split())
        if not written or not self.units[indicator]:
            return None
        return not written.isdisjoint(self.units[indicator])

    def _totals(self) -> tuple[list[list[float]], list[list[float]]]:
        """Best sums of the rows before and from each position on, for the indicators before and from each position on."""
        rows, count = len(self.rows), self.count
        forward = [[0.0] * (count + 1) for _ in range(rows + 1)]
        for row in range(rows):
            gains, above, here = self.gains[row], forward[row], forward[row + 1]
            total = 0.0
            for each, gain in enumerate(gains):
                if above[each + 1] > total:  # noqa: PLR1730 - thousands of times a table: `max` costs three times as much
                    total = above[each + 1]
                if gain and above[each] + gain > total:
                    total = above[each] + gain
                here[each + 1] = total
        backward = [[0.0] * (count + 1) for _ in range(rows + 1)]
        for row in range(rows - 1, -1, -1):
            gains, below, here = self.gains[row], backward[row + 1], backward[row]
            total = 0.0
            for each in range(count - 1, -1, -1):
                gain = gains[each]
                if below[each] > total:  # noqa: PLR1730 - as above
                    total = below[each]
                if gain and below[each + 1] + gain > total:
                    total = below[each + 1] + gain
                here[each] = total
        return forward, backward

    def _path(self, forward: list[list[float]]) -> list[tuple[int, int]]:
        path: list[tuple[int, int]] = []
        row, indicator = len(self.rows), self.count
        while row and indicator:
            total = forward[row][indicator]
            gain = self.gains[row - 1][indicator - 1]
            if gain and abs(forward[row - 1][indicator - 1] + gain - total) < 1e-9:  # noqa: PLR2004 - sums of floats
                path.append((row - 1, indicator - 1))
                row, indicator = row - 1, indicator - 1
            elif forward[row - 1][indicator] >= total - 1e-9:
                row -= 1
            else:
                indicator -= 1
        return path[::-1]

    def _margin(self, row: int, indicator: int, forward: list[list[float]], backward: list[list[float]]) -> float:
        """By how much the whole alignment gets worse when another row is this indicator, or this row another indicator."""
        rivals = [
            forward[other][indicator] + self.gains[other][indicator] + backward[other + 1][indicator + 1]
            for other in range(len(self.rows))
            if other != row and self.gains[other][indicator]
        ]
        rivals += [
            forward[row][other] + self.gains[row][other] + backward[row + 1][other + 1]
            for other in range(self.count)
            if other != indicator and self.gains[row][other]
        ]
        return forward[-1][-1] - max(rivals, default=0.0)

    def _verdict(self, row: int, indicator: int, before: int, margin: float) -> bool | None:
        """True when the row surely is the indicator, False when that is to be confirmed, None when it must not be used."""
        match = self.matches[row][indicator]
        if margin < _LEAST_MARGIN:
            return None
        in_group = True if self._beside_its_group(row, indicator) else self._in_group(indicator, before)
        if in_group is not True:
            return in_group
        if match.score == EXACT:
            return margin >= _EXACT_MARGIN
        if match.score < _DOUBTFUL:
            return None
        return self._sure(match, row, indicator) and margin >= _SURE_MARGIN

    def _sure(self, match: Match, row: int, indicator: int) -> bool:
        if match.replaced or match.score < _SURE or match.score < self.best[row] - _NEARLY_BEST:
            return False
        return (match.pure or match.score >= _SURE_ALONE) and self._unit_agrees(row, indicator) is not False

    def _in_group(self, indicator: int, before: int) -> bool | None:
        """Whether a label that other groups use too ("Tập thể") stands in its own group; None when it stands in another."""
        parent = self.parents[indicator]
        if parent is None or not self.index.generic[indicator] or before >= parent:
            return True
        return False if before >= parent - 1 else None

    def _beside_its_group(self, row: int, indicator: int) -> bool:
        """Whether the rows around a short label are those of its own group, wherever the group was moved to.

        Going up there are only its sisters until its parent; a parent has one of its children next below.
        """
        below, parent = self._holder(row + 1), self.parents[indicator]
        if below is not None and self.parents[below] == indicator:
            return True
        beside = fold(self.rows[row].beside)  # the group may stand in a column of its own
        if beside and parent is not None and beside == fold(self.form.indicators[parent].label):
            return True
        for above in range(row - 1, -1, -1):
            holder = self._holder(above)
            if holder is None or parent is None:
                return False
            if holder == parent:
                return True
            if self.parents[holder] != parent:
                return False
        return False

    def _holder(self, row: int) -> int | None:
        """The one indicator whose label the row bears word for word."""
        if not 0 <= row < len(self.rows):
            return None
        holders = self.index.exact_holders(self.rows[row].label)
        return holders[0] if len(holders) == 1 else None

    def _disputed_rivals(self, placed: dict[int, Placement], disputed: dict[int, int]) -> None:
        """Rows that lost against a disputed one for the same indicator are disputed as well."""
        for indicator in set(disputed.values()):
            for row in range(len(self.rows)):
                if row not in placed and row not in disputed and self.matches[row][indicator].score >= _JOIN_LEAST:
                    disputed[row] = indicator

    def _moved(self, placed: dict[int, Placement], disputed: dict[int, int]) -> None:
        """Place rows that stand out of the form's order, when their words alone leave no doubt."""
        taken = {each.indicator for each in placed.values()} | set(disputed.values())
        for row, matches in enumerate(self.matches):
            if row in placed or row in disputed or self.best[row] < _MOVED_LEAST:
                continue
            ranked = sorted(range(self.count), key=lambda each: matches[each].score, reverse=True)
            indicator = ranked[0]
            best = matches[indicator]
            if indicator in taken or best.replaced or (best.score < _SURE_ALONE and not best.pure):
                continue
            lead = best.score - (matches[ranked[1]].score if self.count > 1 else 0.0)
            short = len(fold(self.form.indicators[indicator].label).split()) <= _SHORT_LABEL
            told = best.score == EXACT and (not self.index.generic[indicator] or self._beside_its_group(row, indicator))
            if lead < _MOVED_LEAD or (self.index.generic[indicator] and short and not told):
                disputed[row] = indicator
                continue
            placed[row] = Placement(row=self.rows[row], indicator=indicator, certain=told)
            taken.add(indicator)
