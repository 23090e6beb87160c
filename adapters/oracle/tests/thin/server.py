"""Serves the double's file of SQLite over Oracle's own network protocol, as a database of a version does: prints its
port, and ends when its input does.

What reaches it stands in the double's record, one line a statement."""

import datetime
import decimal
import json
import logging
import re
import sqlite3
import sys
import threading
import time

import seerdb.server.session
from seerdb.common import tns_consts
from seerdb.common.datatypes import BcDate, IntervalYM
from seerdb.common.tns import ColumnMeta
from seerdb.server import auth
from seerdb.server.backend import BackendError, BindVar, Result
from seerdb.server.service import Server

path, version, verifier = sys.argv[1:]

# Seconds that a statement may take: the server does not hear a client that gives a call up.
CALL = 3
# The server takes a result whole before it sends a row.
MOST = 20_000


def moment(text):
    """A time of the year 1 or later, or a day before."""
    if text.startswith("-"):
        return BcDate(*[-int(text[1:5]), int(text[6:8]), int(text[9:11])])
    return datetime.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))


def number(value):
    return decimal.Decimal(value.decode() if isinstance(value, bytes) else str(value))


def days(text):
    count, clock = text.lstrip("-").split(" ")
    hours, minutes, seconds = clock.split(":")
    span = datetime.timedelta(int(count), float(seconds), minutes=int(minutes), hours=int(hours))
    return -span if text.startswith("-") else span


def months(text):
    years, rest = text.lstrip("-").split("-")
    sign = -1 if text.startswith("-") else 1
    return IntervalYM(sign * int(years), sign * int(rest))


# Oracle's number of a type, the bytes of a value, its character set form, and how a value of SQLite becomes one of
# Python. The first word that a declared type begins with counts.
TYPES = {
    "NUMBER": (2, 22, 0, number),
    "INTEGER": (2, 22, 0, number),
    "FLOAT": (2, 22, 0, number),
    "VARCHAR2": (1, 4000, 1, str),
    "NVARCHAR2": (1, 4000, 2, str),
    "CHAR": (96, 2000, 1, str),
    "NCHAR": (96, 2000, 2, str),
    "ROWID": (11, 18, 0, str),
    "DATE": (12, 7, 0, moment),
    "TIMESTAMP": (180, 11, 0, moment),
    "INTERVAL DAY": (183, 11, 0, days),
    "INTERVAL YEAR": (182, 5, 0, months),
    "BINARY_DOUBLE": (101, 8, 0, float),
    "BINARY_FLOAT": (100, 4, 0, float),
    "RAW": (23, 2000, 0, bytes),
    "CLOB": (112, 4000, 1, str),
    "NCLOB": (112, 4000, 2, str),
    "BLOB": (113, 4000, 0, bytes),
    "LONG": (8, 0, 1, str),
    "BOOLEAN": (252, 1, 0, bool),
    "JSON": (119, 4000, 0, json.loads),
    # A date that is none.
    "BROKEN": (12, 7, 0, str),
    "VECTOR": (127, 4000, 0, json.loads),
}


def kind_of(declared):
    kind = next(kind for word, kind in TYPES.items() if declared.startswith(word))
    if kind[0] == 180 and "ZONE" in declared:
        return (231, 11, 0, moment) if "LOCAL" in declared else (181, 13, 0, moment)
    return kind


def column(name, declared):
    kind, size, form, _ = kind_of(declared)
    sizes = [int(size) for size in re.findall(r"-?\d+", declared.partition("(")[2])]
    precision, scale = 0, 0
    if kind == 2:
        precision, scale = [*sizes, 0][:2] if sizes else (0, -127)
        precision, scale = (38, 0) if declared == "INTEGER" else (precision, -127 if declared[0] == "F" else scale)
    elif kind in (1, 23, 96) and sizes:
        # Text is counted in characters, and has up to four bytes for each.
        size = sizes[0] * (1 if kind == 23 else 4)
    return ColumnMeta(name.encode(), kind, size, size, csfrm=form, precision=precision, scale=scale)


SPELLINGS = re.compile(
    r"""(?P<text>'[^']*')|"(?P<name>[^"]*)"|:(?P<value>\w+)|FETCH\ FIRST\ (?P<first>\d+)\ ROWS\ ONLY
    |WHERE\ ROWNUM\ <=\ (?P<most>\d+)$|(?P<one>\bROWNUM\b)|\bFOR\ UPDATE\b|\b(?:DATE|TIMESTAMP)(?=\ ')""",
    re.IGNORECASE | re.VERBOSE,
)


def spelled(found):
    """A spelling of Oracle as SQLite has it. A name in brackets is never taken for a text."""
    if found["text"] or found["one"]:
        return found["text"] or "1"
    if found["name"]:
        return f"[{found['name']}]"
    if found["value"]:
        return "?"
    return f"LIMIT {found['first'] or found['most']}" if found["first"] or found["most"] else ""


def to_sqlite(text):
    return SPELLINGS.sub(spelled, text)


def given(value):
    """A value of a parameter as SQLite takes it."""
    if isinstance(value, BindVar):
        return value.value
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value) if isinstance(value, datetime.date) else float(value) if value % 1 else int(value)
    return value


def to_char(value, form=None):
    """With a format, the one that Pstral reads times with their offset in."""
    if form is None or value is None:
        return value
    at = moment(value)
    return f" {at:%Y-%m-%d %H:%M:%S.%f}000{at.isoformat()[-6:]}"


