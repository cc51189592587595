FROM python:3.12-slim-trixie AS build

RUN python -m venv --without-pip /opt/callboard
WORKDIR /source
COPY requirements.lock .
RUN pip --python /opt/callboard/bin/python install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip --python /opt/callboard/bin/python install --no-cache-dir --no-deps .


FROM python:3.12-slim-trixie

# For `callboard backup` and `restore`.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --no-create-home callboard
RUN install -d -o callboard -g callboard -m 700 /var/lib/callboard
COPY --from=build /opt/callboard /opt/callboard
ENV PATH=/opt/callboard/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MODE=production BIND_HOST=0.0.0.0 DATA_DIR=/var/lib/callboard

# A number, so that Kubernetes can verify that it is not root. Only DATA_DIR and /tmp are written to.
USER 10001
VOLUME /var/lib/callboard
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["callboard", "checkweb"]
CMD ["callboard", "runweb"]
