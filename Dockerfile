# The bot and nothing else: no shell, no package manager, run as an ordinary user.
FROM rust:1.95-bookworm AS build
WORKDIR /build
# Without rust-toolchain.toml (see .dockerignore): the image has its toolchain, the pinned one would be downloaded.
COPY . .
# `docker build --build-arg PSTRAL_REVISION=$(git rev-parse --short=12 HEAD) .` says in /metrics what was built.
ARG PSTRAL_REVISION
# Dependencies and what was built of them are kept between builds; the program is copied out of that cache.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    ./scripts/dist && cp target/dist/bin/* /

# `docker build --target symbols --output .` writes pstral.debug, for backtraces with names (docs/operations.md).
FROM scratch AS symbols
COPY --from=build /pstral.debug /

# What the program needs of Debian: the C library, certificates for servers reached by TLS, and libaio for Oracle's
# Instant Client, which is mounted (docs/oracle.md).
FROM debian:bookworm-slim AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libaio1
RUN mkdir /runtime && cd /runtime \
    && dpkg --listfiles libc6 libgcc-s1 libaio1 | grep -E '^/lib(64|/[^/]+)?/[^/]+\.so[.0-9]*$' \
        | xargs cp --archive --parents --target-directory=. \
    && cp --archive --parents /etc/ssl/certs/ca-certificates.crt /etc/nsswitch.conf . \
    && find . -type d -exec chmod 755 {} + \
    && echo 'pstral:x:10001:10001::/var/lib/pstral:/usr/sbin/nologin' > etc/passwd \
    && echo 'pstral:x:10001:' > etc/group \
    && install --directory --mode=1777 tmp \
    && install --directory --owner=10001 --group=10001 var/lib/pstral

FROM scratch
COPY --from=runtime /runtime /
COPY --from=build /pstral /usr/local/bin/pstral
COPY config/docker.toml /etc/pstral/pstral.toml
ENV PATH=/usr/local/bin PSTRAL_CONFIG=/etc/pstral/pstral.toml
USER pstral
WORKDIR /var/lib/pstral
VOLUME /var/lib/pstral
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["pstral", "healthcheck"]
ENTRYPOINT ["pstral"]
CMD ["run"]
