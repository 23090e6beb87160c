/* Statements: prepared, bound, run, described and fetched by arrays. */
#include "double.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SELECT = 1, ALTER = 7, DECLARE = 9, EXPLAIN = 15, SET = 0 };

static uint16_t verb_of(const char *text) {
    static const struct { const char *word; uint16_t verb; } verbs[] = {
        { "SELECT", SELECT }, { "WITH", SELECT }, { "UPDATE", 2 }, { "DELETE", 3 }, { "INSERT", 4 }, { "CREATE", 5 },
        { "DROP", 6 }, { "ALTER", ALTER }, { "BEGIN", 8 }, { "DECLARE", DECLARE }, { "CALL", 10 },
        { "EXPLAIN", EXPLAIN }, { "MERGE", 16 },
    };
    while (isspace((unsigned char)*text) || *text == '(') text++;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncasecmp(text, verbs[i].word, strlen(verbs[i].word)) == 0) return verbs[i].verb;
    return SET;
}

static void forget_rows(Stmt *stmt) {
    for (uint32_t i = stmt->taken; i < stmt->waiting; i++) {
        for (int j = 0; j < stmt->width; j++) sqlite3_value_free(stmt->rows[i][j]);
        free(stmt->rows[i]);
    }
    free(stmt->rows);
    stmt->rows = NULL;
    stmt->waiting = stmt->taken = 0;
}

void release_statement(Stmt *stmt) {
    forget_rows(stmt);
    sqlite3_finalize(stmt->query);
    free(stmt->columns);
    free(stmt->names);
    free(stmt->text);
}

/* Finds the placeholders outside of literals. */
static void find_names(Stmt *stmt) {
    char quote = 0;
    for (const char *at = stmt->text; *at; at++) {
        if (quote || *at == '\'' || *at == '"') {
            quote = !quote ? *at : *at == quote ? 0 : quote;
        } else if (*at == ':' && isalpha((unsigned char)at[1])) {
            stmt->names = realloc(stmt->names, (stmt->named + 1) * sizeof *stmt->names);
            char *name = stmt->names[stmt->named++];
            size_t length = 0;
            while (isalnum((unsigned char)at[1]) || at[1] == '_') {
                if (length < sizeof *stmt->names - 1) name[length++] = toupper((unsigned char)at[1]);
                at++;
            }
            name[length] = 0;
        }
    }
}

API int OCIStmtPrepare2(void *svcctx, void **handle, void *error, const char *text, uint32_t length, const char *key,
                        uint32_t key_length, uint32_t language, uint32_t mode) {
    (void)key, (void)key_length, (void)language, (void)mode, (void)error;
    Stmt *stmt = make(&((Svc *)svcctx)->node, STMT);
    stmt->text = strndup(text, length);
    stmt->verb = verb_of(stmt->text);
    find_names(stmt);
    *handle = stmt;
    return SUCCESS;
}

API int OCIStmtRelease(void *handle, void *error, const char *key, uint32_t length, uint32_t mode) {
    (void)error, (void)key, (void)length, (void)mode;
    return OCIHandleFree(handle, STMT);
}

API int OCIStmtGetBindInfo(void *handle, void *error, uint32_t room, uint32_t start, int32_t *found, char *names[],
                           uint8_t lengths[], char *indicators[], uint8_t indicator_lengths[], uint8_t again[],
                           void **binds) {
    (void)error, (void)indicators, (void)indicator_lengths, (void)binds;
    Stmt *stmt = handle;
    /* Less than none where there are more than fit. */
    *found = stmt->named > start - 1 + room ? -(int32_t)stmt->named : (int32_t)stmt->named;
    for (uint32_t i = 0; i < room && start - 1 + i < stmt->named; i++) {
        uint32_t place = start - 1 + i;
        names[i] = stmt->names[place];
        lengths[i] = (uint8_t)strlen(names[i]);
        again[i] = 0;
        for (uint32_t j = 0; j < place; j++) again[i] |= strcmp(stmt->names[j], names[i]) == 0;
    }
    return stmt->named ? SUCCESS : NO_DATA;
}

