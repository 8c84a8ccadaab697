"""Values to files: the workbook, the letters, the report, the blank form."""
