# The bot with everything it needs. The database and the key of the reply tokens live in the volume /data;
# rules.yaml and templates/ in /etc/mailbot, to be mounted over. Settings: MAILBOT_… or MAILBOT_…_FILE.

FROM python:3.13-slim AS build
RUN python -m venv /opt/mailbot
WORKDIR /src
# Libraries first: a change of our own code does not fetch them again.
COPY pyproject.toml requirements.lock README.md LICENSE ./
RUN mkdir mailbot templates && touch mailbot/__init__.py rules.yaml \
    && /opt/mailbot/bin/pip install --no-cache-dir --disable-pip-version-check --constraint requirements.lock . \
    && /opt/mailbot/bin/pip uninstall --yes mailbot
COPY mailbot mailbot
COPY templates templates
COPY rules.yaml rules.yaml
RUN /opt/mailbot/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin mailbot
COPY --from=build /opt/mailbot /opt/mailbot
COPY rules.yaml /etc/mailbot/rules.yaml
COPY templates /etc/mailbot/templates
ENV PATH=/opt/mailbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MAILBOT_RULES=/etc/mailbot/rules.yaml \
    MAILBOT_DATABASE=sqlite:////data/mailbot.db
USER mailbot
WORKDIR /data
VOLUME /data
# `status` is 0 only when every mailbox has been reached lately and nothing waits too long.
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s --retries=3 CMD ["mailbot", "status"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["mailbot"]
CMD ["run"]
