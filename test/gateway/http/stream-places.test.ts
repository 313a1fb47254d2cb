import { describe, expect, it } from 'vitest';
import { StreamPlaces } from '#gateway/http/stream-places.ts';

const full = 'too_many_streams';
const many = (places: StreamPlaces, listener: 'device' | 'reviewer', count: number) =>
  Array.from({ length: count }, (_one, place) =>
    places.take(listener, `${listener} ${Math.floor(place / 4)}`),
  );

describe('the places of streams', () => {
  it('are four for each key, and one that is given back makes room for one', () => {
    const places = new StreamPlaces();
    const [leave = () => undefined] = many(places, 'device', 4);
    expect(() => places.take('device', 'device 0')).toThrow(full);
    leave();
    leave();
    places.take('device', 'device 0');
    expect(() => places.take('device', 'device 0')).toThrow(full);
    places.take('device', 'another');
  });

  it('have an end for all keys, and devices take none of the reviewers’', () => {
    const places = new StreamPlaces();
    many(places, 'device', 256);
    expect(() => places.take('device', 'another')).toThrow(full);
    many(places, 'reviewer', 64);
    expect(() => places.take('reviewer', 'another')).toThrow(full);
  });
});
