#include "system/thread.h"

#include "base/check.h"

#include <signal.h>

bool ep_thread_start(void *(*work)(void *argument), void *argument, size_t stack_bytes,
                     pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t before;

    EP_CHECK(pthread_attr_init(&attributes) == 0);
    EP_CHECK(ret_thread != NULL
             || pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
    EP_CHECK(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
    EP_CHECK(sigfillset(&all) == 0);
    EP_CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    bool started = pthread_create(&thread, &attributes, work, argument) == 0;
    EP_CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    EP_CHECK(pthread_attr_destroy(&attributes) == 0);
    if (started && ret_thread != NULL) {
        *ret_thread = thread;
    }
    return started;
}