API int OCIBindByName2(void *handle, void **bind, void *error, const char *name, int32_t length, void *value,
                       int64_t size, uint16_t type, void *null, uint32_t *value_length, uint16_t *code, uint32_t most,
                       uint32_t *current, uint32_t mode) {
    (void)error, (void)code, (void)most, (void)current, (void)mode;
    Stmt *stmt = handle;
    Bound *bound = make(&stmt->node, BIND);
    if (*name == ':') name++, length--;
    snprintf(bound->name, sizeof bound->name, "%.*s", (int)length, name);
    bound->value = value, bound->size = size, bound->type = type, bound->null = null, bound->length = value_length;
    bound->following = stmt->bounds;
    stmt->bounds = bound;
    *bind = bound;
    return SUCCESS;
}

API int OCIDefineByPos2(void *handle, void **define, void *error, uint32_t position, void *value, uint64_t size,
                        uint16_t type, void *nulls, uint32_t *lengths, uint16_t *codes, uint32_t mode) {
    (void)error, (void)mode;
    Stmt *stmt = handle;
    Define *made = stmt->defines;
    while (made && made->position != position) made = made->following;
    if (!made) {
        made = make(&stmt->node, DEFINE);
        made->following = stmt->defines;
        stmt->defines = made;
    }
    made->position = position, made->values = value, made->size = size, made->type = type;
    made->nulls = nulls, made->lengths = lengths, made->codes = codes;
    made->supply = NULL;
    *define = made;
    return SUCCESS;
}

API int OCIDefineDynamic(void *handle, void *error, void *context, DefineCallback supply) {
    (void)error;
    Define *define = handle;
    define->supply = supply, define->supplier = context;
    return SUCCESS;
}

static Bound *bound_as(Stmt *stmt, const char *name) {
    Bound *bound = stmt->bounds;
    while (bound && strcasecmp(bound->name, name) != 0) bound = bound->following;
    return bound;
}

static int bind_all(Svc *svc, Stmt *stmt, void *error) {
    char shown[256];
    for (int at = 1; at <= sqlite3_bind_parameter_count(stmt->query); at++) {
        const char *name = sqlite3_bind_parameter_name(stmt->query, at);
        Bound *bound = bound_as(stmt, name + 1);
        if (!bound) return fail(error, 1008, "not all variables bound");
        bind_value(bound, stmt->query, at, shown);
        note(svc->node.env, "bind\t%s\t%d\t%s", name, bound->type, shown);
    }
    return SUCCESS;
}

/* Brings rows over; -1 where the database failed meanwhile. */
static int fetch_rows(Svc *svc, Stmt *stmt, void *error, uint32_t most) {
    stmt->rows = realloc(stmt->rows, (stmt->waiting + most) * sizeof *stmt->rows);
    for (uint32_t i = 0; i < most && !stmt->ended; i++) {
        int step = sqlite3_step(stmt->query);
        if (step == SQLITE_DONE) stmt->ended = true;
        else if (step != SQLITE_ROW) return sqlite_error(svc, error);
        else {
            sqlite3_value **row = malloc(stmt->width * sizeof *row);
            for (int j = 0; j < stmt->width; j++) row[j] = sqlite3_value_dup(sqlite3_column_value(stmt->query, j));
            stmt->rows[stmt->waiting++] = row;
            stmt->rows_fetched++;
        }
    }
    return SUCCESS;
}

/* Rows with large objects do not come ahead of being asked for. */
static bool can_prefetch(sqlite3_stmt *query) {
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        Column column;
        column_of(query, i, NULL, &column);
        if (column.type == T_CLOB || column.type == T_BLOB) return false;
    }
    return true;
}

static int run_query(Svc *svc, Stmt *stmt, void *error) {
    char *text = to_sqlite(stmt->text);
    int prepared = sqlite3_prepare_v2(svc->db, text, -1, &stmt->query, NULL);
    free(text);
    if (prepared != SQLITE_OK) return sqlite_error(svc, error);
    if (bind_all(svc, stmt, error) != SUCCESS) return FAILURE;
    stmt->width = sqlite3_column_count(stmt->query);
    int brought = fetch_rows(svc, stmt, error, can_prefetch(stmt->query) ? stmt->prefetch : 0);
    stmt->columns = calloc(stmt->width, sizeof *stmt->columns);
    for (int i = 0; i < stmt->width; i++)
        column_of(stmt->query, i, stmt->waiting ? stmt->rows[0][i] : NULL, &stmt->columns[i]);
    return brought;
}

