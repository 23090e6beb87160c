/* Values that a statement writes itself. SQLite knows no type of an expression: each becomes `typed(value, 'TYPE')`,
   and a column's type is read in the statement's text. */
#include "double.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Functions that make a value of their type and leave it as it is written here. */
static const struct { const char *name, *type; } makers[] = {
    { "TO_BINARY_FLOAT", "BINARY_FLOAT" }, { "TO_BINARY_DOUBLE", "BINARY_DOUBLE" }, { "TO_DATE", "DATE" },
    { "TO_CLOB", "CLOB" }, { "TO_NCLOB", "NCLOB" }, { "HEXTORAW", "RAW(2000)" }, { "UNISTR", "NVARCHAR2(4000)" },
};

enum { MAKERS = sizeof makers / sizeof *makers };

/* Numbers that are floats, and bytes, are of another kind than the texts that they are made of. */
static void made(sqlite3_context *context, int count, sqlite3_value **values) {
    const char *type = sqlite3_user_data(context), *text = (const char *)sqlite3_value_text(values[0]);
    (void)count;
    if (!text) return sqlite3_result_null(context);
    if (strncmp(type, "BINARY", 6) == 0) return sqlite3_result_double(context, atof(text));
    if (strncmp(type, "RAW", 3) == 0) {
        unsigned char bytes[2000];
        int length = 0;
        for (; length < (int)sizeof bytes && sscanf(text + 2 * length, "%2hhx", &bytes[length]) == 1; length++) {}
        return sqlite3_result_blob(context, bytes, length, SQLITE_TRANSIENT);
    }
    sqlite3_result_value(context, values[0]);
}

/* `\00E9` is a unit of UTF-16. */
static void unistr(sqlite3_context *context, int count, sqlite3_value **values) {
    const char *at = (const char *)sqlite3_value_text(values[0]);
    uint16_t units[1000];
    int length = 0;
    (void)count;
    for (; at && *at && length < 1000; length++) {
        if (sscanf(at, "\\%4hx", &units[length]) == 1) at += 5;
        else units[length] = (unsigned char)*at++;
    }
    sqlite3_result_text16le(context, units, length * 2, SQLITE_TRANSIENT);
}

/* A text of a fixed length is filled up; a fraction of a second has all its digits, as a parameter has them. */
static void typed(sqlite3_context *context, int count, sqlite3_value **values) {
    const char *type = (const char *)sqlite3_value_text(values[1]);
    const char *text = (const char *)sqlite3_value_text(values[0]), *zone, *dot;
    char whole[80];
    int fixed;
    (void)count;
    if (text && sscanf(type, "CHAR(%d)", &fixed) == 1) {
        snprintf(whole, sizeof whole, "%-*s", fixed, text);
        return sqlite3_result_text(context, whole, -1, SQLITE_TRANSIENT);
    }
    if (!text || strncmp(type, "TIMESTAMP", 9) != 0 || !(dot = strchr(text, '.')))
        return sqlite3_result_value(context, values[0]);
    zone = strchr(dot, ' ') ? strchr(dot, ' ') : "";
    int digits = (int)(strcspn(dot + 1, " "));
    snprintf(whole, sizeof whole, "%.*s%.*s%s", (int)(dot + 1 + digits - text), text, digits < 9 ? 9 - digits : 0, "000000000", zone);
    sqlite3_result_text(context, whole, -1, SQLITE_TRANSIENT);
}

void add_expressions(sqlite3 *db) {
    sqlite3_create_function(db, "typed", 2, SQLITE_UTF8, NULL, typed, NULL, NULL);
    for (int i = 0; i < MAKERS; i++)
        sqlite3_create_function(db, makers[i].name, -1, SQLITE_UTF8, (void *)makers[i].type, made, NULL, NULL);
    sqlite3_create_function(db, "UNISTR", 1, SQLITE_UTF8, NULL, unistr, NULL, NULL);
}

