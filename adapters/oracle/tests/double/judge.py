"""Reads a table through python-oracledb in thick mode, and says as JSON what it saw."""

import json
import sys

import oracledb

folder, connect, mode = sys.argv[1:]
oracledb.init_oracle_client(lib_dir=folder)
connection = oracledb.connect(user="bot", password="secret", dsn=connect)
connection.client_identifier = "judge"
cursor = connection.cursor()
cursor.arraysize, cursor.prefetchrows = 100, 101


def shown(value):
    return value.read().__repr__() if isinstance(value, oracledb.LOB) else repr(value)


def refused(statement, **values):
    try:
        cursor.execute(statement, **values)
    except oracledb.DatabaseError as error:
        return error.args[0].full_code


if mode == "values":
    cursor.execute("SELECT * FROM kinds ORDER BY id")
    columns = [column.type.name for column in cursor.description]
    rows = [[shown(value) for value in row] for row in cursor]
    cursor.execute("SELECT id FROM kinds WHERE whole = :wanted", wanted=-1234)
    found = cursor.fetchone()[0]
    errors = [refused("SELECT id FROM missing"), refused("SELECT id FROM kinds WHERE id = :a")]
    seen = {"version": oracledb.__version__, "columns": columns, "rows": rows, "found": found, "errors": errors}
else:
    cursor.execute("SELECT * FROM numbers" if mode == "objects" else "SELECT id, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM numbers")
    seen = {"rows": sum(1 for row in cursor if [shown(value) for value in row])}
connection.close()
print(json.dumps(seen))
