/* A double of Oracle's client library: as much of OCI as ODPI-C calls for Pstral, over a file of SQLite.
 *
 * Numbers and shapes are those of Oracle's own documentation:
 * https://docs.oracle.com/en/database/oracle/oracle-database/21/lnoci/ */
#ifndef DOUBLE_H
#define DOUBLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#define API __attribute__((visibility("default")))

enum { SUCCESS = 0, NEED_DATA = 99, NO_DATA = 100, FAILURE = -1, INVALID_HANDLE = -2 };

/* Kinds of handles and descriptors. */
enum {
    ENV = 1, ERROR = 2, SVCCTX = 3, STMT = 4, BIND = 5, DEFINE = 6, SERVER = 8, SESSION = 9,
    LOB = 50, PARAM = 53, ROWID = 54, INTERVAL_YM = 62, INTERVAL_DS = 63,
    TIMESTAMP = 68, TIMESTAMP_TZ = 69, TIMESTAMP_LTZ = 70, KINDS = 128
};

/* Attributes, by Oracle's names; one number means something else for each kind of handle. */
enum {
    A_DATA_SIZE = 1, A_DATA_TYPE = 2, A_NAME = 4, A_PRECISION = 5, A_SCALE = 6, A_SERVER = 6, A_SESSION = 7, A_IS_NULL = 7,
    A_ROW_COUNT = 9, A_SQLFNCODE = 10, A_PREFETCH_ROWS = 11, A_PARAM_COUNT = 18, A_USERNAME = 22, A_PASSWORD = 23,
    A_STMT_TYPE = 24, A_CHARSET_ID = 31, A_CHARSET_FORM = 32, A_ROWS_RETURNED = 42, A_PARSE_ERROR_OFFSET = 129,
    A_SERVER_STATUS = 143, A_STATEMENT = 144, A_BIND_COUNT = 190, A_ROWS_FETCHED = 197, A_STMT_IS_RETURNING = 218,
    A_NCHARSET_ID = 262, A_CLIENT_IDENTIFIER = 278, A_CHAR_SIZE = 286, A_MODULE = 366, A_UB8_ROW_COUNT = 457,
    A_TRANSACTION_IN_PROGRESS = 484, A_SQL_ID = 504, A_CALL_TIMEOUT = 531, A_JSON_COL = 534, A_OSON_COL = 623,
    A_VECTOR_DIMENSION = 695, A_VECTOR_DATA_FORMAT = 696, A_VECTOR_PROPERTY = 697
};

/* Types of values in a client's memory, and of columns. */
enum {
    T_CHR = 1, T_NUM = 2, T_INT = 3, T_VNU = 6, T_LNG = 8, T_DAT = 12, T_BFLOAT = 21, T_BDOUBLE = 22, T_BIN = 23,
    T_LBI = 24, T_AFC = 96, T_IBFLOAT = 100, T_IBDOUBLE = 101, T_RDD = 104, T_CLOB = 112, T_BLOB = 113, T_BFILE = 114,
    T_JSON = 119, T_VEC = 127, T_ODT = 156, T_TIMESTAMP = 187, T_TIMESTAMP_TZ = 188, T_INTERVAL_YM = 189,
    T_INTERVAL_DS = 190, T_TIMESTAMP_LTZ = 232, T_BOL = 252
};

/* The head of all handles and descriptors. Freeing one frees its children. */
typedef struct Node {
    uint32_t kind;
    struct Node *parent, *first, *next, *previous;
    struct Env *env;
} Node;

typedef struct Env {
    Node node;
    /* Alive now, and the most that ever were, by kind. */
    int alive[KINDS], most[KINDS];
    char log[1024];
} Env;

typedef struct { Node node; int code; char message[512]; } Error;

typedef struct { Node node; char path[900]; bool dead; } Server;

typedef struct {
    Node node;
    char user[128], password[128], through[128], identifier[128], module[128];
} Session;

