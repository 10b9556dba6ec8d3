# The worker's image: hardstop and its locked dependencies, no torch, no build tools, no root.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/hardstop
COPY requirements.lock ./
RUN /opt/hardstop/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE hardstop.py ./
COPY detectors detectors
COPY models models
COPY workflow workflow
COPY stream stream
COPY writers writers
COPY wallboard wallboard
COPY scripts scripts
RUN /opt/hardstop/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 hardstop \
    # The wallboard's database, where it is a file.
    && install -d -o hardstop /var/lib/hardstop
COPY --from=build /opt/hardstop /opt/hardstop
ENV PATH=/opt/hardstop/bin:$PATH PYTHONUNBUFFERED=1
USER hardstop
ENTRYPOINT ["hardstop"]
CMD ["worker"]
