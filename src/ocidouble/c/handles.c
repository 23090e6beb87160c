/* Handles and descriptors: who owns whom, their attributes and errors. */
#include "double.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t tree = PTHREAD_MUTEX_INITIALIZER;

static size_t size_of(uint32_t kind) {
    switch (kind) {
    case ENV: return sizeof(Env);
    case ERROR: return sizeof(Error);
    case SVCCTX: return sizeof(Svc);
    case STMT: return sizeof(Stmt);
    case BIND: return sizeof(Bound);
    case DEFINE: return sizeof(Define);
    case SERVER: return sizeof(Server);
    case SESSION: return sizeof(Session);
    case PARAM: return sizeof(Param);
    case LOB: return sizeof(Lob);
    case ROWID: return sizeof(Rowid);
    case TIMESTAMP: case TIMESTAMP_TZ: case TIMESTAMP_LTZ: return sizeof(Moment);
    case INTERVAL_DS: case INTERVAL_YM: return sizeof(Span);
    default: return 0;
    }
}

void *make(Node *parent, uint32_t kind) {
    size_t size = size_of(kind);
    Node *node = size ? calloc(1, size) : NULL;
    if (!node) return NULL;
    node->kind = kind;
    node->parent = parent;
    node->env = parent ? parent->env : (Env *)node;
    if (kind == SVCCTX) {
        pthread_mutex_init(&((Svc *)node)->lock, NULL);
        pthread_cond_init(&((Svc *)node)->woken, NULL);
    }
    pthread_mutex_lock(&tree);
    if (parent) {
        node->next = parent->first;
        if (node->next) node->next->previous = node;
        parent->first = node;
    }
    node->env->alive[kind]++;
    if (node->env->alive[kind] > node->env->most[kind]) node->env->most[kind] = node->env->alive[kind];
    pthread_mutex_unlock(&tree);
    return node;
}

static void destroy(Node *node) {
    while (node->first) destroy(node->first);
    if (node->kind == STMT) release_statement((Stmt *)node);
    if (node->kind == LOB) free(((Lob *)node)->bytes);
    if (node->kind == SVCCTX && ((Svc *)node)->db) sqlite3_close_v2(((Svc *)node)->db);
    if (node->previous) node->previous->next = node->next;
    else if (node->parent) node->parent->first = node->next;
    if (node->next) node->next->previous = node->previous;
    if (node->parent) node->env->alive[node->kind]--;
    free(node);
}

static int release(Node *node, uint32_t kind) {
    if (!node || node->kind != kind) return INVALID_HANDLE;
    if (kind == ENV) {
        Env *env = (Env *)node;
        /* Not freed by the client, and the most there were at once. */
        note(env, "left\tlobs %d rowids %d moments %d spans %d; at most statements %d lobs %d", env->alive[LOB],
             env->alive[ROWID], env->alive[TIMESTAMP] + env->alive[TIMESTAMP_TZ] + env->alive[TIMESTAMP_LTZ],
             env->alive[INTERVAL_DS] + env->alive[INTERVAL_YM], env->most[STMT], env->most[LOB]);
    }
    pthread_mutex_lock(&tree);
    destroy(node);
    pthread_mutex_unlock(&tree);
    return SUCCESS;
}

API void OCIClientVersion(int *major, int *minor, int *update, int *patch, int *port) {
    *major = 21, *minor = 13, *update = 0, *patch = 0, *port = 0;
}

API int OCIEnvNlsCreate(void **env, uint32_t mode, void *ctx, void *m, void *r, void *f, size_t extra, void **user,
                        uint16_t charset, uint16_t ncharset) {
    (void)mode, (void)ctx, (void)m, (void)r, (void)f, (void)extra, (void)user, (void)charset, (void)ncharset;
    *env = make(NULL, ENV);
    return *env ? SUCCESS : FAILURE;
}

API int OCIHandleAlloc(const void *parent, void **handle, uint32_t kind, size_t extra, void **user) {
    (void)extra, (void)user;
    *handle = make((Node *)parent, kind);
    return *handle ? SUCCESS : INVALID_HANDLE;
}

API int OCIHandleFree(void *handle, uint32_t kind) { return release(handle, kind); }

API int OCIDescriptorAlloc(const void *parent, void **handle, uint32_t kind, size_t extra, void **user) {
    return OCIHandleAlloc(parent, handle, kind, extra, user);
}

API int OCIDescriptorFree(void *handle, uint32_t kind) { return release(handle, kind); }