typedef struct {
    Node node;
    Server *server;
    Session *session;
    sqlite3 *db;
    uint32_t call_timeout;
    bool read_only, in_call, timed_out;
    /* Set by another thread, while this one looks. */
    _Atomic bool broken;
    int trips, lob_reads;
    int64_t deadline;
    pthread_mutex_t lock;
    pthread_cond_t woken;
} Svc;

typedef struct { char name[132]; int type, form, precision, scale, size, characters; } Column;

typedef int (*DefineCallback)(void *context, void *define, uint32_t row, void **room, uint32_t **length, uint8_t *piece,
                      void **null, uint16_t **code);

typedef struct Define {
    Node node;
    struct Define *following;
    uint32_t position;
    uint8_t *values;
    uint64_t size;
    uint16_t type;
    int16_t *nulls;
    uint32_t *lengths;
    uint16_t *codes;
    /* Where the client gives room piece by piece, since it does not know how long the values are. */
    DefineCallback supply;
    void *supplier;
} Define;

typedef struct Bound {
    Node node;
    struct Bound *following;
    char name[132];
    uint8_t *value;
    int64_t size;
    uint16_t type;
    int16_t *null;
    uint32_t *length;
} Bound;

typedef struct Stmt {
    Node node;
    char *text;
    uint16_t verb;
    /* Placeholders in order, each time one stands in the text. */
    char (*names)[64];
    uint32_t named;
    sqlite3_stmt *query;
    int width;
    Column *columns;
    Define *defines;
    Bound *bounds;
    uint32_t prefetch, fetched;
    uint64_t row_count, rows_fetched;
    /* Rows that have come and were not yet taken. */
    sqlite3_value ***rows;
    uint32_t waiting, taken;
    bool ended;
} Stmt;

/* A name that was asked for lives as long as the statement, not as this. */
typedef struct { Node node; Column *column; } Param;

typedef struct { Node node; uint8_t *bytes; size_t length; bool text, temporary; } Lob;

typedef struct { Node node; char text[64]; } Rowid;

typedef struct {
    Node node;
    int16_t year;
    uint8_t month, day, hour, minute, second;
    uint32_t nanosecond;
    int8_t zone_hours, zone_minutes;
} Moment;

typedef struct { Node node; int32_t first, second, hours, minutes, seconds, nanoseconds; } Span;

/* handles.c */
void *make(Node *parent, uint32_t kind);
int fail(void *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void release_statement(Stmt *stmt);
int OCIHandleFree(void *handle, uint32_t kind);

/* values.c */
int number_of(const char *text, uint8_t bytes[22]);
void number_text(const uint8_t bytes[22], char text[160]);
bool moment_of(const char *text, Moment *moment);
void moment_text(const Moment *moment, bool zoned, char text[160]);
bool span_of(const char *text, bool months, Span *span);
/* Writes one value into a client's memory; -1 where it does not fit. */
int deliver(Define *define, uint32_t row, sqlite3_value *value);
/* Gives SQLite a client's value; in text for the log too. */
void bind_value(Bound *bound, sqlite3_stmt *query, int at, char shown[256]);

/* faults.c */
/* Begins and ends a call that goes to the server: what the scenario holds against it happens here. */
int begin_call(Svc *svc, void *error, const char *at, const char *text, uint64_t row);
int end_call(Svc *svc, void *error, int done);
/* Faults of connecting and logging in, before there is a session. */
int fault_before(Server *server, void *error, const char *at, const char *text);
int64_t now_ms(void);
void note(Env *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* dialect.c */
int open_database(Svc *svc, void *error);
/* SQLite's spelling of a text; to be freed. */
char *to_sqlite(const char *text);
void column_of(sqlite3_stmt *query, int at, sqlite3_value *first, Column *column);
int sqlite_error(Svc *svc, void *error);

/* expressions.c */
void add_expressions(sqlite3 *db);
/* Writes a literal or a cast that begins here as SQLite reads it; how much of the text it took, or 0. */
size_t to_typed(const char *at, char *to);
/* The type of a column that is an expression; false where the text does not tell. */
bool type_in_text(const char *text, int at, char type[60]);

#endif
