/* Large objects, read through their locators: a round trip each time. */
#include "double.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the first characters of a text that fit into so many bytes, and how many characters those are. Oracle counts
 * a character beyond the basic plane twice, for it keeps UTF-16. */
static size_t bytes_of(const Lob *lob, size_t from, uint64_t characters, uint64_t room, uint64_t *counted) {
    size_t at = from;
    *counted = 0;
    while (at < lob->length) {
        size_t next = at + 1;
        while (next < lob->length && (lob->bytes[next] & 0xC0) == 0x80) next++;
        uint64_t units = next - at == 4 ? 2 : 1;
        if (*counted + units > characters || next - from > room) break;
        *counted += units;
        at = next;
    }
    return at - from;
}

API int OCILobRead2(void *svcctx, void *error, void *locator, uint64_t *bytes, uint64_t *characters, uint64_t offset,
                    void *buffer, uint64_t room, uint8_t piece, void *context, void *callback, uint16_t charset,
                    uint8_t form) {
    (void)piece, (void)context, (void)callback, (void)charset, (void)form;
    Svc *svc = svcctx;
    Lob *lob = locator;
    int begun = begin_call(svc, error, "lob", "", offset);
    svc->lob_reads++;
    note(svc->node.env, "lob\t%llu", (unsigned long long)offset);
    if (begun != SUCCESS) return begun;
    uint64_t skipped, read = 0;
    size_t start = lob->text ? bytes_of(lob, 0, offset - 1, UINT64_MAX, &skipped) : offset - 1;
    if (start > lob->length) start = lob->length;
    size_t left = lob->length - start, length;
    if (lob->text) length = bytes_of(lob, start, *characters, room, &read);
    else length = left < *bytes ? left : *bytes;
    /* Only where not one character fits: https://github.com/oracle/odpi/issues/146 */
    if (lob->text && !length && left && *characters) return end_call(svc, error, NEED_DATA);
    const uint8_t *from = lob->bytes + start;
    memcpy(buffer, from, length);
    *bytes = length;
    *characters = lob->text ? read : length;
    return end_call(svc, error, SUCCESS);
}

API int OCILobGetLength2(void *svcctx, void *error, void *locator, uint64_t *length) {
    (void)svcctx, (void)error;
    Lob *lob = locator;
    /* It came with the row: ODPI-C asks for that. */
    if (lob->text) bytes_of(lob, 0, UINT64_MAX, UINT64_MAX, length);
    else *length = lob->length;
    return SUCCESS;
}

/* A temporary one, which ODPI-C makes for a long bind. */
API int OCILobCreateTemporary(void *svcctx, void *error, void *locator, uint16_t charset, uint8_t form, uint8_t kind,
                              int cached, uint16_t duration) {
    (void)error, (void)charset, (void)form, (void)kind, (void)cached, (void)duration;
    ((Lob *)locator)->temporary = true;
    note(((Svc *)svcctx)->node.env, "lob made");
    return SUCCESS;
}

API int OCILobTrim2(void *svcctx, void *error, void *locator, uint64_t length) {
    (void)svcctx, (void)error;
    ((Lob *)locator)->length = length;
    return SUCCESS;
}

API int OCILobWrite2(void *svcctx, void *error, void *locator, uint64_t *bytes, uint64_t *characters, uint64_t offset,
                     const void *buffer, uint64_t length, uint8_t piece, void *context, void *callback,
                     uint16_t charset, uint8_t form) {
    (void)svcctx, (void)error, (void)characters, (void)offset, (void)piece, (void)context, (void)callback, (void)charset;
    (void)form;
    Lob *lob = locator;
    lob->bytes = realloc(lob->bytes, length + 1);
    memcpy(lob->bytes, buffer, length);
    lob->length = *bytes = length, lob->text = true;
    return SUCCESS;
}

API int OCILobIsTemporary(void *env, void *error, void *locator, int *temporary) {
    (void)env, (void)error;
    *temporary = ((Lob *)locator)->temporary;
    return SUCCESS;
}

API int OCILobFreeTemporary(void *svcctx, void *error, void *locator) {
    (void)error;
    ((Lob *)locator)->temporary = false;
    note(((Svc *)svcctx)->node.env, "lob freed");
    return SUCCESS;
}