API int OCIArrayDescriptorAlloc(const void *parent, void **handles, uint32_t kind, uint32_t count, size_t extra,
                                void **user) {
    for (uint32_t i = 0; i < count; i++)
        if (OCIDescriptorAlloc(parent, &handles[i], kind, extra, user) != SUCCESS) return FAILURE;
    /* Freed by the first alone, as OCI has it: the others hang under it. */
    for (uint32_t i = 1; i < count; i++) {
        Node *one = handles[i], *first = handles[0];
        pthread_mutex_lock(&tree);
        if (one->previous) one->previous->next = one->next;
        else one->parent->first = one->next;
        if (one->next) one->next->previous = one->previous;
        one->parent = first, one->previous = NULL, one->next = first->first;
        if (one->next) one->next->previous = one;
        first->first = one;
        pthread_mutex_unlock(&tree);
    }
    return SUCCESS;
}

API int OCIArrayDescriptorFree(void **handles, uint32_t kind) { return release(handles[0], kind); }

int fail(void *error, int code, const char *format, ...) {
    Error *to = error;
    va_list arguments;
    va_start(arguments, format);
    to->code = code;
    int length = snprintf(to->message, sizeof to->message, "ORA-%05d: ", code);
    vsnprintf(to->message + length, sizeof to->message - length, format, arguments);
    va_end(arguments);
    return FAILURE;
}

API int OCIErrorGet(void *handle, uint32_t record, char *state, int32_t *code, char *buffer, uint32_t size,
                    uint32_t kind) {
    (void)state;
    Error *error = handle;
    if (record != 1 || kind != ERROR || !error->code) return NO_DATA;
    *code = error->code;
    snprintf(buffer, size, "%s\n", error->message);
    return SUCCESS;
}

#define GIVE(type, value) (*(type *)to = (type)(value), SUCCESS)

static int give_text(void *to, uint32_t *size, const char *text) {
    *(const char **)to = text;
    if (size) *size = (uint32_t)strlen(text);
    return SUCCESS;
}

static int statement_attribute(Stmt *stmt, void *to, uint32_t *size, uint32_t which) {
    switch (which) {
    case A_SQLFNCODE: return GIVE(uint16_t, 0);
    case A_STMT_TYPE: return GIVE(uint16_t, stmt->verb);
    case A_STMT_IS_RETURNING: return GIVE(uint8_t, 0);
    case A_PARAM_COUNT: return GIVE(uint32_t, stmt->width);
    case A_BIND_COUNT: return GIVE(uint32_t, stmt->named);
    case A_ROWS_FETCHED: return GIVE(uint32_t, stmt->fetched);
    case A_ROW_COUNT: return GIVE(uint32_t, stmt->row_count);
    case A_UB8_ROW_COUNT: return GIVE(uint64_t, stmt->row_count);
    case A_PARSE_ERROR_OFFSET: return GIVE(uint16_t, 0);
    case A_STATEMENT: return give_text(to, size, stmt->text);
    /* The statement's id in the server. */
    case A_SQL_ID: return give_text(to, size, "");
    default: return FAILURE;
    }
}

static int column_attribute(Column *column, void *to, uint32_t *size, uint32_t which) {
    switch (which) {
    case A_DATA_SIZE: return GIVE(uint16_t, column->size);
    case A_DATA_TYPE: return GIVE(uint16_t, column->type);
    case A_NAME: return give_text(to, size, column->name);
    case A_PRECISION: return GIVE(int16_t, column->precision);
    case A_SCALE: return GIVE(int8_t, column->scale);
    case A_IS_NULL: return GIVE(uint8_t, 1);
    case A_CHARSET_FORM: return GIVE(uint8_t, column->form);
    case A_CHAR_SIZE: return GIVE(uint16_t, column->characters);
    case A_JSON_COL: case A_OSON_COL: return GIVE(uint8_t, 0);
    case A_VECTOR_DIMENSION: return GIVE(uint32_t, 3);
    case A_VECTOR_DATA_FORMAT: case A_VECTOR_PROPERTY: return GIVE(uint8_t, 0);
    default: return FAILURE;
    }
}

