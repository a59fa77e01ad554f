/*
 * signals.h - SIGTERM, SIGINT, SIGHUP and SIGQUIT in each phase of a run.
 *
 * While nothing is at stake (waiting, verifying, just before exec) a signal
 * ends the process at once with status 128 + n, from within the handler: a
 * name look-up may block for seconds, so no flag would be looked at in time.
 * "entrypoint: stopped by SIGTERM" on stderr is its only trace.
 * While a migration runs a signal is noted and makes ep_signals_fd() readable,
 * so that the statement can be cancelled and rolled back; a second signal ends
 * the process at once.
 *
 *     ep_signals_install()      first thing in main(): phase "leave"
 *     ep_signals_note()         phase "note": a transaction is about to begin
 *     ep_signals_leave()        phase "leave" again; ends the process now if a
 *                               signal was noted, so none is ever lost
 *     ep_signals_before_exec()  the mask as it was inherited
 *
 * The handlers stay installed up to exec, which resets them: resetting them by
 * hand would let PID 1 lose a signal, since the kernel drops those without a
 * handler there. A signal that was ignored when the process started stays
 * ignored, as nohup(1) expects. A signal that was blocked is unblocked while we
 * work. SIGPIPE gets a handler that does nothing (a closed log is no reason to
 * die in the middle of a migration), for the same reason not SIG_IGN.
 *
 * Source: signal-safety(7), execve(2), pid_namespaces(7).
 */
#ifndef EP_SYSTEM_SIGNALS_H
#define EP_SYSTEM_SIGNALS_H

#include "base/compiler.h"

void ep_signals_install(void);
void ep_signals_note(void);
void ep_signals_leave(void);
void ep_signals_before_exec(void);

/* The signal noted since ep_signals_note(), 0 for none. */
int ep_signals_noted(void);

/* Readable once a signal was noted; for poll(2). Close-on-exec. -1, which poll(2)
 * leaves out, when the system had none to give: a signal interrupts poll() all the same. */
int ep_signals_fd(void);

#endif
