import type { IncomingMessage } from 'node:http';
import { RequestMalformed } from '../problems/request-problems.ts';
import { type AddressSet, addressSet, normalizedAddress } from './ip-address.ts';

/**
 * The normalised address of whoever sent the request.
 * @throws RequestMalformed  a trusted proxy named its client in a way that cannot be read
 */
export type ClientAddressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string;

/** Most hops of a chain that are walked. */
const MAXIMUM_HOPS = 32;

/**
 * Tells a request's client by its connection and, where that comes from a configured proxy, by `X-Forwarded-For` or
 * `Forwarded` (RFC 7239): the rightmost address that is not itself a trusted proxy. What stands further left was
 * written by the client and proves nothing (address spoofing).
 * @param trustedProxies addresses and networks; empty: the headers are never looked at
 * @throws RangeError  an entry is no address and no network
 */
export function clientAddresses(trustedProxies: readonly string[]): ClientAddressOf {
  const trusted = addressSet(trustedProxies);
  return ({ headers, socket }) => {
    const peer = normalizedAddress(socket.remoteAddress ?? '');
    if (peer === undefined) throw new RequestMalformed('The connection has ended.');
    if (trusted.empty || !trusted.has(peer)) return peer;

    const forwardedFor = headers['x-forwarded-for'];
    const forwarded = headers.forwarded;
    const byLegacy = forwardedFor === undefined ? undefined : clientOf(listOf(forwardedFor), trusted);
    const byStandard = forwarded === undefined ? undefined : clientOf(forwardedNodesOf(forwarded), trusted);
    // A proxy that writes one header passes the other on as the client wrote it: when both are there they must agree.
    if (byLegacy !== undefined && byStandard !== undefined && byLegacy !== byStandard) throw unreadable();
    return byLegacy ?? byStandard ?? peer;
  };
}

/**
 * Fails closed: with the proxy's own address in place of an unreadable one, a client could step into an address list
 * that holds the proxy, or out of its own limit.
 */
function clientOf(chain: readonly string[], trusted: AddressSet): string {
  let address: string | undefined;
  for (const hop of chain.slice(-MAXIMUM_HOPS).toReversed()) {
    address = normalizedAddress(withoutPort(hop));
    if (address === undefined) throw unreadable();
    if (!trusted.has(address)) return address;
  }
  if (address === undefined || chain.length > MAXIMUM_HOPS) throw unreadable();
  return address;
}

function listOf(header: string | readonly string[]): string[] {
  return (typeof header === 'string' ? header : header.join(',')).split(',').map((hop) => hop.trim());
}

/** The `for` of each element of `Forwarded`; an element without one cannot be read. */
function forwardedNodesOf(header: string): string[] {
  return header.split(',').map((element) => {
    for (const pair of element.split(';')) {
      const equals = pair.indexOf('=');
      if (equals === -1 || pair.slice(0, equals).trim().toLowerCase() !== 'for') continue;
      const node = pair.slice(equals + 1).trim();
      return node.startsWith('"') && node.endsWith('"') && node.length > 1 ? node.slice(1, -1) : node;
    }
    return '';
  });
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` without brackets and port. */
function withoutPort(hop: string): string {
  if (hop.startsWith('[')) {
    const end = hop.indexOf(']');
    return end === -1 ? '' : hop.slice(1, end);
  }
  const colon = hop.indexOf(':');
  return colon !== -1 && colon === hop.lastIndexOf(':') ? hop.slice(0, colon) : hop;
}

function unreadable(): RequestMalformed {
  return new RequestMalformed('The client address that the proxy sent cannot be read.');
}