def refusal(error):
    """An error of SQLite in Oracle's words."""
    kind, _, name = str(error).partition(": ")
    if kind == "interrupted":
        return BackendError("exceeded call limit on CPU usage", ora_code=2393)
    if kind == "no such table":
        return BackendError("table or view does not exist", ora_code=942)
    if kind == "no such column":
        return BackendError(f'"{name}": invalid identifier', ora_code=904)
    return BackendError(f"invalid SQL statement ({error})", ora_code=900)


READ_ONLY = BackendError("may not perform insert, delete, update operation inside a READ ONLY transaction", ora_code=1456)


class Backend:
    """One session on the file."""

    capabilities = frozenset()

    def __init__(self):
        self.person, self.read_only, self.deadline = "", False, 0
        self.file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
        self.file.create_function("sys_context", 2, self.context)
        self.file.create_function("to_char", -1, to_char)
        self.file.set_progress_handler(lambda: time.monotonic() > self.deadline, 100_000)
        self.file.executescript(
            """ATTACH ':memory:' AS sys; CREATE TABLE sys.dual (dummy VARCHAR2(1)); INSERT INTO sys.dual VALUES ('X');
            CREATE TABLE sys.plan_table$ (statement_id VARCHAR2(30), id NUMBER, depth NUMBER, operation VARCHAR2(30),
            options VARCHAR2(255), object_name VARCHAR2(128), cost NUMBER, cardinality NUMBER)"""
        )

    def context(self, _, name):
        return {"SESSION_USER": "BOT", "CLIENT_IDENTIFIER": self.person, "ISDBA": "FALSE"}.get(name)

    def authenticate(self, username):
        row = self.file.execute("SELECT password FROM double_accounts WHERE name = ?", [username.lower()]).fetchone()
        return row and row[0]

    def set_end_to_end(self, attributes):
        if "client_identifier" in attributes:
            self.person = attributes["client_identifier"] or ""

    def execute(self, sql, binds=()):
        with open(f"{path}.log", "a") as record:
            record.write(f"execute\t{self.person}\t{' '.join(sql.split())}\n")
        self.deadline = time.monotonic() + CALL
        try:
            return self.run(sql, [given(value) for value in binds])
        except sqlite3.OperationalError as error:
            raise refusal(error) from error

    def run(self, sql, values):
        verb = sql.split()[0].upper()
        if verb in ("SELECT", "WITH"):
            return self.query(sql, values)
        if verb == "ALTER":
            return self.alter(sql)
        if self.read_only:
            raise READ_ONLY
        if verb == "EXPLAIN":
            return self.explain(sql, values)
        self.read_only = True
        return Result()

    def query(self, sql, values):
        if "FOR UPDATE" in sql and self.read_only:
            raise READ_ONLY
        cursor = self.file.execute(to_sqlite(sql), values)
        rows = cursor.fetchmany(MOST)
        names = [description[0].upper() for description in cursor.description]
        declared = self.declared(sql)
        kinds = [declared.get(name) or inferred(row[at] for row in rows) for at, name in enumerate(names)]
        read = [kind_of(kind)[3] for kind in kinds]
        rows = [tuple(cell if cell is None else one(cell) for one, cell in zip(read, row)) for row in rows]
        return Result([column(name, kind) for name, kind in zip(names, kinds)], rows)

    def declared(self, sql):
        """The types of the columns of the tables that a statement names."""
        words = {word.upper() for word in re.findall(r"\w+", sql)}
        tables = [name for [name] in self.file.execute("SELECT name FROM sqlite_master") if name.upper() in words]
        columns = [row for name in tables for row in self.file.execute(f"SELECT name, type FROM pragma_table_info('{name}')")]
        return {name.upper(): kind.strip("'") for name, kind in columns}

    def alter(self, sql):
        """The file is there under the schema's name too."""
        if "CURRENT_SCHEMA" in sql:
            self.file.execute(f"ATTACH '{path}' AS {to_sqlite(sql.partition('CURRENT_SCHEMA = ')[2])}")
        return Result()

    def explain(self, sql, values):
        head, _, inner = sql.partition(" FOR ")
        self.file.execute(f"EXPLAIN {to_sqlite(inner)}", values)
        name = head.split("'")[1]
        steps = [(name, 0, 0, "SELECT STATEMENT", None, None, 12, 340), (name, 1, 1, "TABLE ACCESS", "FULL", "ITEMS", 12, 340)]
        self.file.executemany("INSERT INTO sys.plan_table$ VALUES (?, ?, ?, ?, ?, ?, ?, ?)", steps)
        return Result(rowcount=2)

    def rollback(self):
        self.read_only = False

    commit = rollback

    def close(self):
        self.file.close()


def inferred(cells):
    """The type of a column that no table has."""
    cell = next((cell for cell in cells if cell is not None), "")
    return "NUMBER" if isinstance(cell, (int, float)) else "RAW" if isinstance(cell, bytes) else "VARCHAR2"


# By itself the server offers a verifier of before 12c, which the driver does not know.
challenge = seerdb.server.session.make_challenge
seerdb.server.session.make_challenge = lambda *given, **named: challenge(*given, **{**named, "verifier_type": getattr(auth, f"VFR_{verifier}")})

# Its warnings would stand between the results of tests.
logging.disable()

server = Server(port=0, backend_factory=Backend, field_version=getattr(tns_consts, f"FIELD_VERSION_{version}"))
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