/* `ALTER SESSION SET CURRENT_SCHEMA = "CRM"`: the file is there under that name too. */
static int alter(Svc *svc, Stmt *stmt, void *error) {
    char attach[1200];
    const char *schema = strstr(stmt->text, "CURRENT_SCHEMA = ");
    if (!schema) return SUCCESS;
    snprintf(attach, sizeof attach, "ATTACH '%s' AS %s", svc->server->path, schema + strlen("CURRENT_SCHEMA = "));
    return sqlite3_exec(svc->db, attach, NULL, NULL, NULL) == SQLITE_OK ? SUCCESS : sqlite_error(svc, error);
}

static int explain(Svc *svc, Stmt *stmt, void *error) {
    char id[64], insert[600];
    const char *inner = strstr(stmt->text, " FOR ");
    if (svc->read_only) return fail(error, 1456, "may not perform insert, delete, update operation inside a READ ONLY transaction");
    if (!inner || sscanf(stmt->text, "EXPLAIN PLAN SET STATEMENT_ID = '%63[^']'", id) != 1)
        return fail(error, 900, "invalid SQL statement");
    char *text = to_sqlite(inner + strlen(" FOR "));
    sqlite3_stmt *query = NULL;
    int prepared = sqlite3_prepare_v2(svc->db, text, -1, &query, NULL);
    free(text);
    sqlite3_finalize(query);
    if (prepared != SQLITE_OK) return sqlite_error(svc, error);
    snprintf(insert, sizeof insert,
             "INSERT INTO sys.plan_table$ VALUES ('%s', 0, 0, 'SELECT STATEMENT', NULL, NULL, 12, 340), "
             "('%s', 1, 1, 'TABLE ACCESS', 'FULL', 'ITEMS', 12, 340)", id, id);
    return sqlite3_exec(svc->db, insert, NULL, NULL, NULL) == SQLITE_OK ? SUCCESS : sqlite_error(svc, error);
}

/* ODPI-C hands a text of more than 32,767 bytes to a block as a temporary large object. */
static char *text_in(Bound *bound) {
    if (bound->type != T_CLOB) return strndup((char *)bound->value, *bound->length);
    Lob *lob = *(Lob **)bound->value;
    return strndup((char *)lob->bytes, lob->length);
}

static void give_back(Bound *bound, const char *text) {
    size_t length = strlen(text);
    *bound->null = length ? 0 : -1;
    if (bound->type == T_CLOB) {
        Lob *lob = *(Lob **)bound->value;
        free(lob->bytes);
        lob->bytes = (uint8_t *)strdup(text), lob->length = length, lob->text = true;
    } else {
        memcpy(bound->value, text, length);
        *bound->length = (uint32_t)length;
    }
}

/* DBMS_SQL numbers some types otherwise:
 * https://docs.oracle.com/en/database/oracle/oracle-database/21/arpls/DBMS_SQL.html */
static int described_type(int type) {
    switch (type) {
    case T_RDD: return 11;
    case T_TIMESTAMP: return 180;
    case T_TIMESTAMP_TZ: return 181;
    case T_INTERVAL_YM: return 182;
    case T_INTERVAL_DS: return 183;
    case T_TIMESTAMP_LTZ: return 231;
    default: return type;
    }
}

/* The block that describes a query by DBMS_SQL. */
static int describe(Svc *svc, Stmt *stmt, void *error) {
    Bound *query = bound_as(stmt, "query"), *columns = bound_as(stmt, "columns");
    char list[32767] = "";
    if (!query || !columns) return fail(error, 6550, "line 1, column 1:\nPLS-00103: Encountered the symbol");
    char *given = text_in(query), *text = to_sqlite(given);
    sqlite3_stmt *prepared = NULL;
    int done = sqlite3_prepare_v2(svc->db, text, -1, &prepared, NULL);
    free(given), free(text);
    if (done != SQLITE_OK) return sqlite_error(svc, error);
    int at = 0;
    for (int i = 0; i < sqlite3_column_count(prepared); i++) {
        Column column;
        column_of(prepared, i, NULL, &column);
        at += snprintf(list + at, sizeof list - at, "%d\x1f\x1f%s\x1e", described_type(column.type), column.name);
        if (at >= (int)sizeof list) break;
    }
    sqlite3_finalize(prepared);
    if (at >= (int)sizeof list || (columns->type != T_CLOB && at > columns->size)) return fail(error, 6502, "PL/SQL: numeric or value error");
    give_back(columns, list);
    return SUCCESS;
}

