/**
 * Loaded before a service (`NODE_OPTIONS=--import`): what it connects to on this machine is reached through other ports, so
 * that a test can cut off this one process. The members of a replica set name their own ports, which a proxy in the address
 * alone would not change.
 */
import { Socket } from 'node:net';

const given = process.env['TEST_PORT_ROUTES'];
if (given !== undefined) {
  // Only tests set it.
  const routes = JSON.parse(given) as Readonly<Record<string, number>>;
  const connect = Socket.prototype.connect;
  const rerouted = (options: unknown): unknown => {
    if (typeof options !== 'object' || options === null || !('port' in options)) return options;
    const port = routes[String(options.port)];
    return port === undefined ? options : { ...options, port };
  };
  Socket.prototype.connect = function (this: Socket, ...asked: unknown[]) {
    const [first] = asked;
    // `net.connect` hands over one list, marked as its own, of which the options are the first.
    if (Array.isArray(first)) first[0] = rerouted(first[0]);
    else asked[0] = rerouted(first);
    // What it was called with, but for the port.
    return Reflect.apply(connect, this, asked) as Socket;
  } as typeof connect; // It takes and returns what the real one does.
}
