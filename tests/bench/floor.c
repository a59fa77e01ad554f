/*
 * floor.c - the least that a program can do with libpq: floor SQL, or floor -f FILE.
 *
 * Logs in with the connection string in DATABASE_URL, sends one query, reads its answer. Linked
 * with Debian's dynamic libpq and with the static one, as PostgreSQL ships it.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(66);
    }
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(66);
    }
    (void)fclose(file);
    return text;
}

int main(int count, char **arguments)
{
    if (count < 2) {
        return 64;
    }
    char *text = strcmp(arguments[1], "-f") == 0 ? read_file(arguments[2]) : arguments[1];
    PGconn *connection = PQconnectdb(getenv("DATABASE_URL"));
    if (PQstatus(connection) != CONNECTION_OK) {
        (void)fputs(PQerrorMessage(connection), stderr);
        return 1;
    }
    (void)PQsetNoticeReceiver(connection, ignore_notice, NULL);
    PGresult *result = PQexec(connection, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        (void)fputs(PQerrorMessage(connection), stderr);
        return 1;
    }
    PQclear(result);
    PQfinish(connection);
    return 0;
}