/* The end of what begins with a quote or a bracket. */
static const char *past(const char *at) {
    char open = *at;
    if (open == '\'') return (at = strchr(at + 1, '\'')) ? at + 1 : NULL;
    int depth = 0;
    do {
        if (*at == '\'' && !(at = strchr(at + 1, '\''))) return NULL;
        depth += (*at == '(') - (*at == ')');
    } while (*at++ && depth);
    return depth ? NULL : at;
}

/* A literal with its type before or after it; how much of the text it took. */
static size_t literal(const char *at, char *to) {
    static const struct { const char *before, *after, *type; } literals[] = {
        { "DATE '", "", "DATE" },
        { "TIMESTAMP '", "", "TIMESTAMP(9)" },
        { "INTERVAL '", " DAY TO SECOND", "INTERVAL DAY(2) TO SECOND(6)" },
        { "INTERVAL '", " YEAR TO MONTH", "INTERVAL YEAR(2) TO MONTH" },
    };
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        const char *begun = at + strlen(literals[i].before) - 1;
        if (strncasecmp(at, literals[i].before, strlen(literals[i].before)) != 0) continue;
        const char *end = past(begun), *type = literals[i].type;
        if (!end || strncasecmp(end, literals[i].after, strlen(literals[i].after)) != 0) continue;
        if (i == 1 && memchr(begun + 12, ' ', end - begun - 12) && strpbrk(begun + 21, "+-") && strpbrk(begun + 21, "+-") < end)
            type = "TIMESTAMP(9) WITH TIME ZONE";
        sprintf(to, "typed(%.*s, '%s')", (int)(end - begun), begun, type);
        return end + strlen(literals[i].after) - at;
    }
    return 0;
}

/* `CAST(value AS TYPE)`; more digits than SQLite's numbers have stay text. */
static size_t cast(const char *at, char *to) {
    const char *begun = at + strlen("CAST("), *end, *as = NULL;
    if (strncasecmp(at, "CAST(", 5) != 0 || !(end = past(begun - 1))) return 0;
    for (const char *found = begun; (found = strcasestr(found, " AS ")) && found < end; found++) as = found;
    if (!as) return 0;
    int length = (int)(as - begun);
    const char *quote = length > 18 && isdigit((unsigned char)*begun) ? "'" : "";
    sprintf(to, "typed(%s%.*s%s, '%.*s')", quote, length, begun, quote, (int)(end - 1 - as - 4), as + 4);
    return end - at;
}

size_t to_typed(const char *at, char *to) {
    size_t used = literal(at, to);
    return used ? used : cast(at, to);
}

/* The text of a column in the list of a statement; NULL where it has no list of its own. */
static const char *item(const char *text, int wanted) {
    while (isspace((unsigned char)*text)) text++;
    if (strncasecmp(text, "SELECT", 6) != 0) return NULL;
    for (text += 6; wanted && *text; text++) {
        if (*text == '(' || *text == '\'') {
            if (!(text = past(text))) return NULL;
            text--;
        } else if (*text == ',') wanted--;
    }
    return wanted ? NULL : text;
}

bool type_in_text(const char *text, int at, char type[60]) {
    const char *begun = item(text, at), *then;
    if (!begun) return false;
    while (isspace((unsigned char)*begun)) begun++;
    if (strncasecmp(begun, "CASE", 4) == 0 && (then = strcasestr(begun, "THEN")))
        for (begun = then + 4; isspace((unsigned char)*begun); begun++) {}
    if (strncmp(begun, "typed(", 6) == 0) {
        const char *end = past(begun + 5), *last = end ? end - 2 : begun;
        while (last > begun && last[-1] != '\'') last--;
        return end && sscanf(last, "%59[^']", type) == 1;
    }
    for (int i = 0; i < MAKERS; i++)
        if (strncasecmp(begun, makers[i].name, strlen(makers[i].name)) == 0 && begun[strlen(makers[i].name)] == '(')
            return strcpy(type, makers[i].type), true;
    return false;
}
