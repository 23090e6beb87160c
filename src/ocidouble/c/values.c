/* Values between a client's memory, Oracle's own encodings and SQLite. */
#include "double.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Oracle's NUMBER: a length, an exponent of 100 and up to twenty digits to that base, each one more than it is, or 101
 * less it where the number is negative.
 * https://docs.oracle.com/en/database/oracle/oracle-database/21/lnoci/data-types.html */
int number_of(const char *text, uint8_t bytes[22]) {
    char digits[400];
    int count = 0, point = -1, exponent = 0;
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    for (; *text; text++) {
        if (*text == '.') point = count;
        else if (*text == 'e' || *text == 'E') { exponent = atoi(text + 1); break; }
        else if (*text >= '0' && *text <= '9' && count < 390) digits[count++] = *text;
        else return FAILURE;
    }
    if (point < 0) point = count;
    int first = 0;
    while (first < count && digits[first] == '0') first++;
    while (count > first && digits[count - 1] == '0') count--;
    memset(bytes, 0, 22);
    if (first == count) {
        bytes[0] = 1, bytes[1] = 0x80;
        return SUCCESS;
    }
    /* The place of the first digit, counted from the point, made even. */
    int place = point + exponent - first;
    int hundreds = place > 0 ? (place + 1) / 2 : -(-place / 2);
    int shift = hundreds * 2 - place;
    uint8_t length = 1;
    for (int i = -shift; i < count - first && length < 21; i += 2) {
        int high = i < 0 ? 0 : digits[first + i] - '0';
        int low = i + 1 < count - first ? digits[first + i + 1] - '0' : 0;
        int digit = high * 10 + low;
        bytes[++length] = negative ? 101 - digit : digit + 1;
    }
    bytes[1] = negative ? 63 - hundreds : 192 + hundreds;
    if (negative && length < 21) bytes[++length] = 102;
    bytes[0] = length;
    return SUCCESS;
}

void number_text(const uint8_t bytes[22], char text[160]) {
    char digits[48];
    int length = bytes[0], count = 0;
    if (length == 1 && bytes[1] == 0x80) {
        strcpy(text, "0");
        return;
    }
    bool negative = !(bytes[1] & 0x80);
    int hundreds = negative ? 63 - bytes[1] : bytes[1] - 192;
    if (negative && bytes[length] == 102) length--;
    for (int i = 2; i <= length; i++) {
        int digit = negative ? 101 - bytes[i] : bytes[i] - 1;
        digits[count++] = '0' + digit / 10, digits[count++] = '0' + digit % 10;
    }
    int point = hundreds * 2, at = 0;
    if (negative) text[at++] = '-';
    if (point <= 0) {
        at += sprintf(text + at, "0.");
        for (int i = point; i < 0 && at < 150; i++) text[at++] = '0';
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point && i > 0) text[at++] = '.';
        if (at < 158) text[at++] = i < count ? digits[i] : '0';
    }
    text[at] = 0;
    if (strchr(text, '.')) while (text[at - 1] == '0') text[--at] = 0;
    char *start = text + negative;
    if (start[0] == '0' && start[1] != '.' && start[1]) memmove(start, start + 1, strlen(start));
}

bool moment_of(const char *text, Moment *moment) {
    int year, month, day, hour = 0, minute = 0, second = 0, used = 0, sign = 1, zone_hours = 0, zone_minutes = 0;
    if (sscanf(text, "%d-%d-%d%n", &year, &month, &day, &used) != 3) return false;
    text += used;
    if (sscanf(text, " %d:%d:%d%n", &hour, &minute, &second, &used) == 3) text += used;
    uint32_t nanosecond = 0;
    if (*text == '.') {
        uint32_t unit = 100000000;
        for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10) nanosecond += (*text - '0') * unit;
    }
    while (*text == ' ') text++;
    if (*text == '-') sign = -1;
    if (*text == '-' || *text == '+') sscanf(text + 1, "%d:%d", &zone_hours, &zone_minutes);
    moment->year = year, moment->month = month, moment->day = day;
    moment->hour = hour, moment->minute = minute, moment->second = second, moment->nanosecond = nanosecond;
    moment->zone_hours = sign * zone_hours, moment->zone_minutes = sign * zone_minutes;
    return true;
}

