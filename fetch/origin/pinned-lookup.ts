import { isIP, type LookupFunction } from 'node:net';

/** A resolver for one connection that knows these addresses alone. */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = known;
    // Asynchronous always, as a lookup is: callers attach their handlers after the call.
    process.nextTick(() => {
      if (options.all === true) callback(null, known);
      else if (first === undefined) callback(new Error('no address'), '', 4);
      else callback(null, first.address, first.family);
    });
  };
}
