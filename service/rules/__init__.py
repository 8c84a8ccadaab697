"""Pure decisions: match, judge, status, remind, consolidate. Values in, values out; `now` is an argument."""
