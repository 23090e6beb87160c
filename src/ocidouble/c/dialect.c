/* The database behind the double: a file of SQLite, with the few spellings of Oracle that Pstral uses. */
#include "double.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* SYS_CONTEXT('USERENV', …) of this session. */
static void sys_context(sqlite3_context *context, int count, sqlite3_value **values) {
    Svc *svc = sqlite3_user_data(context);
    const char *name = count == 2 ? (const char *)sqlite3_value_text(values[1]) : "";
    Session *session = svc->session;
    const char *value = NULL;
    if (strcasecmp(name, "SESSION_USER") == 0) value = *session->through ? session->through : session->user;
    if (strcasecmp(name, "PROXY_USER") == 0 && *session->through) value = session->user;
    if (strcasecmp(name, "CLIENT_IDENTIFIER") == 0) value = session->identifier;
    if (strcasecmp(name, "MODULE") == 0) value = session->module;
    if (strcasecmp(name, "ISDBA") == 0) value = "FALSE";
    if (!value) {
        sqlite3_result_null(context);
        return;
    }
    char shown[128];
    bool folded = strstr(name, "USER") != NULL;
    snprintf(shown, sizeof shown, "%s", value);
    for (char *at = shown; folded && *at; at++) *at = toupper((unsigned char)*at);
    sqlite3_result_text(context, shown, -1, SQLITE_TRANSIENT);
}

static void to_char(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    sqlite3_result_text(context, (const char *)sqlite3_value_text(values[0]), -1, SQLITE_TRANSIENT);
}

/* Ends what runs too long, or was broken before it began. */
static int watch(void *data) {
    Svc *svc = data;
    svc->timed_out = svc->call_timeout && now_ms() >= svc->deadline;
    return svc->broken || svc->timed_out;
}

static int check_account(Svc *svc, void *error) {
    static const char *account = "SELECT password, through FROM double_accounts WHERE name = ?1";
    Session *session = svc->session;
    sqlite3_stmt *query;
    if (sqlite3_prepare_v2(svc->db, account, -1, &query, NULL) != SQLITE_OK) return sqlite_error(svc, error);
    sqlite3_bind_text(query, 1, session->user, -1, SQLITE_STATIC);
    bool known = sqlite3_step(query) == SQLITE_ROW
        && strcmp((const char *)sqlite3_column_text(query, 0), session->password) == 0;
    sqlite3_reset(query);
    sqlite3_bind_text(query, 1, session->through, -1, SQLITE_STATIC);
    bool may = !*session->through || (sqlite3_step(query) == SQLITE_ROW && sqlite3_column_text(query, 1)
        && strcmp((const char *)sqlite3_column_text(query, 1), session->user) == 0);
    sqlite3_finalize(query);
    if (!known) return fail(error, 1017, "invalid username/password; logon denied");
    return may ? SUCCESS : fail(error, 28150, "proxy not authorized to connect as client");
}

