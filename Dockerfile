# `fourfold serve` on CPUs; docs/service.md says how to run it.
FROM python:3.12-slim AS build

# Where torch and torchaudio come from: empty is PyPI; PyTorch's own index of CPU wheels makes a smaller image.
ARG TORCH_INDEX=""

RUN python -m venv /opt/fourfold
WORKDIR /source
COPY . .
RUN if [ -n "$TORCH_INDEX" ]; then \
        /opt/fourfold/bin/pip install --no-cache-dir --index-url "$TORCH_INDEX" "torch==2.11.*" "torchaudio==2.11.*"; \
    fi \
    && /opt/fourfold/bin/pip install --no-cache-dir ".[io]"

FROM python:3.12-slim

RUN useradd --system --uid 10001 --create-home --home-dir /data fourfold
COPY --from=build /opt/fourfold /opt/fourfold
ENV PATH=/opt/fourfold/bin:$PATH HOME=/data NUMBA_CACHE_DIR=/data/.numba OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1
USER fourfold
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Others reach a container's port: without --token-file (or --without-token) it refuses to start.
ENTRYPOINT ["fourfold", "serve", "--host", "0.0.0.0", "--folder", "/data/service", "--runs", "/data/runs"]
CMD ["--token-file", "/run/secrets/token"]
