# The bot and nothing else: built with Rust, run as an ordinary user on a small Debian.
FROM rust:1.95-bookworm AS build
WORKDIR /build
# Without rust-toolchain.toml (see .dockerignore): the image has its toolchain, the pinned one would be downloaded.
COPY . .
# Dependencies and what was built of them are kept between builds; the program is copied out of that cache.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --profile dist --locked --bin pstral \
    && cp target/dist/pstral /pstral

FROM debian:bookworm-slim
# Certificates for databases reached by TLS; libaio for Oracle's Instant Client, which is mounted (docs/oracle.md).
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libaio1 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/pstral --shell /usr/sbin/nologin pstral \
    && install -d -o pstral -g pstral /var/lib/pstral /etc/pstral
COPY --from=build /pstral /usr/local/bin/pstral
COPY config/docker.toml /etc/pstral/pstral.toml
USER pstral
WORKDIR /var/lib/pstral
VOLUME /var/lib/pstral
EXPOSE 8080
# The image has no curl: bash reads /healthz by itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^ok' <&3"]
ENTRYPOINT ["pstral"]
CMD ["run", "--config", "/etc/pstral/pstral.toml"]
