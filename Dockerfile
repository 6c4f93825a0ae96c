# syntax=docker/dockerfile:1
# Two stages: production dependencies only, then an image that needs no writable root file system.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production \
    TRUEUP_JOURNAL=/var/lib/trueup/journal.db
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY schemas ./schemas
COPY examples ./examples
COPY src ./src
# Fills the compile cache, which the read-only root file system of a container cannot do.
RUN node src/main.ts plan examples/desired-state --local --only net-hr >/dev/null
# The journal's volume belongs to the unprivileged user that the image runs as (uid 1000).
RUN mkdir -p /var/lib/trueup && chown node:node /var/lib/trueup && chmod 0700 /var/lib/trueup
VOLUME /var/lib/trueup
USER node
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "/app/src/main.ts", "status", "--check"]
# SIGTERM is handled: no new work, what is in flight is left to the journal, exit within 25 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/src/main.ts"]
CMD ["run", "/desired-state/current"]
