/*
 * replicas.pml - what replicas that start together do to one database, as spin sees it.
 *
 *     spin -a replicas.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan
 *
 * Two migrations are pending: one that runs in a transaction, with its row, and one with a statement
 * outside of transactions, whose progress is noted before and after it (src/steps/apart.h). Every
 * replica may be killed at any instant and is started again, when the server has noticed; the
 * server may crash at any instant; CRASHES of both together. A killed replica's session lives on
 * until then, and what it sent last is still executed. -DPOOLED: through a pooler in transaction
 * mode.
 *
 * Checked: no work takes effect twice (the assertions of commit and the statement), and in the end
 * every replica has ended with all of it done (no other end state is valid).
 *
 * Each guard of the protocol can be taken away, and one of the checks must then fail:
 *   -DNO_REREAD    what is pending is not read again under the lock
 *   -DNO_TOGETHER  the row is written in a transaction of its own
 *   -DNO_LOCK      nobody takes the advisory lock
 *   -DNO_LOOKUP    a statement that was about to run is run again without looking for its effect
 *   -DNO_RUNNING   through a pooler: a dead replica's statement that still runs is not waited for
 *   -DNO_NOTICE    the server does not notice that a client is gone
 *   -DNO_RESTART   directly connected: after a lost COMMIT the transaction is repeated, not the start
 *   -DNO_HOLD      through a pooler: no second session holds the lock between transactions
 */
#ifndef REPLICAS
#define REPLICAS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define NOBODY 255

/* Committed, and so safe from any crash. */
bool row1, row2;          /* the ledger */
bool intent, done;        /* entrypoint_progress */
byte work;                /* how often the first migration's work took effect */
byte effect;              /* how often the statement outside of transactions did */

/* The server's memory: gone with it. */
byte lock = NOBODY;       /* the advisory lock: whose session has it */
byte ledger = NOBODY;     /* the ledger's ACCESS EXCLUSIVE lock: whose transaction has it */
bool running[REPLICAS];   /* the statement outside of transactions, in this session */
bool committing[REPLICAS]; /* COMMIT has arrived */
bool has_work[REPLICAS], has_row1[REPLICAS], has_row2[REPLICAS]; /* of the open transaction */
bool gone[REPLICAS];      /* the client of this session is dead */
byte life[REPLICAS];      /* the server's incarnation that the session belongs to */
byte incarnation;
bool holding[REPLICAS];   /* the lock is kept beyond transactions */

bool killed[REPLICAS];    /* and not started again yet */
bool over[REPLICAS];
byte crashes;

inline forget(i) {
    has_work[i] = false; has_row1[i] = false; has_row2[i] = false; committing[i] = false;
    if :: ledger == i -> ledger = NOBODY :: else fi
}

/* The server executes the COMMIT that it has got. */
inline commit_now(i) {
    if :: has_work[i] -> work++; assert(work <= 1) :: else fi;
    row1 = row1 || has_row1[i];
    row2 = row2 || has_row2[i];
    forget(i);
#ifdef POOLED
    if :: lock == i && !holding[i] -> lock = NOBODY :: else fi
#endif
}

inline end_session(i) {
    forget(i);
    holding[i] = false;
    if :: lock == i -> lock = NOBODY :: else fi;
    gone[i] = false
}

/* Everything is lost that was not committed. What a statement outside of a transaction had done by then, nobody knows. */
active proctype crash_of_server() {
    byte i;
end:
    do
    :: atomic { crashes < CRASHES && !(over[0] && over[1]) ->
        crashes++;
        for (i : 0 .. REPLICAS - 1) {
            if
            :: running[i] -> running[i] = false; effect++; assert(effect <= 1)
            :: running[i] = false
            fi;
            if
            :: committing[i] -> commit_now(i) /* it was on disk */
            :: skip
            fi;
            end_session(i);
        }
        lock = NOBODY; ledger = NOBODY;
        incarnation++ }
    od
}

/* A session without a client: what it had got is executed, then it ends. */
active proctype server() {
    byte i;
end:
    do
    :: atomic { running[0] -> running[0] = false; effect++; assert(effect <= 1) }
    :: atomic { running[1] -> running[1] = false; effect++; assert(effect <= 1) }
    :: atomic { committing[0] -> commit_now(0) }
    :: atomic { committing[1] -> commit_now(1) }
#ifndef NO_NOTICE
    :: atomic { gone[0] && !running[0] && !committing[0] -> end_session(0) }
    :: atomic { gone[1] && !running[1] && !committing[1] -> end_session(1) }
#ifdef POOLED
    /* The second session ends by itself, while the first may still be at a statement. */
    :: atomic { gone[0] && holding[0] -> holding[0] = false; lock = NOBODY }
    :: atomic { gone[1] && holding[1] -> holding[1] = false; lock = NOBODY }
#endif
#endif
    od
}

