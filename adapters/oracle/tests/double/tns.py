"""Serves a table over Oracle's own network protocol, reads it with python-oracledb in thin mode, and says as JSON what
that client saw. It starts from the same file of SQLite as the double; the conversions here are this script's own."""

import datetime
import decimal
import json
import sqlite3
import sys
import threading

import oracledb
from seerdb.common.tns import ColumnMeta
from seerdb.common.tns_consts import FIELD_VERSION_12_2
from seerdb.server.backend import BackendError, Result
from seerdb.server.service import Server

[path] = sys.argv[1:]

# Oracle's number of a type, the bytes of a value, and how a value of SQLite becomes one of Python.
TYPES = {
    "NUMBER": (2, 22, lambda value: decimal.Decimal(str(value))),
    "VARCHAR2": (1, 4000, str),
    "CHAR": (96, 2000, str),
    "DATE": (12, 7, datetime.datetime.fromisoformat),
    "TIMESTAMP": (180, 11, datetime.datetime.fromisoformat),
    "BINARY_DOUBLE": (101, 8, float),
    "RAW": (23, 2000, bytes),
    "CLOB": (112, 4000, str),
    "BLOB": (113, 4000, bytes),
}


def interval(value):
    days, time = value.split(" ")
    hours, minutes, seconds = time.split(":")
    return datetime.timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def kind_of(declared):
    if declared.startswith("INTERVAL DAY"):
        return 183, 11, interval
    return TYPES[declared.split("(")[0]]


def column(name, declared):
    number, size, _ = kind_of(declared)
    sizes = declared[declared.index("(") + 1 : -1].split(",") if "(" in declared and number in (1, 2, 23, 96) else []
    if number == 2:
        precision, scale = [int(size) for size in [*sizes, "0"][:2]] if sizes else (0, -127)
        return ColumnMeta(name.encode(), number, size, size, precision=precision, scale=scale)
    size = int(sizes[0]) if sizes else size
    # Text is counted in characters, and has up to four bytes for each.
    return ColumnMeta(name.encode(), number, size * 4 if number in (1, 96) else size, size)


class Backend:
    """One session on the file."""

    capabilities = frozenset()

    def __init__(self):
        self.file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)

    def authenticate(self, username):
        row = self.file.execute("SELECT password FROM double_accounts WHERE name = ?", [username.lower()]).fetchone()
        return row and row[0]

    def execute(self, sql, binds=()):
        try:
            cursor = self.file.execute(sql, [int(value) for value in binds])
        except sqlite3.OperationalError as error:
            missing = "no such table" in str(error)
            raise BackendError("table or view does not exist" if missing else str(error), ora_code=942 if missing else 900)
        declared = dict(self.file.execute("SELECT name, type FROM pragma_table_info('KINDS')"))
        names = [description[0].upper() for description in cursor.description]
        kinds = [kind_of(declared[name].strip("'")) for name in names]
        rows = [
            tuple(value if value is None else kind[2](value) for kind, value in zip(kinds, row)) for row in cursor
        ]
        return Result([column(name, declared[name].strip("'")) for name in names], rows)

    def commit(self):
        pass

    rollback = close = commit


server = Server(port=0, backend_factory=Backend, field_version=FIELD_VERSION_12_2)
threading.Thread(target=server.serve_forever, daemon=True).start()
connection = oracledb.connect(user="bot", password="secret", dsn=f"127.0.0.1:{server.port}/crm")
assert connection.thin
cursor = connection.cursor()


def shown(value):
    return repr(value.read()) if isinstance(value, oracledb.LOB) else repr(value)


def refused(statement):
    try:
        cursor.execute(statement)
    except oracledb.DatabaseError as error:
        return error.args[0].full_code


cursor.execute("SELECT * FROM kinds ORDER BY id")
columns = [column.type.name for column in cursor.description]
rows = [[shown(value) for value in row] for row in cursor]
cursor.execute("SELECT id FROM kinds WHERE whole = :wanted", wanted=-1234)
found = cursor.fetchone()[0]
print(json.dumps({"columns": columns, "rows": rows, "found": found, "errors": [refused("SELECT id FROM missing")]}))