API int OCIAttrGet(const void *handle, uint32_t kind, void *to, uint32_t *size, uint32_t which, void *error) {
    Node *node = (Node *)handle;
    int done = FAILURE;
    switch (node->kind) {
    case ENV: done = which == A_CHARSET_ID || which == A_NCHARSET_ID ? GIVE(uint16_t, 873) : FAILURE; break;
    case ERROR: done = GIVE(int, 0); break;
    case SERVER: done = which == A_SERVER_STATUS ? GIVE(uint32_t, ((Server *)node)->dead ? 0 : 1)
                      : which == A_CHARSET_ID || which == A_NCHARSET_ID ? GIVE(uint16_t, 873) : FAILURE; break;
    case SVCCTX: done = which == A_CALL_TIMEOUT ? GIVE(uint32_t, ((Svc *)node)->call_timeout)
                      : which == A_SERVER ? GIVE(void *, ((Svc *)node)->server)
                      : which == A_SESSION ? GIVE(void *, ((Svc *)node)->session) : FAILURE; break;
    case SESSION: done = which == A_TRANSACTION_IN_PROGRESS ? GIVE(int, 0) : FAILURE; break;
    case STMT: done = statement_attribute((Stmt *)node, to, size, which); break;
    case PARAM: done = column_attribute(((Param *)node)->column, to, size, which); break;
    case BIND: done = which == A_ROWS_RETURNED ? GIVE(uint32_t, 0) : FAILURE; break;
    }
    (void)kind;
    return done == SUCCESS ? done : fail(error, 24315, "illegal attribute type %u of %u", which, node->kind);
}

static int copy_text(char *to, size_t room, const void *from, uint32_t size) {
    snprintf(to, room, "%.*s", (int)size, (const char *)from);
    return SUCCESS;
}

static int session_attribute(Session *session, void *from, uint32_t size, uint32_t which) {
    switch (which) {
    case A_USERNAME: return copy_text(session->user, sizeof session->user, from, size);
    case A_PASSWORD: return copy_text(session->password, sizeof session->password, from, size);
    case A_CLIENT_IDENTIFIER: return copy_text(session->identifier, sizeof session->identifier, from, size);
    case A_MODULE: return copy_text(session->module, sizeof session->module, from, size);
    /* Driver, edition, action and the like: nothing here looks at them. */
    default: return SUCCESS;
    }
}

API int OCIAttrSet(void *handle, uint32_t kind, void *from, uint32_t size, uint32_t which, void *error) {
    (void)kind, (void)error;
    Node *node = handle;
    switch (node->kind) {
    case SVCCTX:
        if (which == A_SERVER) ((Svc *)node)->server = from;
        if (which == A_SESSION) ((Svc *)node)->session = from;
        if (which == A_CALL_TIMEOUT) {
            ((Svc *)node)->call_timeout = *(uint32_t *)from;
            note(node->env, "time\t%u", *(uint32_t *)from);
        }
        return SUCCESS;
    case SESSION: return session_attribute((Session *)node, from, size, which);
    case STMT:
        if (which == A_PREFETCH_ROWS) ((Stmt *)node)->prefetch = *(uint32_t *)from;
        return SUCCESS;
    default: return SUCCESS;
    }
}

API int OCIParamGet(const void *handle, uint32_t kind, void *error, void **param, uint32_t position) {
    Stmt *stmt = (Stmt *)handle;
    if (kind != STMT || position < 1 || (int)position > stmt->width)
        return fail(error, 24334, "no descriptor for this position");
    Param *made = make(&stmt->node, PARAM);
    made->column = &stmt->columns[position - 1];
    *param = made;
    return SUCCESS;
}

/* One key of a thread is all that ODPI-C asks for. */
API int OCIThreadKeyInit(void *env, void *error, void **key, void *destructor) {
    (void)env, (void)error;
    pthread_key_t *made = malloc(sizeof *made);
    *key = made;
    return pthread_key_create(made, (void (*)(void *))destructor) ? FAILURE : SUCCESS;
}

API int OCIThreadKeyGet(void *env, void *error, void *key, void **value) {
    (void)env, (void)error;
    *value = pthread_getspecific(*(pthread_key_t *)key);
    return SUCCESS;
}

API int OCIThreadKeySet(void *env, void *error, void *key, void *value) {
    (void)env, (void)error;
    return pthread_setspecific(*(pthread_key_t *)key, value) ? FAILURE : SUCCESS;
}

API int OCIThreadKeyDestroy(void *env, void *error, void **key) {
    (void)env, (void)error;
    pthread_key_delete(*(pthread_key_t *)*key);
    free(*key);
    return SUCCESS;
}

API int OCINlsNumericInfoGet(void *env, void *error, int32_t *value, uint16_t item) {
    (void)env, (void)error, (void)item;
    *value = 4;
    return SUCCESS;
}

API int OCINlsEnvironmentVariableGet(void *value, size_t size, uint16_t item, uint16_t charset, size_t *written) {
    (void)size, (void)item, (void)charset;
    *(uint16_t *)value = 873;
    *written = 2;
    return SUCCESS;
}

API void OCIThreadProcessInit(void) {}

/* Oracle knows more; AL32UTF8 is what every client here speaks. */
API uint16_t OCINlsCharSetNameToId(void *env, const char *name) {
    (void)env;
    return strcmp(name, "AL16UTF16") == 0 ? 2000 : 873;
}
