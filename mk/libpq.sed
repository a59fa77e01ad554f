# Edits to libpq 17.11, applied by mk/deps.sh to the two files named here; it fails unless it finds both.

# src/interfaces/libpq/fe-auth-scram.c: a server that asks for 2,000 million iterations would hold us for minutes, where no
# deadline can end it. PostgreSQL's default is 4096; ten million take a second or two.
/^\tif (\*endptr != '\\0' || state->iterations < 1)$/i\
\tif (state->iterations > 10000000)\
\t{\
\t\tlibpq_append_conn_error(conn, "the server asks for %d SCRAM iterations, more than 10000000", state->iterations);\
\t\treturn false;\
\t}

# src/interfaces/libpq/fe-secure-openssl.c: key shares for both X25519 and P-256. A server takes P-256 alone unless its
# ssl_ecdh_curve (ssl_groups since 18) says otherwise, OpenSSL sends only X25519's, and the second hello costs a round trip.
s|^\tSSL_context = SSL_CTX_new(SSLv23_method());|&\
\tif (SSL_context \&\& SSL_CTX_set1_groups_list(SSL_context, "*X25519:*P-256:DEFAULT") != 1)\
\t{\
\t\tSSL_CTX_free(SSL_context);\
\t\tSSL_context = NULL;\
\t}|
