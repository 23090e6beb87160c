/* Faults that a test asks for, and the record of the calls that reached the server. */
#include "double.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A line of the server's record: written at once and whole, by whichever thread. */
void note(Env *env, const char *format, ...) {
    char line[4096];
    va_list arguments;
    if (!env->log[0]) return;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) length = sizeof line - 2;
    for (int i = 0; i < length; i++)
        if (line[i] == '\n') line[i] = ' ';
    line[length++] = '\n';
    int file = open(env->log, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (file < 0) return;
    /* A record that cannot be written fails the test that reads it. */
    ssize_t written = write(file, line, length);
    (void)written;
    close(file);
}

/* A row of the scenario's table of faults. */
typedef struct { int code, wait; char message[256]; } Fault;

static bool fault_of(const char *path, const char *at, const char *text, uint64_t row, Fault *fault) {
    static const char *query =
        "SELECT code, wait, message FROM double_faults WHERE at = ?1 AND ?2 LIKE pattern AND ?3 >= row LIMIT 1";
    sqlite3 *db;
    sqlite3_stmt *statement;
    bool found = false;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(db, 5000);
        if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK) {
            sqlite3_bind_text(statement, 1, at, -1, SQLITE_TRANSIENT);
            sqlite3_bind_text(statement, 2, text, -1, SQLITE_TRANSIENT);
            sqlite3_bind_int64(statement, 3, (int64_t)row);
            if ((found = sqlite3_step(statement) == SQLITE_ROW)) {
                fault->code = sqlite3_column_int(statement, 0);
                fault->wait = sqlite3_column_int(statement, 1);
                snprintf(fault->message, sizeof fault->message, "%s", (const char *)sqlite3_column_text(statement, 2));
            }
            sqlite3_finalize(statement);
        }
    }
    sqlite3_close(db);
    return found;
}

/* Errors after which the connection is gone. */
static bool ends_connection(int code) { return code == 3113 || code == 3135 || code == 2396 || code == 28; }

static int64_t until(Svc *svc, int wait) {
    int64_t end = now_ms() + wait;
    return svc->call_timeout && svc->deadline < end ? svc->deadline : end;
}

/* Waits as a call does: until the time is over, or somebody breaks it. */
static void wait_in_call(Svc *svc, int wait) {
    int64_t end = until(svc, wait);
    while (!svc->broken && now_ms() < end) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        int64_t left = end - now_ms();
        at.tv_sec += left / 1000, at.tv_nsec += left % 1000 * 1000000;
        if (at.tv_nsec >= 1000000000) at.tv_sec++, at.tv_nsec -= 1000000000;
        pthread_cond_timedwait(&svc->woken, &svc->lock, &at);
    }
    svc->timed_out = svc->call_timeout && now_ms() >= svc->deadline;
}

int begin_call(Svc *svc, void *error, const char *at, const char *text, uint64_t row) {
    Fault fault;
    if (svc->server->dead) return fail(error, 3114, "not connected to ORACLE");
    bool found = fault_of(svc->server->path, at, text, row, &fault);
    pthread_mutex_lock(&svc->lock);
    svc->in_call = true;
    svc->timed_out = false;
    svc->trips++;
    svc->deadline = now_ms() + svc->call_timeout;
    if (found && fault.wait) wait_in_call(svc, fault.wait);
    bool stopped = svc->broken || svc->timed_out;
    pthread_mutex_unlock(&svc->lock);
    if (stopped) return end_call(svc, error, FAILURE);
    if (found && fault.code) {
        svc->server->dead |= ends_connection(fault.code);
        fail(error, fault.code, "%s", fault.message);
        return end_call(svc, error, FAILURE);
    }
    return SUCCESS;
}

int end_call(Svc *svc, void *error, int done) {
    pthread_mutex_lock(&svc->lock);
    bool broken = svc->broken, timed_out = svc->timed_out;
    svc->in_call = svc->timed_out = false;
    /* A break that comes when the work is done meets the next call. */
    svc->broken = broken && done == SUCCESS;
    pthread_mutex_unlock(&svc->lock);
    if (broken && done != SUCCESS) return fail(error, 1013, "user requested cancel of current operation");
    else if (timed_out && done != SUCCESS) return fail(error, 3136, "inbound connection timed out");
    return done;
}

int fault_before(Server *server, void *error, const char *at, const char *text) {
    Fault fault;
    if (!fault_of(server->path, at, text, 0, &fault)) return SUCCESS;
    usleep(fault.wait * 1000);
    return fault.code ? fail(error, fault.code, "%s", fault.message) : SUCCESS;
}

API int OCIBreak(void *handle, void *error) {
    (void)error;
    Svc *svc = handle;
    pthread_mutex_lock(&svc->lock);
    svc->broken = true;
    pthread_cond_broadcast(&svc->woken);
    if (svc->in_call && svc->db) sqlite3_interrupt(svc->db);
    pthread_mutex_unlock(&svc->lock);
    note(svc->node.env, "break");
    return SUCCESS;
}
