"""Golden pictures: every output as LibreOffice prints it, kept as small grey pages and compared block by block.

`python -m tests.golden_pictures --regenerate` makes them anew; look at each before it is committed.
"""
