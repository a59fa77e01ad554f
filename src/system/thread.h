/*
 * thread.h - a thread that no signal reaches.
 *
 * Signals are blocked in it: their handlers run in the thread that waits (signals.h).
 */
#ifndef EP_SYSTEM_THREAD_H
#define EP_SYSTEM_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Start work(argument) with a stack of so many bytes. With ret_thread NULL it is
 * detached, else it must be joined. Returns false where the system gives us no thread.
 */
bool ep_thread_start(void *(*work)(void *argument), void *argument, size_t stack_bytes,
                     pthread_t *ret_thread);

#endif
