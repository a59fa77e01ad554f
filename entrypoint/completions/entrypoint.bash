# Completions of entrypoint for bash, written by "entrypoint help --bash".
# shellcheck disable=SC2221,SC2222 # a flag with choices has flags behind it
_entrypoint() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' flags i
    COMPREPLY=()
    [ "$word" != = ] || word=
    [ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) return ;;
        '' | --config | -c | --database-required | --database-env-file | --env-file | --wait-timeout | --timeout | -t | --migrate-dirs | --dirs | --migrate-transaction | --transaction | --migrate-lock-timeout | --lock-timeout | --migrate-lock-retries | --migrate-statement-timeout | --statement-timeout | --migrate-replica-timeout | --migrate-hazards | --hazards | --migrate-edited | --migrate-out-of-order | --migrate-ahead | --migrate-on-exists | --migrate-on-missing | --drizzle-schema | --drizzle-table | --numbered-schema | --numbered-table | --verify-tables | --tables | --verify-snapshot | --hooks-before-migrate | --hooks-after-migrate | --hooks-on-failure | --hooks-timeout | --server-init | --init | --server-unset-env | --log-format | --log-stream | --log-level)
            i=$((i + 1))
            [ "${COMP_WORDS[i]}" != = ] || i=$((i + 1))
            ;;
        -*) ;;
        run | wait | migrate | apply | verify | status | plan | check | mark | rollback | new | generate | config | help | version)
            [ -z "$command" ] || return
            command=${COMP_WORDS[i]}
            ;;
        *) [ -n "$command" ] && [ "$command" != run ] || return ;;
        esac
    done
    case $previous in
    --config | -c) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --database-required) mapfile -t COMPREPLY < <(compgen -W 'no yes' -- "$word"); return ;;
    --database-env-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --env-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --migrate-dirs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --dirs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --migrate-transaction) mapfile -t COMPREPLY < <(compgen -W 'auto all each' -- "$word"); return ;;
    --transaction) mapfile -t COMPREPLY < <(compgen -W 'auto all each' -- "$word"); return ;;
    --migrate-hazards) mapfile -t COMPREPLY < <(compgen -W 'off warn fail' -- "$word"); return ;;
    --hazards) mapfile -t COMPREPLY < <(compgen -W 'off warn fail' -- "$word"); return ;;
    --migrate-edited) mapfile -t COMPREPLY < <(compgen -W 'ignore warn fail' -- "$word"); return ;;
    --migrate-out-of-order) mapfile -t COMPREPLY < <(compgen -W 'apply fail skip' -- "$word"); return ;;
    --migrate-ahead) mapfile -t COMPREPLY < <(compgen -W 'ignore warn fail' -- "$word"); return ;;
    --migrate-on-exists) mapfile -t COMPREPLY < <(compgen -W 'fail skip' -- "$word"); return ;;
    --migrate-on-missing) mapfile -t COMPREPLY < <(compgen -W 'fail defer' -- "$word"); return ;;
    --verify-snapshot) mapfile -t COMPREPLY < <(compgen -W 'off warn fail' -- "$word"); return ;;
    --server-init) mapfile -t COMPREPLY < <(compgen -W 'no yes group' -- "$word"); return ;;
    --init) mapfile -t COMPREPLY < <(compgen -W 'no yes group' -- "$word"); return ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'auto text json github' -- "$word"); return ;;
    --log-stream) mapfile -t COMPREPLY < <(compgen -W 'auto stderr stdout' -- "$word"); return ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$word"); return ;;
    '' | --config | -c | --database-required | --database-env-file | --env-file | --wait-timeout | --timeout | -t | --migrate-dirs | --dirs | --migrate-transaction | --transaction | --migrate-lock-timeout | --lock-timeout | --migrate-lock-retries | --migrate-statement-timeout | --statement-timeout | --migrate-replica-timeout | --migrate-hazards | --hazards | --migrate-edited | --migrate-out-of-order | --migrate-ahead | --migrate-on-exists | --migrate-on-missing | --drizzle-schema | --drizzle-table | --numbered-schema | --numbered-table | --verify-tables | --tables | --verify-snapshot | --hooks-before-migrate | --hooks-after-migrate | --hooks-on-failure | --hooks-timeout | --server-init | --init | --server-unset-env | --log-format | --log-stream | --log-level) return ;;
    esac
    case $command in
    run) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --verify-tables --tables --verify-snapshot --hooks-before-migrate --hooks-after-migrate --hooks-on-failure --hooks-timeout --server-init --init --server-unset-env --log-format --log-stream --log-level' ;;
    wait) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --log-format --log-stream --log-level' ;;
    migrate | apply) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --verify-tables --tables --verify-snapshot --hooks-before-migrate --hooks-after-migrate --hooks-on-failure --hooks-timeout --log-format --log-stream --log-level' ;;
    verify) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --verify-tables --tables --verify-snapshot --log-format --log-stream --log-level' ;;
    status) flags=' --config --help --version --json --exit-code --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --log-format --log-stream --log-level' ;;
    plan) flags=' --config --help --version --json --sql --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --log-format --log-stream --log-level' ;;
    check) flags=' --config --help --version --json --strict --folder --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --log-format --log-stream --log-level' ;;
    mark) flags=' --config --help --version --all --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --log-format --log-stream --log-level' ;;
    rollback) flags=' --config --help --version --steps --to --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --log-format --log-stream --log-level' ;;
    new | generate) flags=' --config --help --version --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --log-format --log-stream --log-level' ;;
    config) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --verify-tables --tables --verify-snapshot --hooks-before-migrate --hooks-after-migrate --hooks-on-failure --hooks-timeout --server-init --init --server-unset-env --log-format --log-stream --log-level' ;;
    help) flags=' --config --help --version --man --markdown --ini --bash --zsh --fish' ;;
    version) flags=' --config --help --version --licenses' ;;
    *) flags=' --config --help --version --database-required --database-env-file --env-file --wait-timeout --timeout --migrate-dirs --dirs --migrate-transaction --transaction --migrate-lock-timeout --lock-timeout --migrate-lock-retries --migrate-statement-timeout --statement-timeout --migrate-replica-timeout --migrate-hazards --hazards --migrate-edited --migrate-out-of-order --migrate-ahead --migrate-on-exists --migrate-on-missing --drizzle-schema --drizzle-table --numbered-schema --numbered-table --verify-tables --tables --verify-snapshot --hooks-before-migrate --hooks-after-migrate --hooks-on-failure --hooks-timeout --server-init --init --server-unset-env --log-format --log-stream --log-level' ;;
    esac
    case $command:$word in
    *:-*) mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word") ;;
    help:*) mapfile -t COMPREPLY < <(compgen -W 'run wait migrate apply verify status plan check mark rollback new generate config help version' -- "$word") ;;
    run:*) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
    :*) mapfile -t COMPREPLY < <(compgen -W 'run wait migrate apply verify status plan check mark rollback new generate config help version' -- "$word"; compgen -c -- "$word") ;;
    esac
}
complete -o default -F _entrypoint entrypoint
