#compdef entrypoint
# Completions of entrypoint for zsh, written by "entrypoint help --zsh".
_entrypoint() {
    local curcontext=$curcontext state line
    local -a commands=(
        'run:wait, migrate, verify, then become the server'
        'wait:wait until PostgreSQL accepts a login and answers'
        'migrate:wait, migrate, verify, and exit'
        'apply:wait, migrate, verify, and exit'
        'verify:wait, check that the critical tables exist, and exit'
        'status:show every migration\: applied, pending, and what is unusual'
        'plan:show what migrate would run, and what may go wrong with it'
        'check:compare the database with what its migrations describe'
        'mark:record migrations as applied without running them'
        'rollback:undo the newest migrations with the SQL written for that'
        'new:write a new, empty migration for you to fill in'
        'generate:write a new, empty migration for you to fill in'
        'config:show every setting, its value and where it came from'
        'help:explain a command, or everything'
        'version:show the version'
    )
    _arguments -C -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--verify-tables=[tables without which the server is not started]:TABLES:' \
            '--tables=[tables without which the server is not started]:TABLES:' \
            '--verify-snapshot=[what if a table or column of the newest snapshot is missing]:POLICY:(off warn fail)' \
            '--hooks-before-migrate=[program to run before pending migrations are applied]:COMMAND:' \
            '--hooks-after-migrate=[program to run after migrations were applied]:COMMAND:' \
            '--hooks-on-failure=[program to run when migrating has failed]:COMMAND:' \
            '--hooks-timeout=[how long a hook may run]:DURATION:' \
            '--server-init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--server-unset-env=[environment variables that the server does not get]:NAMES:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' \
            '1: :->command' '*:: :->rest'
    case $state in
    command)
        _describe -t commands command commands
        _command_names -e
        return ;;
    rest) ;;
    *) return ;;
    esac
    case $words[1] in
    run) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--verify-tables=[tables without which the server is not started]:TABLES:' \
            '--tables=[tables without which the server is not started]:TABLES:' \
            '--verify-snapshot=[what if a table or column of the newest snapshot is missing]:POLICY:(off warn fail)' \
            '--hooks-before-migrate=[program to run before pending migrations are applied]:COMMAND:' \
            '--hooks-after-migrate=[program to run after migrations were applied]:COMMAND:' \
            '--hooks-on-failure=[program to run when migrating has failed]:COMMAND:' \
            '--hooks-timeout=[how long a hook may run]:DURATION:' \
            '--server-init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--server-unset-env=[environment variables that the server does not get]:NAMES:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' \
            '*:::server: _normal' ;;
    wait) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    migrate | apply) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--verify-tables=[tables without which the server is not started]:TABLES:' \
            '--tables=[tables without which the server is not started]:TABLES:' \
            '--verify-snapshot=[what if a table or column of the newest snapshot is missing]:POLICY:(off warn fail)' \
            '--hooks-before-migrate=[program to run before pending migrations are applied]:COMMAND:' \
            '--hooks-after-migrate=[program to run after migrations were applied]:COMMAND:' \
            '--hooks-on-failure=[program to run when migrating has failed]:COMMAND:' \
            '--hooks-timeout=[how long a hook may run]:DURATION:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    verify) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--verify-tables=[tables without which the server is not started]:TABLES:' \
            '--tables=[tables without which the server is not started]:TABLES:' \
            '--verify-snapshot=[what if a table or column of the newest snapshot is missing]:POLICY:(off warn fail)' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    status) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--json[write one JSON document]' \
            '--exit-code[exit with status 1 when a migration is pending]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    plan) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--json[write one JSON document]' \
            '--sql[print the SQL, for psql]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    check) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--json[write one JSON document]' \
            '--strict[what is only in the database counts, too]' \
            '--folder[check the folders alone, without a database]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    mark) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--all[everything that is not recorded yet]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    rollback) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--steps=[undo this many migrations]:NUMBER:' \
            '--to=[undo everything behind this migration]:TAG:' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    new | generate) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    config) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--database-required=[whether a start without any connection string is an error]:YES|NO:(no yes)' \
            '--database-env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--env-file=[file of NAME=value lines to add to the environment]:FILE:_files' \
            '--wait-timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--timeout=[how long to wait until PostgreSQL accepts a login]:DURATION:' \
            '--migrate-dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--dirs=[folders with migrations, in the order to apply them]:DIRS:_files' \
            '--migrate-transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--transaction=[how many migrations share a transaction]:MODE:(auto all each)' \
            '--migrate-lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--lock-timeout=[how long a statement may wait for a lock on a table]:DURATION:' \
            '--migrate-lock-retries=[how often to try again after a lock timeout]:NUMBER:' \
            '--migrate-statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--statement-timeout=[how long one statement of a migration may run]:DURATION:' \
            '--migrate-replica-timeout=[how long to wait for another replica that is migrating]:DURATION:' \
            '--migrate-hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--hazards=[what if a pending migration loses data or takes long locks]:ALARM:(off warn fail)' \
            '--migrate-edited=[what if the file of an applied migration has changed]:POLICY:(ignore warn fail)' \
            '--migrate-out-of-order=[what if a pending migration is older than an applied one]:POLICY:(apply fail skip)' \
            '--migrate-ahead=[what if the database has migrations unknown to this image]:POLICY:(ignore warn fail)' \
            '--migrate-on-exists=[what if a numbered file makes something that exists]:POLICY:(fail skip)' \
            '--migrate-on-missing=[what if a numbered file needs something that does not exist]:POLICY:(fail defer)' \
            '--drizzle-schema=[schema of the table that records what was applied]:NAME:' \
            '--drizzle-table=[table that records what was applied]:NAME:' \
            '--numbered-schema=[schema of the table that records numbered files]:NAME:' \
            '--numbered-table=[table that records numbered files]:NAME:' \
            '--verify-tables=[tables without which the server is not started]:TABLES:' \
            '--tables=[tables without which the server is not started]:TABLES:' \
            '--verify-snapshot=[what if a table or column of the newest snapshot is missing]:POLICY:(off warn fail)' \
            '--hooks-before-migrate=[program to run before pending migrations are applied]:COMMAND:' \
            '--hooks-after-migrate=[program to run after migrations were applied]:COMMAND:' \
            '--hooks-on-failure=[program to run when migrating has failed]:COMMAND:' \
            '--hooks-timeout=[how long a hook may run]:DURATION:' \
            '--server-init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--init=[whether to stay as the server'\''s init process, as tini does]:YES|NO|GROUP:(no yes group)' \
            '--server-unset-env=[environment variables that the server does not get]:NAMES:' \
            '--log-format=[how log lines are written]:FORMAT:(auto text json github)' \
            '--log-stream=[where log lines go]:STREAM:(auto stderr stdout)' \
            '--log-level=[the least important lines that are still written]:LEVEL:(debug info warn error)' ;;
    help) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--man[write the manual page]' \
            '--markdown[write the tables of README.md]' \
            '--ini[write an entrypoint.ini with every setting]' \
            '--bash[write the completions for bash]' \
            '--zsh[write the completions for zsh]' \
            '--fish[write the completions for fish]' \
            '1:command:(run wait migrate apply verify status plan check mark rollback new generate config help version)' ;;
    version) _arguments -S \
            '--config=[read this file in the place of entrypoint.ini]:FILE:_files' \
            '--help[explain the command, or everything]' \
            '--version[show the version]' \
            '--licenses[show the licences of what this program is linked with]' ;;
    *) _normal ;;
    esac
}
_entrypoint "$@"