int open_database(Svc *svc, void *error) {
    static const char *own =
        "ATTACH ':memory:' AS sys; CREATE TABLE sys.dual (dummy VARCHAR2(1)); INSERT INTO sys.dual VALUES ('X');"
        "CREATE TABLE sys.plan_table$ (statement_id VARCHAR2(30), id NUMBER, depth NUMBER, operation VARCHAR2(30), "
        "options VARCHAR2(255), object_name VARCHAR2(128), cost NUMBER, cardinality NUMBER)";
    char file[1000];
    snprintf(file, sizeof file, "file:%s?mode=ro", svc->server->path);
    if (sqlite3_open_v2(file, &svc->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
        return fail(error, 12514, "TNS:listener does not currently know of service requested");
    sqlite3_busy_timeout(svc->db, 5000);
    /* To Oracle, too, a word in double quotes is a name. */
    sqlite3_db_config(svc->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_create_function(svc->db, "sys_context", 2, SQLITE_UTF8, svc, sys_context, NULL, NULL);
    sqlite3_create_function(svc->db, "to_char", 1, SQLITE_UTF8, NULL, to_char, NULL, NULL);
    add_expressions(svc->db);
    sqlite3_progress_handler(svc->db, 1000, watch, svc);
    if (sqlite3_exec(svc->db, own, NULL, NULL, NULL) != SQLITE_OK) return sqlite_error(svc, error);
    return check_account(svc, error);
}

/* An error of SQLite in Oracle's words. */
int sqlite_error(Svc *svc, void *error) {
    const char *message = sqlite3_errmsg(svc->db);
    const char *name = strstr(message, ": ");
    if (sqlite3_errcode(svc->db) == SQLITE_INTERRUPT) return FAILURE;
    if (strncmp(message, "no such table", 13) == 0) return fail(error, 942, "table or view does not exist");
    if (strncmp(message, "no such column", 14) == 0)
        return fail(error, 904, "\"%s\": invalid identifier", name ? name + 2 : "");
    return fail(error, 900, "invalid SQL statement (%s)", message);
}

static bool starts_word(const char *text, const char *at) {
    return at == text || !(isalnum((unsigned char)at[-1]) || strchr("_$#\"", at[-1]));
}

/* True where a word of the text begins here. */
static bool is_word(const char *text, const char *at, const char *word) {
    size_t length = strlen(word);
    char after = strlen(at) > length ? at[length] : ' ';
    return starts_word(text, at) && strncasecmp(at, word, length) == 0 && !isalnum((unsigned char)after) && after != '_';
}

/* `FETCH FIRST n ROWS ONLY`, `ROWNUM` that is compared with a limit, and values with their types. */
char *to_sqlite(const char *text) {
    /* A literal grows the most. */
    char *to = calloc(1, strlen(text) * 4 + 64);
    size_t length = 0, typed;
    char quote = 0;
    for (const char *at = text; *at;) {
        unsigned long rows;
        int used = 0;
        if (quote || *at == '\'' || *at == '"') {
            if (!quote) quote = *at;
            else if (*at == quote) quote = 0;
            to[length++] = *at++;
        } else if (is_word(text, at, "FETCH") && sscanf(at, "%*s FIRST %lu ROWS ONLY%n", &rows, &used) == 1 && used) {
            length += sprintf(to + length, "LIMIT %lu", rows);
            at += used;
        } else if (is_word(text, at, "WHERE") && sscanf(at, "%*s ROWNUM <= %lu%n", &rows, &used) == 1 && !at[used]) {
            length += sprintf(to + length, "LIMIT %lu", rows);
            at += used;
        } else if (is_word(text, at, "ROWNUM")) {
            to[length++] = '1';
            at += strlen("ROWNUM");
        } else if (is_word(text, at, "FOR") && strncmp(at, "FOR UPDATE", 10) == 0) {
            at += 10;
        } else if (starts_word(text, at) && (typed = to_typed(at, to + length))) {
            length += strlen(to + length);
            at += typed;
        } else {
            to[length++] = *at++;
        }
    }
    return to;
}

static const struct { const char *word; int type, form, size; } types[] = {
    { "VARCHAR2", T_CHR, 1, 4000 }, { "NVARCHAR2", T_CHR, 2, 4000 }, { "CHAR", T_AFC, 1, 1 }, { "NCHAR", T_AFC, 2, 2 },
    { "NUMBER", T_NUM, 0, 22 }, { "INTEGER", T_NUM, 0, 22 }, { "FLOAT", T_NUM, 0, 22 }, { "BINARY_DOUBLE", T_IBDOUBLE, 0, 8 },
    { "BINARY_FLOAT", T_IBFLOAT, 0, 4 }, { "DATE", T_DAT, 0, 7 }, { "RAW", T_BIN, 0, 2000 }, { "CLOB", T_CLOB, 1, 4000 },
    { "NCLOB", T_CLOB, 2, 4000 }, { "BLOB", T_BLOB, 0, 4000 }, { "BFILE", T_BFILE, 0, 4000 }, { "LONG", T_LNG, 1, 0 },
    { "LONG RAW", T_LBI, 0, 0 }, { "ROWID", T_RDD, 0, 10 }, { "JSON", T_JSON, 0, 4000 }, { "VECTOR", T_VEC, 0, 4000 },
    { "BOOLEAN", T_BOL, 0, 1 }, { "TIMESTAMP", T_TIMESTAMP, 0, 11 }, { "INTERVAL DAY", T_INTERVAL_DS, 0, 11 },
    { "INTERVAL YEAR", T_INTERVAL_YM, 0, 5 },
};

static void of_declared(const char *declared, Column *column) {
    /* In quotes, where it has words that SQLite does not read in a type. */
    declared += *declared == '\'';
    size_t best = 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t length = strlen(types[i].word);
        if (strncasecmp(declared, types[i].word, length) == 0 && length > best) {
            best = length;
            column->type = types[i].type, column->form = types[i].form, column->size = types[i].size;
        }
    }
    int first = 0, second = 0;
    const char *bracket = strchr(declared, '(');
    int given = bracket ? sscanf(bracket, "(%d,%d", &first, &second) : 0;
    if (strcasestr(declared, "WITH TIME ZONE")) column->type = T_TIMESTAMP_TZ;
    if (strcasestr(declared, "WITH LOCAL TIME ZONE")) column->type = T_TIMESTAMP_LTZ;
    switch (column->type) {
    case T_NUM:
        column->precision = given ? first : 0, column->scale = given == 2 ? second : given ? 0 : -127;
        if (strncasecmp(declared, "INTEGER", 7) == 0) column->precision = 38, column->scale = 0;
        if (strncasecmp(declared, "FLOAT", 5) == 0) column->precision = 126;
        break;
    case T_CHR: case T_AFC: case T_BIN: if (given) column->size = first; break;
    case T_TIMESTAMP: case T_TIMESTAMP_TZ: case T_TIMESTAMP_LTZ: column->scale = given ? first : 6; break;
    case T_INTERVAL_DS: column->precision = 2, column->scale = 6; break;
    case T_INTERVAL_YM: column->precision = 2; break;
    }
}

void column_of(sqlite3_stmt *query, int at, sqlite3_value *first, Column *column) {
    const char *declared = sqlite3_column_decltype(query, at);
    char written[60];
    if (!declared && type_in_text(sqlite3_sql(query), at, written)) declared = written;
    memset(column, 0, sizeof *column);
    /* A name that is not quoted is upper case. */
    const char *name = sqlite3_column_name(query, at);
    for (size_t i = 0; name[i] && i < sizeof column->name - 1; i++) column->name[i] = toupper((unsigned char)name[i]);
    int found = first ? sqlite3_value_type(first) : SQLITE_TEXT;
    column->type = T_CHR, column->form = 1, column->size = 4000;
    if (declared) of_declared(declared, column);
    else if (found == SQLITE_INTEGER || found == SQLITE_FLOAT) of_declared("NUMBER", column);
    column->characters = column->size;
    if (column->type == T_CHR || column->type == T_AFC) column->size *= 4;
    if (column->size > 4000 && column->type == T_CHR) column->size = 4000;
}
