"""Reads a JSON list of statements; says of each why sqlglot does not read it as one of Oracle's, or null."""

import json
import sys

import sqlglot
from sqlglot import exp


def refusal(sql):
    try:
        read = sqlglot.parse(sql, read="oracle")
    except sqlglot.errors.SqlglotError as error:
        return str(error).splitlines()[0]
    if len(read) != 1 or read[0] is None:
        return f"{len(read)} statements"
    # What sqlglot does not know it may keep as it stands, unread.
    return "kept as a command, unread" if read[0].find(exp.Command) else None


json.dump([refusal(sql) for sql in json.load(sys.stdin)], sys.stdout)
