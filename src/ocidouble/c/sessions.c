/* Connections and sessions. */
#include "double.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

API int OCIServerAttach(void *handle, void *error, const char *connect, int32_t length, uint32_t mode) {
    (void)mode;
    Server *server = handle;
    Env *env = server->node.env;
    snprintf(server->path, sizeof server->path, "%.*s", (int)length, connect);
    if (access(server->path, R_OK) != 0)
        return fail(error, 12154, "TNS:could not resolve the connect identifier specified");
    snprintf(env->log, sizeof env->log, "%s.log", server->path);
    return fault_before(server, error, "attach", "");
}

API int OCIServerDetach(void *server, void *error, uint32_t mode) {
    (void)error, (void)mode;
    ((Server *)server)->dead = true;
    return SUCCESS;
}

/* `bot[camille]` enters as camille by the right of bot. */
static void split_proxy(Session *session) {
    char *bracket = strchr(session->user, '[');
    if (!bracket) return;
    snprintf(session->through, sizeof session->through, "%.*s", (int)strcspn(bracket + 1, "]"), bracket + 1);
    *bracket = 0;
}

API int OCISessionBegin(void *svcctx, void *error, void *user, uint32_t credentials, uint32_t mode) {
    (void)credentials, (void)mode;
    Svc *svc = svcctx;
    svc->session = user;
    split_proxy(svc->session);
    note(svc->node.env, "login\t%s%s%s", svc->session->user, *svc->session->through ? " as " : "", svc->session->through);
    if (fault_before(svc->server, error, "login", svc->session->user) != SUCCESS) return FAILURE;
    return open_database(svc, error);
}

API int OCISessionEnd(void *svcctx, void *error, void *user, uint32_t mode) {
    (void)error, (void)user, (void)mode;
    Svc *svc = svcctx;
    note(svc->node.env, "logout\ttrips %d lobs %d", svc->trips, svc->lob_reads);
    return SUCCESS;
}

API int OCIServerRelease2(void *svcctx, void *error, char *buffer, uint32_t size, uint8_t kind, uint32_t *version,
                          uint32_t mode) {
    (void)svcctx, (void)error, (void)kind, (void)mode;
    snprintf(buffer, size, "Oracle Database 19c Enterprise Edition Release 19.0.0.0.0");
    *version = 19u << 24;
    return SUCCESS;
}

API int OCIPing(void *svcctx, void *error, uint32_t mode) {
    (void)mode;
    Svc *svc = svcctx;
    int begun = begin_call(svc, error, "ping", "", 0);
    note(svc->node.env, "ping");
    return begun == SUCCESS ? end_call(svc, error, SUCCESS) : begun;
}

API int OCITransRollback(void *svcctx, void *error, uint32_t flags) {
    (void)flags;
    Svc *svc = svcctx;
    int begun = begin_call(svc, error, "rollback", "", 0);
    note(svc->node.env, "rollback\t%s", svc->session->identifier);
    if (begun != SUCCESS) return begun;
    svc->read_only = false;
    sqlite3_exec(svc->db, "DELETE FROM sys.plan_table$", NULL, NULL, NULL);
    return end_call(svc, error, SUCCESS);
}

API int OCITransCommit(void *svcctx, void *error, uint32_t flags) {
    note(((Svc *)svcctx)->node.env, "commit");
    return OCITransRollback(svcctx, error, flags);
}