static int run(Svc *svc, Stmt *stmt, void *error) {
    if (stmt->verb == SELECT && strstr(stmt->text, "FOR UPDATE") && svc->read_only)
        return fail(error, 1456, "may not perform insert, delete, update operation inside a READ ONLY transaction");
    switch (stmt->verb) {
    case SELECT: return run_query(svc, stmt, error);
    case ALTER: return alter(svc, stmt, error);
    case EXPLAIN: return explain(svc, stmt, error);
    case DECLARE: return describe(svc, stmt, error);
    }
    if (strncmp(stmt->text, "SET TRANSACTION READ ONLY", 25) != 0)
        return svc->read_only ? fail(error, 1456, "inside a READ ONLY transaction") : fail(error, 900, "invalid SQL statement");
    if (svc->read_only) return fail(error, 1453, "SET TRANSACTION must be first statement of transaction");
    svc->read_only = true;
    return SUCCESS;
}

API int OCIStmtExecute(void *svcctx, void *handle, void *error, uint32_t times, uint32_t offset, const void *in,
                       void *out, uint32_t mode) {
    (void)times, (void)offset, (void)in, (void)out, (void)mode;
    Svc *svc = svcctx;
    Stmt *stmt = handle;
    forget_rows(stmt);
    sqlite3_finalize(stmt->query);
    free(stmt->columns);
    stmt->query = NULL, stmt->columns = NULL, stmt->ended = false, stmt->row_count = stmt->rows_fetched = 0;
    note(svc->node.env, "execute\t%s\t%s", svc->session->identifier, stmt->text);
    int begun = begin_call(svc, error, "execute", stmt->text, 0);
    if (begun != SUCCESS) return begun;
    return end_call(svc, error, run(svc, stmt, error));
}

static Svc *svc_of(Stmt *stmt) { return (Svc *)stmt->node.parent; }

/* More rows where too few are here: one call, however many. */
static int top_up(Stmt *stmt, void *error, uint32_t wanted) {
    Svc *svc = svc_of(stmt);
    uint32_t here = stmt->waiting - stmt->taken;
    if (here >= wanted || stmt->ended) return SUCCESS;
    note(svc->node.env, "fetch\t%llu", (unsigned long long)stmt->rows_fetched);
    int begun = begin_call(svc, error, "fetch", stmt->text, stmt->rows_fetched + 1);
    if (begun != SUCCESS) return begun;
    memmove(stmt->rows, stmt->rows + stmt->taken, here * sizeof *stmt->rows);
    stmt->waiting = here, stmt->taken = 0;
    return end_call(svc, error, fetch_rows(svc, stmt, error, wanted - here));
}

API int OCIStmtFetch2(void *handle, void *error, uint32_t wanted, uint16_t orientation, int32_t offset, uint32_t mode) {
    (void)orientation, (void)offset, (void)mode;
    Stmt *stmt = handle;
    stmt->fetched = 0;
    int here = top_up(stmt, error, wanted);
    if (here != SUCCESS) return here;
    bool cut = false;
    for (; stmt->fetched < wanted && stmt->taken < stmt->waiting; stmt->fetched++) {
        sqlite3_value **row = stmt->rows[stmt->taken++];
        for (Define *define = stmt->defines; define; define = define->following)
            cut |= deliver(define, stmt->fetched, row[define->position - 1]) != SUCCESS;
        for (int j = 0; j < stmt->width; j++) sqlite3_value_free(row[j]);
        free(row);
    }
    stmt->row_count += stmt->fetched;
    if (cut) return fail(error, 1406, "fetched column value was truncated");
    return stmt->fetched < wanted ? NO_DATA : SUCCESS;
}
