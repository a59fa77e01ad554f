# The image of entrypoint: the static binary and the certificate authorities, nothing else. 3 MB, no shell, user 65532.
#
#   docker build -t entrypoint .                              to copy from: COPY --from=entrypoint /entrypoint /entrypoint
#   docker build --target binary -o build/image .             only the binary, as build/image/entrypoint
#   docker buildx build --platform linux/amd64,linux/arm64 .  both, cross-compiled on an amd64 machine
#
# BASE is any Debian 12.
ARG BASE=debian:bookworm-slim

FROM --platform=$BUILDPLATFORM ${BASE} AS build
WORKDIR /src
COPY tests/setup.sh tests/setup.sh
RUN tests/setup.sh unit static
COPY . .
RUN make -s -j"$(nproc)" build/dev/unit && tests/run $(find build/dev/tests -type f -perm -1)
# Up to here it is the same for all platforms. What is linked in is compiled once for each machine that builds.
ARG TARGETARCH
ARG DEPS_CACHE=/var/cache/entrypoint-deps
RUN --mount=type=cache,target=/var/cache/entrypoint-deps \
    native=$(dpkg --print-architecture) && \
    case "${TARGETARCH:=$native}" in \
    amd64) arch=x86_64 ;; \
    arm64) arch=aarch64 ;; \
    *) echo "no static binary for $TARGETARCH" >&2; exit 1 ;; \
    esac && \
    { [ "$TARGETARCH" = "$native" ] || tests/setup.sh cross; } && \
    DEPS_CACHE="$DEPS_CACHE" make -s -j"$(nproc)" static ARCH="$arch" && \
    cp build/static*/entrypoint /entrypoint
# Where OpenSSL looks, and where everybody else does.
RUN mkdir -p /certificates/etc/ssl/certs && \
    cp /etc/ssl/certs/ca-certificates.crt /certificates/etc/ssl/certs/ && \
    ln -s certs/ca-certificates.crt /certificates/etc/ssl/cert.pem

FROM scratch AS binary
COPY --from=build /entrypoint /entrypoint

FROM binary
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="entrypoint" \
      org.opencontainers.image.description="Waits for PostgreSQL, applies Drizzle migrations, verifies, becomes your server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /certificates/ /
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/entrypoint"]
CMD ["migrate"]
