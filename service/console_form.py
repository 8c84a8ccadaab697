"""What was understood of an office's blank form, as a table for confirmation."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from service.console import make_terminal

_HEADINGS = ("Mã", "Chỉ tiêu", "Đơn vị tính", "Cột số liệu", "Kiểu", "Vai trò")


def print_form(plain: dict[str, Any]) -> None:
    """Print title, columns and indicators."""
    terminal = make_terminal()
    terminal.print(plain["title"], style="bold", markup=False)
    columns = Table("Cột", "Tiêu đề trong mẫu", "Kiểu")
    for each in plain["columns"]:
        columns.add_row(each["key"], each["header"], each["type"])
    terminal.print(columns)
    if plain["units_as_rows"]:
        terminal.print("Mỗi dòng của biểu là một đơn vị.")
    indicators = Table(*_HEADINGS)
    for each in plain["indicators"]:
        indicators.add_row(each["code"], each["label"], each["unit"], ", ".join(each["columns"]), each["type"], each["role"])
    terminal.print(indicators)
    for heading in plain["left_out"]:
        terminal.print(f"Không thu: {heading}", markup=False)