void moment_text(const Moment *moment, bool zoned, char text[160]) {
    int at = sprintf(text, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
    if (moment->hour || moment->minute || moment->second || moment->nanosecond || zoned)
        at += sprintf(text + at, " %02d:%02d:%02d", moment->hour, moment->minute, moment->second);
    if (moment->nanosecond) at += sprintf(text + at, ".%09u", moment->nanosecond);
    if (zoned) {
        bool west = moment->zone_hours < 0 || moment->zone_minutes < 0;
        sprintf(text + at, " %c%02d:%02d", west ? '-' : '+', abs(moment->zone_hours), abs(moment->zone_minutes));
    }
}

/* `-3 04:05:06.5`, or `1-6` in years and months; each part carries the sign. */
bool span_of(const char *text, bool months, Span *span) {
    int sign = *text == '-' ? -1 : 1;
    double seconds = 0;
    if (*text == '-' || *text == '+') text++;
    if (months) {
        if (sscanf(text, "%d-%d", &span->first, &span->second) != 2) return false;
        span->first *= sign, span->second *= sign;
        return true;
    }
    if (sscanf(text, "%d %d:%d:%lf", &span->first, &span->hours, &span->minutes, &seconds) != 4) return false;
    span->first *= sign, span->hours *= sign, span->minutes *= sign;
    span->seconds = sign * (int)seconds, span->nanoseconds = sign * (int)lround((seconds - (int)seconds) * 1e9);
    return true;
}

static void put(Define *define, uint32_t row, const void *from, size_t length) {
    memcpy(define->values + row * define->size, from, length);
    if (define->lengths) define->lengths[row] = (uint32_t)length;
}

static int put_text(Define *define, uint32_t row, sqlite3_value *value) {
    const void *bytes = define->type == T_BIN ? sqlite3_value_blob(value) : sqlite3_value_text(value);
    size_t length = sqlite3_value_bytes(value);
    if (define->codes) define->codes[row] = length > define->size ? 1406 : 0;
    if (length > define->size) return FAILURE;
    put(define, row, bytes, length);
    return SUCCESS;
}

static int put_lob(Define *define, Lob *lob, sqlite3_value *value) {
    lob->text = define->type == T_CLOB;
    const void *bytes = lob->text ? (const void *)sqlite3_value_text(value) : sqlite3_value_blob(value);
    lob->length = sqlite3_value_bytes(value);
    free(lob->bytes);
    lob->bytes = malloc(lob->length + 1);
    memcpy(lob->bytes, bytes ? bytes : "", lob->length);
    return SUCCESS;
}

static int deliver_by_pieces(Define *define, uint32_t row, sqlite3_value *value) {
    const uint8_t *bytes = sqlite3_value_blob(value);
    size_t left = sqlite3_value_bytes(value);
    do {
        void *room, *null;
        uint32_t *length;
        uint16_t *code;
        uint8_t piece = 0;
        define->supply(define->supplier, define, row, &room, &length, &piece, &null, &code);
        *(int16_t *)null = sqlite3_value_type(value) == SQLITE_NULL ? -1 : 0;
        if (*length > left) *length = (uint32_t)left;
        memcpy(room, bytes, *length);
        bytes += *length, left -= *length;
    } while (left);
    return SUCCESS;
}

int deliver(Define *define, uint32_t row, sqlite3_value *value) {
    if (define->supply) return deliver_by_pieces(define, row, value);
    bool is_text = define->type == T_CHR || define->type == T_AFC || define->type == T_BIN;
    /* To Oracle a text of no length is none. */
    bool null = sqlite3_value_type(value) == SQLITE_NULL || (is_text && !sqlite3_value_bytes(value));
    define->nulls[row] = null ? -1 : 0;
    if (null) return SUCCESS;
    void *place = define->values + row * define->size;
    const char *text = (const char *)sqlite3_value_text(value);
    switch (define->type) {
    case T_CHR: case T_AFC: case T_BIN: return put_text(define, row, value);
    case T_VNU: return number_of(text, place);
    case T_BDOUBLE: *(double *)place = sqlite3_value_double(value); return SUCCESS;
    case T_BFLOAT: *(float *)place = (float)sqlite3_value_double(value); return SUCCESS;
    case T_INT: *(int64_t *)place = sqlite3_value_int64(value); return SUCCESS;
    case T_BOL: *(int *)place = sqlite3_value_int(value); return SUCCESS;
    case T_ODT: {
        Moment day = { .year = 0 };
        if (!moment_of(text, &day)) return FAILURE;
        *(int16_t *)place = day.year;
        uint8_t *rest = (uint8_t *)place + 2;
        rest[0] = day.month, rest[1] = day.day, rest[2] = day.hour, rest[3] = day.minute, rest[4] = day.second;
        return SUCCESS;
    }
    case T_TIMESTAMP: case T_TIMESTAMP_TZ: case T_TIMESTAMP_LTZ:
        return moment_of(text, *(Moment **)place) ? SUCCESS : FAILURE;
    case T_INTERVAL_DS: case T_INTERVAL_YM:
        return span_of(text, define->type == T_INTERVAL_YM, *(Span **)place) ? SUCCESS : FAILURE;
    case T_CLOB: case T_BLOB: return put_lob(define, *(Lob **)place, value);
    case T_RDD: snprintf((*(Rowid **)place)->text, 64, "%s", text); return SUCCESS;
    default: return FAILURE;
    }
}

static void hexadecimal(const uint8_t *bytes, size_t length, char shown[256]) {
    for (size_t i = 0; i < length && i < 60; i++) sprintf(shown + 2 * i, "%02x", bytes[i]);
}

void bind_value(Bound *bound, sqlite3_stmt *query, int at, char shown[256]) {
    char text[160];
    uint32_t length = bound->length ? *bound->length : (uint32_t)bound->size;
    strcpy(shown, "null");
    if (bound->null && *bound->null < 0) {
        sqlite3_bind_null(query, at);
        return;
    }
    switch (bound->type) {
    case T_VNU:
        number_text(bound->value, text);
        hexadecimal(bound->value + 1, bound->value[0], shown);
        /* More digits than SQLite's numbers have. */
        if (strlen(text) > 18) sqlite3_bind_text(query, at, text, -1, SQLITE_TRANSIENT);
        else if (strpbrk(text, ".")) sqlite3_bind_double(query, at, atof(text));
        else sqlite3_bind_int64(query, at, atoll(text));
        return;
    case T_BDOUBLE:
        snprintf(shown, 256, "%.17g", *(double *)bound->value);
        sqlite3_bind_double(query, at, *(double *)bound->value);
        return;
    case T_ODT: {
        Moment day = { .year = *(int16_t *)bound->value, .month = bound->value[2], .day = bound->value[3],
                       .hour = bound->value[4], .minute = bound->value[5], .second = bound->value[6] };
        moment_text(&day, false, text);
        break;
    }
    case T_TIMESTAMP: case T_TIMESTAMP_TZ: case T_TIMESTAMP_LTZ:
        moment_text(*(Moment **)bound->value, bound->type != T_TIMESTAMP, text);
        break;
    case T_BIN:
        hexadecimal(bound->value, length, shown);
        sqlite3_bind_blob(query, at, bound->value, (int)length, SQLITE_TRANSIENT);
        return;
    default:
        snprintf(shown, 256, "%.*s", (int)length, (char *)bound->value);
        /* To Oracle a text of no length is none. */
        if (!length) sqlite3_bind_null(query, at);
        else sqlite3_bind_text(query, at, (char *)bound->value, (int)length, SQLITE_TRANSIENT);
        return;
    }
    snprintf(shown, 256, "%s", text);
    sqlite3_bind_text(query, at, text, -1, SQLITE_TRANSIENT);
}

API int OCINumberToInt(void *error, const void *number, unsigned length, unsigned is_signed, void *to) {
    char text[160];
    (void)is_signed;
    number_text(number, text);
    if (length != 8) return fail(error, 22053, "overflow error");
    *(int64_t *)to = atoll(text);
    return SUCCESS;
}

API int OCINumberToReal(void *error, const void *number, unsigned length, void *to) {
    char text[160];
    number_text(number, text);
    if (length != 8) return fail(error, 22053, "overflow error");
    *(double *)to = atof(text);
    return SUCCESS;
}

API int OCINumberFromInt(void *error, const void *from, unsigned length, unsigned is_signed, void *number) {
    char text[160];
    (void)is_signed;
    if (length != 8) return fail(error, 22053, "overflow error");
    snprintf(text, sizeof text, "%lld", (long long)*(const int64_t *)from);
    return number_of(text, number);
}

API int OCIDateTimeConstruct(void *env, void *error, void *to, int16_t year, uint8_t month, uint8_t day, uint8_t hour,
                             uint8_t minute, uint8_t second, uint32_t fraction, const char *zone, size_t length) {
    (void)env, (void)error;
    Moment *moment = to;
    char text[160], offset[16] = "";
    snprintf(offset, sizeof offset, "%.*s", zone ? (int)length : 0, zone ? zone : "");
    snprintf(text, sizeof text, "%d-%d-%d %d:%d:%d.%09u %s", year, month, day, hour, minute, second, fraction, offset);
    return moment_of(text, moment) ? SUCCESS : FAILURE;
}

API int OCIDateTimeGetDate(void *env, void *error, const void *from, int16_t *year, uint8_t *month, uint8_t *day) {
    (void)env, (void)error;
    const Moment *moment = from;
    *year = moment->year, *month = moment->month, *day = moment->day;
    return SUCCESS;
}

API int OCIDateTimeGetTime(void *env, void *error, void *from, uint8_t *hour, uint8_t *minute, uint8_t *second,
                           uint32_t *fraction) {
    (void)env, (void)error;
    const Moment *moment = from;
    *hour = moment->hour, *minute = moment->minute, *second = moment->second, *fraction = moment->nanosecond;
    return SUCCESS;
}

API int OCIDateTimeGetTimeZoneOffset(void *env, void *error, const void *from, int8_t *hours, int8_t *minutes) {
    (void)env, (void)error;
    const Moment *moment = from;
    *hours = moment->zone_hours, *minutes = moment->zone_minutes;
    return SUCCESS;
}

API int OCIIntervalGetDaySecond(void *env, void *error, int32_t *days, int32_t *hours, int32_t *minutes,
                                int32_t *seconds, int32_t *fraction, const void *from) {
    (void)env, (void)error;
    const Span *span = from;
    *days = span->first, *hours = span->hours, *minutes = span->minutes, *seconds = span->seconds;
    *fraction = span->nanoseconds;
    return SUCCESS;
}

API int OCIIntervalGetYearMonth(void *env, void *error, int32_t *years, int32_t *months, const void *from) {
    (void)env, (void)error;
    const Span *span = from;
    *years = span->first, *months = span->second;
    return SUCCESS;
}

API int OCIRowidToChar(void *rowid, char *to, uint16_t *length, void *error) {
    (void)error;
    const char *text = ((Rowid *)rowid)->text;
    uint16_t room = *length;
    *length = (uint16_t)strlen(text);
    if (room < *length) return fail(error, 1406, "fetched column value was truncated");
    memcpy(to, text, *length);
    return SUCCESS;
}