/* The session is lost: begin anew, in another. */
#define LOST (life[me] != incarnation)

inline begin_transaction() {
#ifdef POOLED
#ifndef NO_LOCK
    if
    :: atomic { !LOST && (holding[me] || lock == NOBODY) -> lock = me }
    :: LOST -> goto start
    fi;
#endif
#endif
    if
    :: atomic { !LOST && ledger == NOBODY -> ledger = me }
    :: LOST -> goto start
    fi
}

/* Once more with the same, or the whole start again: who has lost a COMMIT does not know. */
inline commit_and_wait() {
    atomic { if :: !LOST -> committing[me] = true :: else fi };
    if
    :: atomic { !LOST && !committing[me] -> skip }
#ifdef NO_RESTART
    :: LOST -> life[me] = incarnation; goto again
#else
    :: LOST -> goto start
#endif
    fi
}

proctype replica(byte me) {
    bool pending1, pending2;

    do
    :: { skip;
start:
    /* A new session; the old one's remains are the server's business. */
    atomic { !gone[me] && !running[me] && !committing[me] ->
        end_session(me);
        life[me] = incarnation;
        pending1 = !row1; pending2 = !row2 };
    if :: !pending1 && !pending2 -> goto finish :: else fi;

#if !defined(POOLED) && !defined(NO_LOCK)
    if
    :: atomic { !LOST && lock == NOBODY -> lock = me; holding[me] = true }
    :: LOST -> goto start
    fi;
#endif

    /* The first migration: work and row. */
#ifdef NO_RESTART
again:
#endif
    begin_transaction();
#ifndef NO_REREAD
    pending1 = !row1;
#endif
    if
    :: pending1 ->
#ifdef NO_TOGETHER
        atomic { if :: !LOST -> has_work[me] = true :: else fi };
        commit_and_wait();
        begin_transaction();
        atomic { if :: !LOST -> has_row1[me] = true :: else fi };
#else
        atomic { if :: !LOST -> has_work[me] = true; has_row1[me] = true :: else fi };
#endif
        commit_and_wait()
    :: else ->
        atomic { if :: !LOST -> forget(me) :: else fi };
#ifdef POOLED
        atomic { if :: !LOST && lock == me && !holding[me] -> lock = NOBODY :: else fi };
#endif
    fi;

    /* The second: a statement outside of transactions, between what is known of it. */
#if defined(POOLED) && !defined(NO_LOCK) && !defined(NO_HOLD)
    if
    :: atomic { !LOST && lock == NOBODY -> lock = me; holding[me] = true }
    :: LOST -> goto start
    fi;
#endif
#ifndef NO_REREAD
    pending2 = !row2;
#endif
    if :: !pending2 -> goto finish :: else fi;
    if :: done -> goto record :: else fi;
    if
    :: intent ->
#ifndef NO_RUNNING
        if
        :: atomic { !LOST && !running[0] && !running[1] -> skip }
        :: LOST -> goto start
        fi;
#endif
#ifndef NO_LOOKUP
        if :: effect > 0 -> goto note :: else fi
#endif
    :: else
    fi;
    atomic { if :: !LOST -> intent = true :: else fi };
    atomic { if :: !LOST -> running[me] = true :: else fi };
    if
    :: atomic { !LOST && !running[me] -> skip }
    :: LOST -> goto start
    fi;
note:
    atomic { if :: !LOST -> done = true :: else fi };
record:
    begin_transaction();
    atomic { if :: !LOST -> has_row2[me] = true :: else fi };
    commit_and_wait();
finish:
    atomic {
        if
        :: LOST -> goto start
        :: else -> end_session(me); over[me] = true; assert(row1 && row2)
        fi
    };
    break
    } unless {
        atomic { killed[me] -> killed[me] = false; gone[me] = true }
    }
    od
}

active proctype killer() {
end:
    do
    :: atomic { crashes < CRASHES && !over[0] && !killed[0] -> crashes++; killed[0] = true }
    :: atomic { crashes < CRASHES && !over[1] && !killed[1] -> crashes++; killed[1] = true }
    od
}

init {
    atomic { run replica(0); run replica(1) }
}
