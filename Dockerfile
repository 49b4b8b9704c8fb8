# One image for the web, worker and migration processes, from the same pins as everywhere else.
FROM python:3.11-slim AS packages
WORKDIR /ponte
COPY requirements requirements
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements/base.txt

# Styles and scripts need Node, which comes from a wheel and stays in this stage.
FROM packages AS styles
RUN /venv/bin/pip install --no-cache-dir -r requirements/local.txt
COPY dashboard dashboard
RUN /venv/bin/python -m dashboard.build

FROM python:3.11-slim
WORKDIR /ponte
COPY --from=packages /venv /venv
COPY pyproject.toml README.md ./
COPY connector connector
COPY server server
COPY dashboard dashboard
COPY worker worker
COPY migrations migrations
COPY ponte ponte
COPY docs/ajuda docs/ajuda
COPY --from=styles /ponte/dashboard/static/built dashboard/static/built
COPY --from=styles /ponte/dashboard/translations dashboard/translations
RUN /venv/bin/pip install --no-cache-dir --no-deps -e . && useradd --system ponte
USER ponte
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PONTE_HOST=0.0.0.0 PONTE_PORT=8000
EXPOSE 8000
CMD ["ponte", "serve"]
