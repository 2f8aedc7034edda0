/* libpq, PostgreSQL's client library, loaded when the first postgresql:// store is opened. Linked, it
   and the twenty libraries that it needs took 2.8 ms of each start's 3.5, also where the store is SQLite. */
#ifndef STORE_POSTGRES_LIBPQ_H
#define STORE_POSTGRES_LIBPQ_H

#include <libpq-fe.h>
#include <stdbool.h>

/* The functions that saca calls, without their PQ. To call another one, add it here. */
#define LIBPQ_FUNCTIONS(F) \
	F(backendPID) F(clear) F(cmdStatus) F(cmdTuples) F(connectdbParams) F(errorMessage) F(exec) F(finish) \
	F(ftype) F(getResult) F(getisnull) F(getlength) F(getvalue) F(nfields) F(parameterStatus) F(prepare) \
	F(reset) F(resultErrorField) F(resultStatus) F(sendQueryParams) F(sendQueryPrepared) \
	F(setNoticeReceiver) F(setSingleRowMode) F(status) F(transactionStatus)

/* pq.exec is PQexec, and so on. */
struct libpq {
#define LIBPQ_POINTER(name) __typeof__(PQ##name) *name;
	LIBPQ_FUNCTIONS(LIBPQ_POINTER)
#undef LIBPQ_POINTER
};

extern struct libpq pq;

/* Loads the library and fills pq. NULL, or the reason why that failed, valid until the next call. */
char const *libpq_load(void);

#endif
